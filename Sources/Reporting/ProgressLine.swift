/// One line that tells how far a run is, redrawn in place.
///
/// Only rank 0 has one; whether the user has a terminal is the launcher's to say.
public struct ProgressLine {
  /// How progress is shown.
  public enum Mode: String, CaseIterable, Sendable {
    /// Not at all.
    case never
    /// A line of its own at each epoch's end.
    case plain
    /// One line, redrawn.
    case line

    /// The mode that a terminal of this environment can show: `plain` in place of `line` where `NO_COLOR`
    /// is set to something or `TERM` is `dumb` or missing.
    public func allowed(in environment: [String: String]) -> Mode {
      let simple =
        environment["TERM", default: "dumb"] == "dumb" || environment["NO_COLOR", default: ""] != ""
      return self == .line && simple ? .plain : self
    }
  }

  /// Seconds between two redrawings at least.
  public static let interval = 0.1

  /// How progress is shown.
  public let mode: Mode
  /// Columns of the terminal; the line stays one short of them, so that it never wraps.
  public var width: Int
  private let write: (String) -> Void
  private var drawn: Double?
  private var isShowing = false

  /// `write` takes what is to appear on standard error.
  public init(mode: Mode, width: Int = 80, write: @escaping (String) -> Void) {
    self.mode = mode
    self.width = width
    self.write = write
  }

  /// Shows progress within an epoch at `time`, in seconds of any clock; most calls draw nothing.
  public mutating func show(_ progress: RunProgress, at time: Double) {
    guard mode == .line else { return }
    if let drawn, time >= drawn, time - drawn < Self.interval { return }
    draw(progress, at: time)
  }

  /// Shows progress at an epoch's end, always.
  public mutating func endEpoch(_ progress: RunProgress, at time: Double) {
    switch mode {
    case .never: break
    case .plain: write(progress.line + "\n")
    case .line: draw(progress, at: time)
    }
  }

  /// Takes the line away, so that other output may follow; whether there was one.
  @discardableResult
  public mutating func finish() -> Bool {
    guard isShowing else { return false }
    write("\r" + Self.eraseToEnd)
    isShowing = false
    drawn = nil
    return true
  }

  private static let eraseToEnd = "\u{1B}[K"

  private mutating func draw(_ progress: RunProgress, at time: Double) {
    let lines = progress.lines
    let line = lines.first { $0.count < width } ?? lines[lines.count - 1]
    write("\r" + Self.cut(line, to: width - 1) + Self.eraseToEnd)
    drawn = time
    isShowing = true
  }

  /// A text cut to so many columns; every character of the line is one column wide.
  private static func cut(_ text: String, to columns: Int) -> String {
    guard text.count > columns else { return text }
    return columns < 1 ? "" : text.prefix(columns - 1) + "…"
  }
}
