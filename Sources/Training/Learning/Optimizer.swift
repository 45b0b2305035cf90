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
  var moments: Moments
  /// Updates made, from the run's first step on.
  var updates = 0
  var rates: LayerRates

  private init(
    run: RunFile, parameters: Parameters, grid: Grid?, replicas: Int, sharesMemory: Bool
  ) throws {
    settings = run.training
    rates = LayerRates(run.network)
    rejects = run.nudging.reject
    self.grid = grid
    isOnlyReplica = replicas == 1
    let shared = try grid.flatMap {
      sharesMemory && $0.sharesMemory
        ? try SharedSum(over: $0.twins, most: parameters.largestTensor) : nil
    }
    sum32 = grid.map { FixedOrderAllreduce(over: $0.twins, sharing: shared) }
    sum64 = grid.map { FixedOrderAllreduce(over: $0.twins, sharing: shared) }
    self.shared = shared
    moments = Moments(parameters, run.training.moments)
    let sums = run.procedure.contrast.products(run.procedure.phases).count
    for weights in parameters.connections {
      let sums = parameters.portion.network.isState(weights.connection.source) ? sums : 1
      makeRoom(weights.forward, sums: sums)
      if let backward = weights.backward, !weights.isMirrored { makeRoom(backward, sums: sums) }
    }
    for bias in parameters.biases { makeRoom(bias, sums: 1) }
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
  /// - Parameter factor: of all rates.
  package func step(
    _ parameters: inout Parameters, contrast: Contrast, examples: Int, factor: Double = 1
  ) throws {
    grid?.clock?.enter(.optimizer)
    defer { grid?.clock?.leave() }
    let kept = examples - (try rejected(contrast))
    updates += 1
    func update(_ k: Int, decay: Double) -> WeightUpdate {
      settings.update(
        rate: rates.rates[max(k, 1) - 1] * factor,
        scale: kept > 0 ? 1 / (contrast.strength * Double(kept)) : 0,
        decay: decay, number: updates)
    }
    for i in parameters.connections.indices {
      let connection = parameters.connections[i].connection
      let update = update(connection.target, decay: settings.decay)
      // MPI's own sum need not give W and its transpose, held elsewhere, the same bits.
      let isHeldOnce =
        parameters.connections[i].backward == nil || parameters.connections[i].isMirrored
      let index = parameters.connections[i].index
      let sums = contrast.sums(index, block: parameters.connections[i].forwardBlock, backward: false)
      try learn(
        &parameters.connections[i].forward, &moments.forward[i], sums, contrast.shards, update,
        mayUseMPI: isHeldOnce)
      parameters.connections[i].mirror()
      if let block = parameters.connections[i].backwardBlock, !parameters.connections[i].isMirrored {
        let sums = contrast.sums(index, block: block, backward: true)
        try learn(
          &parameters.connections[i].backward!, &moments.backward[i], sums, contrast.shards, update,
          mayUseMPI: false)
      }
    }
    // An input's bias learns at the rate of the layer above it.
    for (i, k) in parameters.portion.layers.enumerated() where parameters.portion.network.biased.contains(k) {
      let sum = contrast.sum(bias: k, units: parameters.portion.units(k))
      try learn(
        &parameters.biases[i], &moments.biases[i], [sum], contrast.shards, update(k, decay: 0),
        mayUseMPI: false)
    }
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
      func write(_ sum: ContrastSum, to out: inout Panels) throws {
        grid?.clock?.enter(.contrast)
        sum.write(panels: panels, to: &out, at: 0, shards: shards)
        grid?.clock?.leave()
        guard !isOnlyReplica else { return }
        try add(out.scalars(panels: 0..<panels.count), byMPI: mayUseMPI && settings.reduction == .mpi)
      }
      // Each sum is complete over all shards before the next is added to it, wherever the shards are.
      for (index, sum) in sums.enumerated() {
        guard index > 0, term != nil else {
          try write(sum, to: &contrast)
          continue
        }
        try write(sum, to: &term!)
        contrast.add(term!, panels: 0..<panels.count)
      }
      let written = contrast.scalars(panels: 0..<panels.count)
      update.apply(to: &weights, moments: &moments, panels: panels, contrast: written)
    }
    workspaces[key(weights, strip, 0)] = contrast
    if let term { workspaces[key(weights, strip, 1)] = term }
  }

  /// Panels that are summed at a time.
  private func strip(_ weights: Panels) -> Int { isOnlyReplica ? min(2, weights.count) : weights.count }

  /// Room for a tensor that learns from so many sums, so that no step makes any.
  private func makeRoom(_ weights: Panels, sums: Int) {
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
    for k in plain.network.layers.indices { plain.network.layers[k].rate = .fixed(1) }
    plain.training.optimizer = .sgd
    plain.training.momentum = 0
    plain.training.decay = 0
    plain.training.schedule = .constant
    plain.training.reduction = .reproducible
    try self.init(run: plain, parameters: parameters, grid: grid, sharesMemory: false)
  }
}

extension Parameters {
  /// The bytes of the largest block that learns by itself.
  fileprivate var largestTensor: Int {
    let learning: [Panels?] =
      connections.flatMap { [$0.forward, $0.isMirrored ? nil : $0.backward] } + biases
    return learning.map { $0?.byteCount ?? 0 }.max() ?? 0
  }
}
