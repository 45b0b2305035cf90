import EnergyModels
import EquilibriumPropagation
import Tensors

/// An input that a network settled to with its output held.
public struct Sample: Equatable, Sendable {
  /// x, as the run's data are: in [0, 1] after division, and normalised.
  public var input: [Double]
  /// E(x, s) at the end, the input's own ½‖x‖² included.
  public var energy: Double
  /// The largest |Δx| / ε of the last iteration.
  public var residual: Double
}

extension Inspection {
  /// Holds the output at a class and lets input and hidden layers settle together.
  ///
  /// The input is a layer like the others: E holds ½‖x‖² − xᵀW₁ρ(s₁), so that an iteration, after one of the hidden
  /// layers, is x ← clip(x − ε (x − W₁ρ(s₁))) to what 0 and 1 are after normalisation. Each sample starts from an input
  /// of its own, drawn uniformly from that range by counters (seed, sample, unit); all of them settle as one batch.
  /// - Parameter step: ε of the input's iterations, in (0, 1].
  public func samples(of label: Int, count: Int, iterations: Int, step: Double, seed: UInt64) throws
    -> [Sample]
  {
    precondition((0..<network.units(network.output)).contains(label) && count > 0, "a class of the network")
    let random = CounterRandom(seed: seed, purpose: .samples)
    let precision = parameters.precision
    let ranges = (0..<data.extents[2]).map(data.values(precision).range)
    var input = Matrix(rows: count, columns: network.inputs, precision: precision) {
      let range = ranges[$1 % ranges.count]
      return range.lowerBound + (range.upperBound - range.lowerBound) * random.unit($0, $1, 0)
    }
    let targets = Matrix(rows: count, columns: network.units(network.output), precision: precision) {
      $1 == label ? 1 : 0
    }
    let ways = parameters.connections.filter { $0.connection.source == 0 }.map(WayDown.init)
    let method = Method(
      relaxation: relaxation, nudging: run.nudging, portion: parameters.portion, rows: count,
      precision: precision)
    var state = State(rows: count, portion: parameters.portion, precision: precision)
    var residuals = [Double](repeating: 0, count: count)
    for number in 0..<iterations {
      let clamped = Clamped(shards: [0, count], input: input, targets: targets, parameters: parameters)
      // The first one brings the output to its target, the others leave it there.
      var phase = Phase.held(method.procedure.scheme, at: number == 0 ? 1 : 0)
      phase.duration = Duration(atMost: 1)
      state = try method.run(
        phase, number: 1, ends: [Settled(given: state, shards: 1)], clamped: clamped, parameters: parameters
      ).state
      let shape = network.shape(0)
      var drive = Matrix(rows: count * shape.positions, columns: shape.units, precision: precision)
      for way in ways { way.add(to: &drive, state, clamped, rows: 0..<count) }
      residuals = Self.move(&input, drive: drive, step: step, within: ranges)
    }
    let clamped = Clamped(shards: [0, count], input: input, targets: targets, parameters: parameters)
    let energies = parameters.energies(state: state, clamped: clamped, rows: 0..<count)
    return zip(0..<count, energies).map { row, energy in
      let x = input.row(row)
      return Sample(
        input: x, energy: energy + x.reduce(0) { $0 + $1 * $1 } / 2, residual: residuals[row])
    }
  }

  /// x ← clip(x − ε (x − drive)) to the range of its channel; returns each row's largest |Δx| / ε. The drive has a row for
  /// each position.
  private static func move(
    _ input: inout Matrix, drive: Matrix, step: Double, within ranges: [ClosedRange<Double>]
  ) -> [Double] {
    let positions = drive.rows / input.rows
    return (0..<input.rows).map { row in
      var largest = 0.0
      for column in 0..<input.columns {
        let x = input[row, column]
        let (position, unit) = (column / drive.columns, column % drive.columns)
        let (range, felt) = (ranges[column % ranges.count], drive[row * positions + position, unit])
        let next = min(max(x - step * (x - felt), range.lowerBound), range.upperBound)
        largest = max(largest, abs(next - x) / step)
        input[row, column] = next
      }
      return largest
    }
  }
}

/// What a layer would send to the input through the weights between them.
private struct WayDown {
  let layer: Int
  let wiring: Wiring
  let backward: Panels

  init(_ weights: ConnectionWeights) {
    layer = weights.connection.target
    wiring = weights.wiring
    var backward = Panels(
      depth: wiring.taps * weights.forward.columns, columns: wiring.below.units,
      precision: weights.forward.precision)
    backward.setTranspose(of: weights.forward, taps: wiring.taps)
    self.backward = backward
  }

  func add(to drive: inout Matrix, _ state: State, _ clamped: Clamped, rows: Range<Int>) {
    let seen = clamped.spread(state.activity(layer), ofLayer: layer, units: 0..<wiring.above.units)
    drive.setConvolution(
      examples: rows, of: seen, PositionLayout(positions: wiring.before.positions), taps: wiring.downward,
      of: wiring.taps, with: backward, adding: .itself)
  }
}
