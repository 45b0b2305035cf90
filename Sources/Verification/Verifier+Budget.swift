import EquilibriumPropagation
import Records
import RunFiles
import Training

extension Verifier {
  /// The sweeps of the free phase and of each nudged one that are tried.
  private static let counts = (
    free: [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40], nudged: [1, 2, 3, 4, 6, 8, 12]
  )

  /// Whether the run's phases settle and nudge, and may do so by sweeps, so that there is something to choose.
  public var hasBudget: Bool {
    run.procedure.relaxes && !run.relaxation.samples && run.procedure.contrast.learns == .once
      && run.procedure.objective == .costAtRest && run.procedure.nudges && !run.procedure.isComplex
      && !kinds.isEmpty
  }

  /// The least sweeps whose gradient keeps a cosine with the exact one at rest in every layer: for each order, factor and
  /// start the cheapest, as far as that is not twice as dear as another one. Complete on rank 0.
  ///
  /// Every rank of the grid must call it. `progress` hears on rank 0 what is being done.
  public func budget(cosine: Double, progress: (String) -> Void) throws -> BudgetRecord? {
    if grid.isFirst { progress("the exact gradient") }
    let own = Evaluator.relaxation(of: run)
    let rest = try infer(run.relaxation.toRest, from: try infer(own).state)
    guard try haveSettled(rest) else { return nil }
    let exact = try exactGradient(from: rest.state)
    var ownRow = try row(own, exact)
    // As the run file has them, which is at most; what is judged of persistent states is where they end up.
    (ownRow.start, ownRow.sweeps) = (run.relaxation.start.rawValue, sweeps(run.relaxation))
    (ownRow.free, ownRow.nudged) = (run.relaxation.free.atMost, run.relaxation.nudged.atMost)
    var rows: [BudgetRecord.Row] = []
    for (index, kind) in kinds.enumerated() {
      if grid.isFirst, index == 0 || kind.order != kinds[index - 1].order {
        progress("sweeps in the order \(kind.order)")
      }
      let most = 2 * (rows.map(\.sweeps).min() ?? .infinity)
      for relaxation in relaxations(kind) where sweeps(relaxation) <= most {
        let found = try row(relaxation, exact)
        var isKept: [Int64] = [grid.isFirst && found.cosines.allSatisfy { $0 >= cosine } ? 1 : 0]
        try grid.world.maximum(&isKept)
        guard isKept[0] > 0 else { continue }
        rows.append(found)
        break
      }
    }
    let least = rows.map(\.sweeps).min() ?? 0
    let facts = VerificationRecord(Measurements(), of: run, deal: deal).facts
    return BudgetRecord(
      run: facts.run, network: facts.network, examples: batch.examples, cosine: cosine, own: ownRow,
      rows: rows.filter { $0.sweeps <= 2 * least }.sorted {
        ($0.sweeps, -($0.cosines.min() ?? 0)) < ($1.sweeps, -($1.cosines.min() ?? 0))
      })
  }

  /// Orders, factors and starts that are tried, as far as a run file may have them: those most often good first, since they
  /// bound the others.
  private var kinds: [Relaxation] {
    let orders = [SweepOrders(free: .upwards, nudged: .downwards), SweepOrders()]
    let starts: [Start] = run.network.input.anchor == .clamped ? [.forward, .zero] : [.zero]
    return orders.flatMap { order in
      [1.5, 1.35, 1.2, 1.7, 1].flatMap { factor in
        starts.map { start in
          var relaxation = run.relaxation
          relaxation.updates = factor == 1 ? .evenOdd : .overRelaxed
          (relaxation.order, relaxation.factor, relaxation.start) = (order, factor, start)
          return relaxation
        }
      }
    }.filter { relaxation in
      var other = run
      other.relaxation = relaxation
      return (try? RunFile.parse(other.resolvedYAML, file: run.name)) != nil
    }
  }

  /// The same with every number of sweeps, the cheapest first.
  private func relaxations(_ kind: Relaxation) -> [Relaxation] {
    Self.counts.free.flatMap { free in
      Self.counts.nudged.map { nudged in
        var relaxation = kind
        (relaxation.free, relaxation.nudged) = (Duration(atMost: free), Duration(atMost: nudged))
        return relaxation
      }
    }.sorted { sweeps($0) < sweeps($1) }
  }

  private func sweeps(_ relaxation: Relaxation) -> Double {
    Double(run.procedure.relaxing(as: relaxation).iterations) + (relaxation.start == .forward ? 0.5 : 0)
  }

  /// What a relaxation's gradient is worth; without cosines but on rank 0.
  private func row(_ relaxation: Relaxation, _ exact: Gradient?) throws -> BudgetRecord.Row {
    let free = try infer(relaxation).state
    var onwards = relaxation
    onwards.start = .persistent
    let found = try gradient(run, onwards, from: free).gradient
    var cosines: [Double] = []
    if let found, let exact { cosines = LayerMatches(found, exact).layers.map(\.cosine) }
    return BudgetRecord.Row(
      updates: relaxation.updates.rawValue, order: relaxation.order.description,
      factor: relaxation.appliedFactor,
      start: relaxation.start.rawValue, free: relaxation.free.atMost, nudged: relaxation.nudged.atMost,
      sweeps: sweeps(relaxation), cosines: cosines)
  }
}

extension Relaxation {
  fileprivate var appliedFactor: Double { updates == .overRelaxed ? factor : 1 }
}
