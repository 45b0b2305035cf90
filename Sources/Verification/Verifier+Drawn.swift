import EnergyModels
import EquilibriumPropagation
import Records
import RunFiles
import Tensors
import Training

/// Gradients of runs whose states are drawn: estimates made many times over, each of a step of its own, against a long run's.
extension Verifier {
  /// Estimates of each kind.
  private static var estimates: Int { 40 }

  func measureDrawn(_ measured: inout Measurements, _ tell: (String) -> Void) throws {
    tell("the chain")
    let chain = try energies()
    tell("the run's own gradient, \(Self.estimates) times")
    let own = try spread(of: run, from: 0)
    tell("a long run's gradient")
    let long = try spread(of: longRun, from: 1)
    guard let own, let long else {
      _ = try deviations(over: nil, tell)
      return
    }
    let layers = (1...own.mean.layers).map { k in own.layer(k, against: long) }
    measured.own = .init(own.mean, long.mean)
    measured.gradients += [("estimate", own.mean), ("exact", long.mean)]
    let deviations = try deviations(over: long.mean, tell)
    measured.drawn = DrawnGradient(
      estimates: Self.estimates, layers: layers, deviations: deviations, memory: chain?.memory ?? .nan,
      effectiveStates: Double(run.relaxation.sampling.average) / (chain?.memory ?? .nan),
      settling: chain?.settling)
  }

  /// Phases ten times as long at a small β, each drawing the same numbers.
  private var longRun: RunFile {
    var long = run
    long.nudging.kind = .centered
    long.nudging.beta = min(abs(run.nudging.beta), 0.05)
    (long.nudging.noise, long.nudging.estimator) = (.common, .contrast)
    long.relaxation.sampling.burnIn = 10 * max(run.relaxation.sampling.sweeps, 10)
    long.relaxation.sampling.average = 4 * run.relaxation.sampling.average
    long.relaxation.free = Duration(atMost: long.relaxation.sampling.sweeps)
    long.relaxation.nudged = long.relaxation.free
    return long
  }

  /// Mean and variance of a run's estimates, on rank 0.
  ///
  /// - Parameter series: keeps the numbers of two kinds of estimates apart.
  private func spread(of run: RunFile, from series: Int) throws -> GradientSpread? {
    var relaxation = run.relaxation
    // A chain that is carried on has burnt in long ago.
    if relaxation.start == .persistent {
      relaxation.start = .zero
      relaxation.free.atMost += longRun.relaxation.sampling.burnIn
    }
    let method = try run.makeMethod(
      relaxation: relaxation, grid: grid, deal: deal, rows: batch.rows, messages: messages)
    let optimizer = try Optimizer(gradientsOf: run, parameters: parameters, grid: grid)
    var spread: GradientSpread?
    for step in 0..<Self.estimates {
      var clamped = batch.clamped
      (clamped.step, clamped.stream) = (step, 100 + series)
      let free = try method.infer(from: batch.start, clamped: clamped, parameters: parameters)
      var gradient = Parameters(portion: parameters.portion, precision: .float64)
      var lesson = method.lesson(from: free, sign: step.isMultiple(of: 2) ? 1 : -1, clamped: clamped)
      while let contrast = try lesson.next(parameters) {
        try optimizer.step(&gradient, contrast: contrast, examples: batch.examples)
      }
      guard let whole = try GradientGather(grid: grid, deal: deal).gather(gradient) else { continue }
      if spread == nil { spread = GradientSpread(zerosFor: whole) }
      spread?.add(whole)
    }
    return spread
  }

  /// The deviation of an estimate at falling β, by both laws of the noise.
  private func deviations(over long: Gradient?, _ tell: (String) -> Void) throws -> [DrawnGradient.Deviation]
  {
    guard run.procedure.usesBeta else { return [] }
    return try (choices.betas ?? [0.4, 0.2, 0.1, 0.05, 0.02]).sorted(by: >).map { beta in
      tell("the deviation of an estimate at β \(beta)")
      func deviation(_ noise: NudgingNoise) throws -> Double {
        var judged = run
        (judged.nudging.beta, judged.nudging.noise) = (beta, noise)
        // On every rank, whoever knows the long run's gradient.
        let spread = try spread(of: judged, from: 2)
        return long.flatMap { long in spread?.deviation(over: long.all) } ?? .nan
      }
      return .init(beta: beta, common: try deviation(.common), independent: try deviation(.independent))
    }
  }

  /// What the energies of the free phase's chains tell, on rank 0.
  private func energies() throws -> ChainEnergies? {
    var found: ChainEnergies?
    try onFirst { found = try $0.chainEnergies() }
    return found
  }
}

/// Mean and variance of gradients, element by element.
struct GradientSpread {
  private(set) var mean: Gradient
  private(set) var count = 0
  /// Σ (x − mean)².
  private var squares: Gradient

  init(zerosFor gradient: Gradient) {
    mean = gradient
    mean.apply { _ in 0 }
    squares = mean
  }

  mutating func add(_ gradient: Gradient) {
    count += 1
    let n = Double(count)
    var step = gradient
    step.combine(mean) { $0 - $1 }
    mean.combine(step) { $0 + $1 / n }
    squares.combine(step) { $0 + $1 * $1 * (n - 1) / n }
  }

  /// The deviation of one gradient as a whole, over the norm of another.
  func deviation(over other: [Double]) -> Double { deviation(squares.all, over: other) }

  private func deviation(_ squares: [Double], over other: [Double]) -> Double {
    let variance = squares.reduce(0, +) / Double(max(count - 1, 1))
    return (variance / max(other.reduce(0) { $0 + $1 * $1 }, .leastNormalMagnitude)).squareRoot()
  }

  /// A layer against another spread's.
  func layer(_ k: Int, against other: GradientSpread) -> DrawnGradient.Layer {
    let (mine, theirs) = (mean.elements(layer: k), other.mean.elements(layer: k))
    let errors = zip(squares.elements(layer: k), other.squares.elements(layer: k)).map {
      ($0 / Double(count - 1) / Double(count) + $1 / Double(other.count - 1) / Double(other.count))
        .squareRoot()
    }
    // An element that never moves has no score.
    let scores = zip(zip(mine, theirs), errors).compactMap { $1 > 0 ? abs($0.0 - $0.1) / $1 : nil }
    let square = scores.reduce(0) { $0 + $1 * $1 } / Double(max(scores.count, 1))
    return .init(
      match: mean.match(other.mean, layer: k),
      deviation: deviation(squares.elements(layer: k), over: theirs), meanScore: square.squareRoot(),
      largestScore: scores.max() ?? 0)
  }
}

extension Gradient {
  fileprivate mutating func apply(_ body: (Double) -> Double) {
    for index in weights.indices { weights[index] = weights[index].map(body) }
    for index in biases.indices { biases[index] = biases[index].map(body) }
  }

  fileprivate mutating func combine(_ other: Gradient, _ body: (Double, Double) -> Double) {
    for index in weights.indices { weights[index] = zip(weights[index], other.weights[index]).map(body) }
    for index in biases.indices { biases[index] = zip(biases[index], other.biases[index]).map(body) }
  }
}

/// What the energies along chains tell of them.
struct ChainEnergies {
  /// E after each sweep, of each example.
  private let traces: [[Double]]

  init(_ traces: [[Double]]) { self.traces = traces }

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
    return ChainEnergies(traces)
  }
}
