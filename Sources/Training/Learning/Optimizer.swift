import EnergyModels
import EquilibriumPropagation
import MessagePassing
import RunFiles
import Tensors

/// The run's optimizer on the weights that a portion holds; biases do not decay:
///
///     g = λ W − (1/β) · mean contrast,   v ← μ v + g
///     sgd:  W ← W − α(epoch) v,   nesterov:  W ← W − α(epoch) (g + μ v),   adam:  see `Adam`
///
/// Sends, where there are replicas, each sum that a connection or bias learns from once: see `FixedOrderAllreduce`.
package final class Optimizer {
  private let settings: TrainingSettings
  /// nil where tensors hold no numbers, and nothing is sent.
  private let grid: Grid?
  private let isOnlyReplica: Bool
  private let sum32: FixedOrderAllreduce<Float>?
  private let sum64: FixedOrderAllreduce<Double>?
  private let shared: SharedSum?
  private let rejects: Bool
  /// Room for the sums that a step takes.
  private var workspaces: [Int: Panels] = [:]
  /// Where they are clipped or told: of all that learns, which has to be known before any does.
  private let gathers: Bool
  private var gathered: [Panels] = []
  /// Of the last update whose sums were brought together: the squares of their weights and of their biases, as far as this
  /// rank knows them, and what makes them gradients.
  private(set) var measured: (squares: [LayerSquares], scale: Double)
  var moments: Moments
  /// What learns by itself, once it was listed.
  private var known: [LearningTensor]?
  /// Updates made, from the run's first step on.
  var updates = 0
  var rates: LayerRates

  private init(
    run: RunFile, parameters: Parameters, grid: Grid?, replicas: Int, sharesMemory: Bool
  ) throws {
    settings = run.training
    rates = LayerRates(run.network)
    rejects = run.nudging.reject
    gathers = run.training.clip != nil || run.report.every != nil
    let nothing = LayerSquares(parameters.portion.slicing)
    measured = ([nothing, nothing], 0)
    self.grid = grid
    isOnlyReplica = replicas == 1
    let most = parameters.largestTensor(rates)
    let shared = try grid.flatMap {
      sharesMemory && $0.sharesMemory && most > 0 ? try SharedSum(over: $0.twins, most: most) : nil
    }
    sum32 = grid.map { FixedOrderAllreduce(over: $0.twins, sharing: shared) }
    sum64 = grid.map { FixedOrderAllreduce(over: $0.twins, sharing: shared) }
    self.shared = shared
    moments = Moments(parameters, run.training.moments)
    let sums = run.procedure.contrast.products(run.procedure.phases).count
    for tensor in tensors(parameters) {
      makeRoom(tensor.panels(parameters), sums: tensor.isMutual(parameters) ? sums : 1)
    }
  }

  convenience init(run: RunFile, parameters: Parameters, grid: Grid, sharesMemory: Bool = true) throws {
    try self.init(
      run: run, parameters: parameters, grid: grid, replicas: grid.twins.count, sharesMemory: sharesMemory)
  }

  /// Of parameters without numbers, to tell what a step takes: nothing is sent.
  package convenience init(run: RunFile, hollow parameters: Parameters, replicas: Int) throws {
    try self.init(run: run, parameters: parameters, grid: nil, replicas: replicas, sharesMemory: false)
  }

  /// Bytes of the moments.
  package var momentBytes: Int { moments.byteCount }

  /// Bytes of the memory through which sums go.
  var messageBytes: Int { shared?.byteCount ?? 0 }

  /// One step: every connection and bias held here learns from the contrast of a batch of so many examples.
  ///
  /// - Parameters:
  ///   - factor: of all rates.
  ///   - isTold: whether `measured` is to tell of it.
  package func step(
    _ parameters: inout Parameters, contrast: Contrast, examples: Int, factor: Double = 1,
    isTold: Bool = false
  ) throws {
    grid?.clock?.enter(.optimizer)
    defer { grid?.clock?.leave() }
    let kept = examples - (try rejected(contrast))
    updates += 1
    var scale = kept > 0 ? 1 / (contrast.strength * Double(kept)) : 0
    let isGathered = settings.clip != nil || isTold
    if isGathered {
      try gather(parameters, contrast)
      measured = (squares(parameters.portion), scale)
    }
    if let limit = settings.clip {
      if let grid { try LayerSquares.share(&measured.squares, over: grid) }
      let norm = measured.squares.flatMap(\.sums).reduce(0, +).squareRoot() * abs(scale)
      if norm > limit { scale *= limit / norm }
    }
    for (number, tensor) in tensors(parameters).enumerated() {
      let (k, isBias) = tensor.target(parameters)
      let update = settings.update(
        rate: rates.rates[max(k, 1) - 1] * factor, scale: scale, decay: isBias ? 0 : settings.decay,
        number: updates)
      if isGathered {
        tensor.access(&parameters, &moments) { weights, moments in
          let panels = 0..<weights.count
          update.apply(
            to: &weights, moments: &moments, panels: panels,
            contrast: gathered[number].scalars(panels: panels)
          )
        }
      } else {
        let sums = tensor.sums(parameters, contrast)
        let mayUseMPI = tensor.isHeldOnce(parameters)
        try tensor.access(&parameters, &moments) { weights, moments in
          try learn(&weights, &moments, sums, contrast.shards, update, mayUseMPI: mayUseMPI)
        }
      }
      if case .forward(let i) = tensor { parameters.connections[i].mirror() }
    }
    if let a = settings.average { moments.average(parameters, a: a, t: updates - 1) }
  }

  /// Σ over the batch of some activities, each at one position: over shards and replicas as what biases learn from.
  func sum(_ activity: Matrix, shards: [Int]) throws -> Panels {
    var sum = Panels(depth: 1, columns: activity.columns, precision: activity.precision)
    let all = 0..<sum.count
    ContrastSum(pre: .one(activity.precision), post: .init(activity))
      .write(panels: all, to: &sum, at: 0, shards: shards)
    if !isOnlyReplica { try add(sum.scalars(panels: all), byMPI: false) }
    return sum
  }

  /// What learns by itself, in order: of each connection its weights in each direction that is held, then the biases.
  private func tensors(_ parameters: Parameters) -> [LearningTensor] {
    if let known { return known }
    var tensors: [LearningTensor] = []
    for (i, weights) in parameters.connections.enumerated()
    where !rates.isFrozen(weights.connection.target) {
      tensors.append(.forward(i))
      if weights.backwardBlock != nil, !weights.isMirrored { tensors.append(.backward(i)) }
    }
    for (i, k) in parameters.portion.layers.enumerated()
    where parameters.portion.network.biased.contains(k) && !rates.isFrozen(k) { tensors.append(.bias(i)) }
    known = tensors
    return tensors
  }

  /// Brings together the sums that all tensors learn from, over shards and replicas.
  private func gather(_ parameters: Parameters, _ contrast: Contrast) throws {
    for (number, tensor) in tensors(parameters).enumerated() {
      let sums = tensor.sums(parameters, contrast)
      let count = gathered[number].count
      var term: Panels? = sums.count > 1 ? workspace(gathered[number], count, 1) : nil
      try add(
        sums, panels: 0..<count, contrast.shards, mayUseMPI: tensor.isHeldOnce(parameters),
        to: &gathered[number], by: &term)
      if let term { workspaces[key(term, count, 1)] = term }
    }
  }

  /// What the sums brought together are, in squares: of each layer and slice in one order.
  private func squares(_ portion: Portion) -> [LayerSquares] {
    var (weights, biases) = (LayerSquares(portion.slicing), LayerSquares(portion.slicing))
    for (tensor, sum) in zip(known ?? [], gathered) {
      switch tensor {
      case .forward(let i):
        let index = portion.connections.lowerBound + i
        weights.add(
          sum, of: portion.network.connections[index], taps: portion.network.wirings[index].taps, in: portion)
      case .backward: break
      case .bias(let i): biases.add(sum, ofLayer: portion.layers.lowerBound + i, in: portion)
      }
    }
    return [weights, biases]
  }

  /// Contrast, sum over replicas, update: of plain descent in one pass where this is the only replica and there is one
  /// sum, else a whole block in one message.
  private func learn(
    _ weights: inout Panels, _ moments: inout TensorMoments, _ sums: [ContrastSum], _ shards: [Int],
    _ update: WeightUpdate, mayUseMPI: Bool
  ) throws {
    if isOnlyReplica, sums.count == 1, let descent = update.inRegisters {
      grid?.clock?.enter(.contrast)
      defer { grid?.clock?.leave() }
      return sums[0].descend(&weights, velocity: &moments.first, by: descent, shards: shards)
    }
    let strip = strip(weights)
    var contrast = workspace(weights, strip, 0)
    var term: Panels? = sums.count > 1 ? workspace(weights, strip, 1) : nil
    for first in stride(from: 0, to: weights.count, by: max(strip, 1)) {
      let panels = first..<min(first + strip, weights.count)
      try add(sums, panels: panels, shards, mayUseMPI: mayUseMPI, to: &contrast, by: &term)
      let written = contrast.scalars(panels: 0..<panels.count)
      update.apply(to: &weights, moments: &moments, panels: panels, contrast: written)
    }
    workspaces[key(weights, strip, 0)] = contrast
    if let term { workspaces[key(weights, strip, 1)] = term }
  }

  /// The sum of some sums over shards and replicas, of some panels; each is complete over all shards before the next is
  /// added to it, wherever the shards are.
  private func add(
    _ sums: [ContrastSum], panels: Range<Int>, _ shards: [Int], mayUseMPI: Bool, to total: inout Panels,
    by term: inout Panels?
  ) throws {
    func write(_ sum: ContrastSum, to out: inout Panels) throws {
      grid?.clock?.enter(.contrast)
      sum.write(panels: panels, to: &out, at: 0, shards: shards)
      grid?.clock?.leave()
      guard !isOnlyReplica else { return }
      try add(out.scalars(panels: 0..<panels.count), byMPI: mayUseMPI && settings.reduction == .mpi)
    }
    for (index, sum) in sums.enumerated() {
      guard index > 0, term != nil else {
        try write(sum, to: &total)
        continue
      }
      try write(sum, to: &term!)
      total.add(term!, panels: 0..<panels.count)
    }
  }

  /// Panels that are summed at a time.
  private func strip(_ weights: Panels) -> Int { isOnlyReplica ? min(2, weights.count) : weights.count }

  /// Room for a tensor that learns from so many sums, so that no step makes any.
  private func makeRoom(_ weights: Panels, sums: Int) {
    if gathers {
      let columns = weights.count * panelWidth
      gathered.append(Panels(depth: weights.depth, columns: columns, precision: weights.precision))
      if sums > 1 { workspaces[key(weights, weights.count, 1)] = workspace(weights, weights.count, 1) }
    }
    if settings.clip != nil { return }
    let isInRegisters = if case .sgd = settings.optimizer { isOnlyReplica && sums == 1 } else { false }
    for number in 0..<(isInRegisters ? 0 : min(sums, 2)) {
      workspaces[key(weights, strip(weights), number)] = workspace(weights, strip(weights), number)
    }
  }

  private func key(_ weights: Panels, _ strip: Int, _ number: Int) -> Int {
    weights.depth << 32 | strip << 1 | number
  }

  /// Room for so many panels, given back to `workspaces` after use.
  private func workspace(_ weights: Panels, _ strip: Int, _ number: Int) -> Panels {
    workspaces.removeValue(forKey: key(weights, strip, number))
      ?? Panels(depth: weights.depth, columns: strip * panelWidth, precision: weights.precision)
  }

  /// The rows of the whole batch that its contrast leaves out: where any may be, one sum of an integer over replicas.
  private func rejected(_ contrast: Contrast) throws -> Int {
    guard rejects else { return 0 }
    var count = [Int64(contrast.rejected)]
    if let grid, grid.twins.count > 1 { try grid.twins.sum(&count) }
    return Int(count[0])
  }

  private func add(_ values: Scalars, byMPI: Bool) throws {
    guard let grid else { return }
    grid.clock?.count(sum: values.count * values.precision.size, over: grid.twins.count)
    grid.clock?.enter(.sum)
    defer { grid.clock?.leave() }
    switch (byMPI, values.precision) {
    case (false, .float32): try sum32?.sum(values.buffer(of: Float.self))
    case (false, .float64): try sum64?.sum(values.buffer(of: Double.self))
    case (true, .float32): try grid.twins.sumByMPI(values.buffer(of: Float.self))
    case (true, .float64): try grid.twins.sumByMPI(values.buffer(of: Double.self))
    case (_, .hollow32), (_, .hollow64): break
    }
  }
}

