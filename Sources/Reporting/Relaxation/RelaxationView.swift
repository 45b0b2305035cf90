import Foundation

/// One example's relaxation as text: a line an iteration, or frames of a screen.
public struct RelaxationView: Sendable {
  /// The network after an iteration.
  public struct Moment: Equatable, Sendable {
    /// E(s).
    public var energy: Double
    /// C(y).
    public var cost: Double
    /// The largest |Δs| / ε of the iteration; nil where a phase starts.
    public var residual: Double?
    /// s of every unit, layer 1 first, the output last.
    public var states: [[Double]]

    public init(energy: Double, cost: Double, residual: Double?, states: [[Double]]) {
      (self.energy, self.cost, self.residual, self.states) = (energy, cost, residual, states)
    }
  }

  /// A phase from its start on.
  public struct Phase: Equatable, Sendable {
    /// `free phase`, `nudged phase, β = 0.5`.
    public var name: String
    /// The start, then one after each iteration.
    public var moments: [Moment]

    public init(name: String, moments: [Moment]) { (self.name, self.moments) = (name, moments) }
  }

  private let title: String
  private let label: Int
  private let phases: [Phase]
  /// For each layer the smallest and the largest that is ever shown of it: of the output's units, 0 and 1 at least; of a
  /// hidden layer's the means of neighbours, which stay far from 1 where few units are on.
  private let ranges: [ClosedRange<Double>]

  /// A title, such as `runs/digits · step-000001800 · test example 12`, and the example's class.
  public init(title: String, label: Int, phases: [Phase]) {
    (self.title, self.label, self.phases) = (title, label, phases)
    let layers = phases.first?.moments.first?.states.count ?? 0
    ranges = (0..<layers).map { layer in
      let isOutput = layer == layers - 1
      let shown = phases.flatMap(\.moments).flatMap {
        isOutput ? $0.states[layer] : Self.means($0.states[layer], columns: Self.mostColumns)
      }
      return shown.filter(\.isFinite).reduce(0...(isOutput ? 1 : 1e-3)) {
        min($0.lowerBound, $1)...max($0.upperBound, $1)
      }
    }
  }

  /// A line an iteration: energy, cost, largest |Δs|/ε, and the output's states as blocks.
  public var text: String {
    var table = AlignedText(heading: ["phase", "iteration", "energy", "cost", "residual", "output"])
    for phase in phases {
      for (iteration, moment) in phase.moments.enumerated() {
        table.rows.append([
          iteration == 0 ? phase.name : "", "\(iteration)", String(format: "%.4f", moment.energy),
          Figures.cost(moment.cost), Figures.scientific(moment.residual),
          blocks(moment.states.count - 1, of: moment, columns: outputs),
        ])
      }
    }
    return "\(title), label \(label)\n\n" + table.text
  }

  /// Lines of a frame.
  public var height: Int { 4 + max(ranges.count - 1, 0) + outputs }

  /// A screen for every iteration, of `height` lines of at most `width` columns.
  public func frames(width: Int) -> [String] {
    phases.flatMap { phase in
      phase.moments.indices.map { frame(phase, iteration: $0, width: width) }
    }
  }

  private var outputs: Int { phases.first?.moments.first?.states.last?.count ?? 0 }

  private func frame(_ phase: Phase, iteration: Int, width: Int) -> String {
    let moment = phase.moments[iteration]
    let columns = max(8, min(width - 10, Self.mostColumns))
    // Of a long title the end tells which example it is.
    let whole = "\(title), label \(label)"
    var lines = [
      whole.count > width ? "…" + whole.suffix(max(width - 1, 0)) : whole,
      "\(phase.name), iteration \(iteration) of \(phase.moments.count - 1)",
    ]
    for layer in 0..<max(ranges.count - 1, 0) {
      lines.append("layer \(layer + 1)".padded(to: 9) + blocks(layer, of: moment, columns: columns))
    }
    let states = moment.states.last ?? []
    let best = states.indices.max { states[$0] < states[$1] }
    for (unit, state) in states.enumerated() {
      let bar = bar(state, in: ranges.last ?? 0...1, columns: max(8, min(40, columns - 20)))
      let mark = (unit == label ? "  label" : "") + (unit == best ? "  largest" : "")
      lines.append("\(unit)".padded(to: 4) + String(format: "%6.3f ", state) + bar + mark)
    }
    lines.append("")
    lines.append(
      String(format: "energy %.4f  cost ", moment.energy) + Figures.cost(moment.cost)
        + "  residual " + Figures.scientific(moment.residual))
    return lines.map { String($0.prefix(width)) + "\n" }.joined()
  }
}

extension RelaxationView {
  private static let heights: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// A layer's units, in order, in at most so many columns: the mean of neighbours where there are more.
  private func blocks(_ layer: Int, of moment: Moment, columns: Int) -> String {
    let range = ranges[layer]
    return String(
      Self.means(moment.states[layer], columns: columns).map { mean in
        guard mean.isFinite else { return "?" }
        let share = (mean - range.lowerBound) / (range.upperBound - range.lowerBound)
        return Self.heights[min(max(Int(share * 8), 0), 7)]
      })
  }

  private static let mostColumns = 64

  private static func means(_ states: [Double], columns: Int) -> [Double] {
    let count = min(columns, states.count)
    return (0..<count).map { column in
      let part = states[column * states.count / count..<(column + 1) * states.count / count]
      return part.reduce(0, +) / Double(part.count)
    }
  }

  /// A bar from the left end of the range.
  private func bar(_ state: Double, in range: ClosedRange<Double>, columns: Int) -> String {
    guard state.isFinite else { return "?" }
    let share = (state - range.lowerBound) / (range.upperBound - range.lowerBound)
    return String(
      repeating: "█", count: min(max(Int((share * Double(columns)).rounded()), 0), max(columns, 0)))
  }
}

extension String {
  /// With spaces up to so many characters.
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
