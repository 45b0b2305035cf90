import EnergyModels
import EquilibriumPropagation
import Tensors

/// Chains of a model of inputs on their way from noise.
public struct SampledChains: Equatable, Sendable {
  /// Sweeps made when each frame was taken, and its inputs: of each chain the means given its hidden units.
  public var frames: [(sweep: Int, inputs: [[Double]])]
  /// E of each sweep, for each chain.
  public var energies: [[Double]]

  public static func == (a: Self, b: Self) -> Bool {
    a.energies == b.energies && a.frames.map(\.inputs) == b.frames.map(\.inputs)
  }
}

extension Inspection {
  /// Lets chains of the model move, from inputs whose units are uniform, by Gibbs sweeps of all layers.
  ///
  /// - Parameters:
  ///   - sweeps: of which the last one is a frame.
  ///   - frames: evenly spaced over them.
  ///   - seed: the key of what is drawn, by counters (seed, chain, sweep, unit).
  public func chains(count: Int, sweeps: Int, frames: Int, seed: UInt64) throws -> SampledChains {
    precondition(count > 0 && sweeps > 0 && 1...sweeps ~= frames, "a chain of sweeps")
    let precision = parameters.precision
    var relaxation = run.relaxation
    relaxation.start = .zero
    let method = Method(
      run.procedure.relaxing(as: relaxation), portion: parameters.portion, rows: count, precision: precision,
      neighbours: Alone())
    let random = CounterRandom(seed: seed, purpose: .samples)
    let input = Matrix(rows: count, columns: network.inputs, precision: precision) {
      random.unit($0, $1, 0) < 0.5 ? 0 : 1
    }
    var clamped = Clamped(shards: [0, count], input: input, targets: nil, parameters: parameters)
    clamped.random = CounterRandom(seed: seed, purpose: .noise)
    clamped.stream = 1 << 10
    clamped.examples = Array(0..<count)
    let phase = Phase(
      "chain", from: .batch, Sampler(relaxation, isCommon: false), for: Duration(atMost: sweeps))
    let start = State(rows: count, portion: parameters.portion, precision: precision)
    var path = try method.begin(
      phase, number: 0, from: start, ends: [], clamped: clamped, parameters: parameters)
    var chains = SampledChains(frames: [], energies: Array(repeating: [], count: count))
    let means = LayerUpdate(
      move: .mean(temperature: relaxation.sampling.temperature), curve: network.activation(0).curve, step: 1)
    for sweep in 1...sweeps {
      try method.iterate(&path, parameters)
      let energies = parameters.energies(state: path.state, clamped: clamped, rows: 0..<count)
      for (chain, energy) in energies.enumerated() { chains.energies[chain].append(energy) }
      guard chains.frames.count < sweep * frames / sweeps else { continue }
      let drive = parameters.drive(of: 0, state: path.state, clamped: clamped, rows: 0..<count)
      var shown = path.state[0]
      _ = shown.apply(
        means, to: path.state[0], drive: drive, rows: 0..<count, columns: 0..<network.inputs)
      chains.frames.append((sweep, (0..<count).map { shown.states.row($0) }))
    }
    return chains
  }
}
