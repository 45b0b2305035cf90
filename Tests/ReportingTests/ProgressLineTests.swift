import Reporting
import Testing

@Suite("Progress line")
struct ProgressLineTests {
  static let progress = RunProgress(
    epoch: 3, epochs: 25, step: 7500, steps: 62500, training: 1.35, validation: 2.714,
    examplesPerSecond: 38_210.6, waiting: 0.094, secondsLeft: 12.4)
  static let whole =
    "epoch 3/25 step 7500/62500 · training 1.35 % validation 2.71 % · 38,211 examples/s · waiting 9 % · 12 s left"
  /// What is shown where the whole line does not fit, down to the one that is cut.
  static let shorter = [
    "epoch 3/25 step 7500/62500 · 1.35 2.71 % · 38,211/s · waiting 9 % · 12 s left",
    "epoch 3/25 step 7500 · 1.35 2.71 % · 38,211/s · waiting 9 % · 12 s left",
    "epoch 3/25 · 1.35 2.71 % · 38,211/s · waiting 9 % · 12 s left",
  ]

  /// What a progress line writes.
  final class Screen {
    var written: [String] = []
  }

  @Test("the whole line, and what is left out when it is not known")
  func line() {
    #expect(Self.progress.line == Self.whole)
    let start = RunProgress(epoch: 1, epochs: 2, step: 0, steps: 10)
    #expect(start.line == "epoch 1/2 step 0/10")
    let tested = RunProgress(
      epoch: 1, epochs: 2, step: 0, steps: 10, test: 100, examplesPerSecond: .infinity, secondsLeft: .nan
    )
    #expect(tested.line == "epoch 1/2 step 0/10 · test 100.00 % · – examples/s")
    let adjusted = RunProgress(epoch: 1, epochs: 2, step: 5, steps: 10, acceptance: 56.7)
    #expect(adjusted.line == "epoch 1/2 step 5/10 · accepted 57 %")
  }

  @Test(
    "time left",
    arguments: [
      (-1.0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (3600, "1 h 00 min"),
      (7_620, "2 h 07 min"), (4e6, "1,111 h 06 min"),
    ])
  func timeLeft(seconds: Double, text: String) {
    let progress = RunProgress(epoch: 1, epochs: 1, step: 0, steps: 1, secondsLeft: seconds)
    #expect(progress.line == "epoch 1/1 step 0/1 · \(text) left")
  }

  @Test("the line stays one column short of every width", arguments: 0...200)
  func width(_ width: Int) throws {
    let screen = Screen()
    var line = ProgressLine(mode: .line, width: width) { screen.written.append($0) }
    line.show(Self.progress, at: 0)
    let drawn = try #require(screen.written.first)
    #expect(drawn.hasPrefix("\r") && drawn.hasSuffix("\u{1B}[K"))
    let text = drawn.dropFirst().dropLast(3)
    if let line = ([Self.whole] + Self.shorter).first(where: { $0.count < width }) {
      #expect(text == line)
    } else {
      #expect(text.count == max(width - 1, 0))
      #expect(width < 2 || text.last == "…" && Self.shorter[2].hasPrefix(text.dropLast()))
    }
  }

  @Test("a narrow terminal, exactly")
  func narrow() {
    let screen = Screen()
    var line = ProgressLine(mode: .line, width: 20) { screen.written.append($0) }
    line.show(Self.progress, at: 0)
    #expect(screen.written == ["\repoch 3/25 · 1.35 …\u{1B}[K"])
  }

  @Test("at most ten redrawings a second; an epoch's end is always drawn; finishing clears once")
  func pace() {
    let screen = Screen()
    var line = ProgressLine(mode: .line, width: 80) { screen.written.append($0) }
    line.finish()
    #expect(screen.written.isEmpty)
    for call in 0..<1000 { line.show(Self.progress, at: 5 + Double(call) / 1000) }
    #expect((9...10).contains(screen.written.count))
    let count = screen.written.count
    line.endEpoch(Self.progress, at: 5.9999)
    #expect(screen.written.count == count + 1)
    line.finish()
    line.finish()
    #expect(screen.written.count == count + 2)
    #expect(screen.written.last == "\r\u{1B}[K")
    // A clock that was set back must not silence the line.
    line.show(Self.progress, at: 1)
    line.show(Self.progress, at: 0.5)
    #expect(screen.written.count == count + 4)
  }

  @Test("plain: a line an epoch, without control characters; never: nothing")
  func plain() {
    let screen = Screen()
    var line = ProgressLine(mode: .plain, width: 20) { screen.written.append($0) }
    line.show(Self.progress, at: 0)
    line.endEpoch(Self.progress, at: 0)
    line.finish()
    #expect(screen.written == [Self.whole + "\n"])
    var never = ProgressLine(mode: .never) { screen.written.append($0) }
    never.show(Self.progress, at: 0)
    never.endEpoch(Self.progress, at: 0)
    never.finish()
    #expect(screen.written.count == 1)
  }

  @Test("terminals that can only print")
  func environment() {
    let terminal = ["TERM": "xterm"]
    #expect(ProgressLine.Mode.line.allowed(in: terminal) == .line)
    #expect(ProgressLine.Mode.line.allowed(in: ["TERM": "xterm", "NO_COLOR": ""]) == .line)
    #expect(ProgressLine.Mode.line.allowed(in: ["TERM": "xterm", "NO_COLOR": "1"]) == .plain)
    #expect(ProgressLine.Mode.line.allowed(in: ["TERM": "dumb"]) == .plain)
    #expect(ProgressLine.Mode.line.allowed(in: [:]) == .plain)
    #expect(ProgressLine.Mode.never.allowed(in: terminal) == .never)
    #expect(ProgressLine.Mode.plain.allowed(in: terminal) == .plain)
  }
}
