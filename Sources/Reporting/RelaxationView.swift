import Foundation
import Records

/// One example's relaxation as text: a line an iteration, or a screen for each.
public struct RelaxationView: Sendable {
  private let title: String
  private let label: Int?
  private let phases: [RelaxationTrace.Phase]
  private let layers: [Int]
  private let output: Int
  /// For each layer the smallest and the largest that is ever shown of it: of the output's units, 0 and 1 at least; of a
  /// hidden layer's the means of neighbours, which stay far from 1 where few units are on.
  private let ranges: [ClosedRange<Double>]

  /// A title, such as `runs/digits · step-000001800 · test example 12`, and the example's class if it has one.
  public init(title: String, label: Int?, trace: RelaxationTrace) {
    let phases = trace.phases
    (self.title, self.label, self.phases) = (title + (label.map { ", label \($0)" } ?? ""), label, phases)
    let output = trace.output
    (layers, self.output) = (trace.layers, output)
    ranges = trace.layers.indices.map { layer in
      let isOutput = layer == output
      let shown = phases.flatMap(\.frames).flatMap {
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
      for (iteration, frame) in phase.frames.enumerated() {
        table.rows.append([
          iteration == 0 ? phase.name : "", "\(iteration)", String(format: "%.4f", frame.energy),
          Figures.cost(frame.cost), Figures.scientific(frame.residual),
          blocks(output, of: frame, columns: outputs),
        ])
      }
    }
    return "\(title)\n\n" + table.text
  }

  /// Lines of a screen.
  public var height: Int { 4 + max(ranges.count - 1, 0) + outputs }

  /// A screen for every iteration, of `height` lines of at most `width` columns.
  public func screens(width: Int) -> [String] {
    phases.flatMap { phase in
      phase.frames.indices.map { screen(phase, iteration: $0, width: width) }
    }
  }

  private var outputs: Int { phases.first?.frames.first?.states[output].count ?? 0 }

  private func screen(_ phase: RelaxationTrace.Phase, iteration: Int, width: Int) -> String {
    let frame = phase.frames[iteration]
    let columns = max(8, min(width - 10, Self.mostColumns))
    // Of a long title the end tells which example it is.
    var lines = [
      title.count > width ? "…" + title.suffix(max(width - 1, 0)) : title,
      "\(phase.name), iteration \(iteration) of \(phase.frames.count - 1)",
    ]
    for layer in layers.indices where layer != output {
      lines.append("layer \(layers[layer])".padded(to: 9) + blocks(layer, of: frame, columns: columns))
    }
    let states = frame.states[output]
    let best = states.indices.max { states[$0] < states[$1] }
    for (unit, state) in states.enumerated() {
      let bar = bar(state, in: ranges[output], columns: max(8, min(40, columns - 20)))
      let mark = label == nil ? "" : (unit == label ? "  label" : "") + (unit == best ? "  largest" : "")
      lines.append("\(unit)".padded(to: 4) + String(format: "%6.3f ", state) + bar + mark)
    }
    lines.append("")
    lines.append(
      String(format: "energy %.4f  cost ", frame.energy) + Figures.cost(frame.cost)
        + "  residual " + Figures.scientific(frame.residual))
    return lines.map { String($0.prefix(width)) + "\n" }.joined()
  }
}

extension RelaxationView {
  private static let heights: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// A layer's units, in order, in at most so many columns: the mean of neighbours where there are more.
  private func blocks(_ layer: Int, of frame: RelaxationTrace.Frame, columns: Int) -> String {
    let range = ranges[layer]
    return String(
      Self.means(frame.states[layer], columns: columns).map { mean in
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
