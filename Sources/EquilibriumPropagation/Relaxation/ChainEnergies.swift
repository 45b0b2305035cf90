/// What the energies along chains tell of them.
public struct ChainEnergies {
  /// E after each sweep, of each example.
  private let traces: [[Double]]

  /// Steps in percent that examples accepted of those that were proposed to them.
  public let acceptance: Double?

  public init(_ traces: [[Double]], acceptance: Double? = nil) {
    (self.traces, self.acceptance) = (traces, acceptance)
  }

  /// The second half of each, from its mean.
  private var halves: [[Double]] {
    traces.map { trace in
      let half = Array(trace[(trace.count / 2)...])
      let mean = half.reduce(0, +) / Double(half.count)
      return half.map { $0 - mean }
    }
  }

  private static func correlation(_ halves: [[Double]], _ lag: Int) -> Double {
    halves.reduce(0) { sum, half in
      (lag..<half.count).reduce(sum) { $0 + half[$1] * half[$1 - lag] / Double(half.count - lag) }
    }
  }

  /// The autocorrelation of the second half at lags from 0 on, so many of them.
  public func autocorrelation(lags: Int) -> [Double] {
    let halves = halves
    let variance = Self.correlation(halves, 0)
    guard variance > 0 else { return [1] }
    return (0..<min(lags, halves[0].count / 2)).map { Self.correlation(halves, $0) / variance }
  }

  private var sweeps: Int { traces[0].count }

  /// 1 + 2 Σ of the autocorrelation of the second half, summed until it is noise.
  public var memory: Double {
    let halves = halves
    let variance = Self.correlation(halves, 0)
    guard variance > 0 else { return 1 }
    var sum = 1.0
    // Geyer's: pairs of neighbouring lags are positive until noise takes over.
    for lag in stride(from: 1, to: halves[0].count / 4, by: 2) {
      let pair = (Self.correlation(halves, lag) + Self.correlation(halves, lag + 1)) / variance
      guard pair > 0 else { break }
      sum += 2 * pair
    }
    return max(sum, 1)
  }

  /// The first sweep from which on the mean energy of the examples stays within four standard errors, as the second half
  /// tells them; nil where there is none before that.
  public var settling: Int? {
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
