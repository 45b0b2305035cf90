import EnergyModels
import EquilibriumPropagation
import Tensors

/// What the energies along chains tell of them.
struct ChainEnergies {
  /// E after each sweep, of each example.
  private let traces: [[Double]]

  /// Steps in percent that examples accepted of those that were proposed to them.
  let acceptance: Double?

  init(_ traces: [[Double]], acceptance: Double? = nil) {
    (self.traces, self.acceptance) = (traces, acceptance)
  }

  private var sweeps: Int { traces[0].count }

  /// 1 + 2 Σ of the autocorrelation of the second half, summed until it is noise.
  var memory: Double {
    let halves = traces.map { trace -> [Double] in
      let half = Array(trace[(trace.count / 2)...])
      let mean = half.reduce(0, +) / Double(half.count)
      return half.map { $0 - mean }
    }
    func correlation(_ lag: Int) -> Double {
      halves.reduce(0) { sum, half in
        (lag..<half.count).reduce(sum) { $0 + half[$1] * half[$1 - lag] / Double(half.count - lag) }
      }
    }
    let variance = correlation(0)
    guard variance > 0 else { return 1 }
    var sum = 1.0
    // Geyer's: pairs of neighbouring lags are positive until noise takes over.
    for lag in stride(from: 1, to: halves[0].count / 4, by: 2) {
      let pair = (correlation(lag) + correlation(lag + 1)) / variance
      guard pair > 0 else { break }
      sum += 2 * pair
    }
    return max(sum, 1)
  }

  /// The first sweep from which on the mean energy of the examples stays within four standard errors, as the second half
  /// tells them; nil where there is none before that.
  var settling: Int? {
    let means = (0..<sweeps).map { sweep in
      traces.reduce(0) { $0 + $1[sweep] } / Double(traces.count)
    }
    let half = means[(sweeps / 2)...]
    let mean = half.reduce(0, +) / Double(half.count)
    let deviation = (half.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(half.count)).squareRoot()
    let outside = means[..<(sweeps / 2)].lastIndex { abs($0 - mean) > 4 * deviation }
    guard let outside else { return 0 }
    return outside + 1 < sweeps / 2 ? outside + 1 : nil
  }
}

extension WholeNetwork {
  /// E along a free phase from zero, ten times as long as the run's.
  func chainEnergies() throws -> ChainEnergies {
    var relaxation = run.relaxation
    relaxation.start = .zero
    relaxation.free = Duration(atMost: max(400, 10 * relaxation.sampling.sweeps))
    let method = method(run.procedure.relaxing(as: relaxation))
    var phase = method.procedure.phases[0]
    phase.keeps = .end
    var path = try method.begin(
      phase, number: 0, from: batch.start, ends: [], clamped: batch.clamped, parameters: parameters)
    var traces = batch.clamped.rows.map { _ in [Double]() }
    while !path.isOver {
      try method.iterate(&path, parameters)
      let energies = parameters.energies(state: path.state, clamped: batch.clamped, rows: batch.clamped.rows)
      for (row, energy) in energies.enumerated() { traces[row].append(energy) }
    }
    let accepted = try method.end(&path, parameters).acceptance?.share
    return ChainEnergies(traces, acceptance: accepted.map { 100 * $0 })
  }
}