extension Optimizer {
  /// Steps that add up gradients: plain descent at rate 1, no momentum, no decay; few, and so without memory that ranks share.
  package convenience init(gradientsOf run: RunFile, parameters: Parameters, grid: Grid) throws {
    var plain = run
    // Where layers learn by themselves a read-out that nobody teaches stays as it is.
    for k in plain.network.layers.indices where run.network.labelling == nil || !run.network.isFrozen(k + 1) {
      plain.network.layers[k].rate = .fixed(1)
    }
    plain.training.optimizer = .sgd
    plain.training.momentum = 0
    plain.training.decay = 0
    plain.training.average = nil
    (plain.training.clip, plain.report.every) = (nil, nil)
    plain.training.schedule = .constant
    plain.training.reduction = .reproducible
    try self.init(run: plain, parameters: parameters, grid: grid, sharesMemory: false)
  }
}

extension Parameters {
  /// The bytes of the largest block that learns by itself; 0 where nothing does.
  fileprivate func largestTensor(_ rates: LayerRates) -> Int {
    let connections = connections.filter { !rates.isFrozen($0.connection.target) }
    let biases = zip(portion.layers, biases).filter { !rates.isFrozen($0.0) }.map(\.1)
    let learning: [Panels?] =
      connections.flatMap { [$0.forward, $0.isMirrored ? nil : $0.backward] } + biases
    return learning.map { $0?.byteCount ?? 0 }.max() ?? 0
  }
}
