import EnergyModels
import Planning
import RunFiles
import TestSupport
import Testing
import Training

@Suite struct StepWorkTests {
  /// 64-100-10 in two slices on the digits, 4 shards of 5 rows, 7 free and 3 nudged iterations.
  static func run(_ settings: String...) throws -> RunFile {
    let text = """
      data: {format: digits, training: 160, validation: 40}
      network:
        layers:
          - {units: 100, activation: hard-sigmoid, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.1}
      relaxation: {updates: even-odd, free: 7, nudged: 3}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 1, batch: 20, momentum: 0}
      tiling: {shards: 4, slices: 2}

      """
    return try RunFile.parse(text, file: "counted.yaml", settings: settings)
  }

  static func work(
    _ run: RunFile, _ grid: String = "1x1x1", rank: Int = 0, liveShare: StepWork.LiveShare = .all
  ) throws -> StepWork {
    let shape = try #require(GridShape(grid))
    let deal = try Deal(run, tiling: Tiling(run, input: .digits), to: shape)
    return StepWork(run, deal: deal, at: shape.place(ofRank: rank), liveShare: liveShare)
  }

  /// Of one iteration of 64-100-10 with 20 rows: 10 → 100 and, in two slices of 48 and 52, 100 → 10.
  /// Two partial drives are added; every unit takes four operations.
  static let iteration: Int = 2 * product(10, 100) + 2 * 20 * 10 + updates

  /// Operations of a product over 20 rows.
  static func product(_ depth: Int, _ columns: Int) -> Int { 2 * 20 * depth * columns }
  /// Operations of moving both layers once.
  static let updates: Int = 4 * 20 * 110
  /// Operations of the means and differences of two phases.
  static let spread: Int = 3 * 20 * 110
  /// Parameters.
  static let parameters: Int = 64 * 100 + 100 * 10 + 110

  /// Operations and bytes are whole numbers here.
  static func operations(_ work: StepWork, _ part: StepPart) -> Int { Int(work.operations(part)) }

  @Test("One place: counted by hand")
  func whole() throws {
    let work = try Self.work(try Self.run())
    #expect(Self.operations(work, .drive) == Self.product(64, 100))
    #expect(Self.operations(work, .free) == 7 * Self.iteration)
    // Two phases, and the means and differences of both layers.
    #expect(Self.operations(work, .nudged) == 6 * Self.iteration + Self.spread)
    let products: Int = Self.product(64, 100) + 2 * Self.product(100, 10) + 2 * 20 * 110
    // Three additions of four shards for each parameter.
    #expect(Self.operations(work, .contrast) == products + 3 * Self.parameters)
    #expect(Self.operations(work, .optimizer) == 2 * Self.parameters)
    #expect(work.operations(.waiting, .checkpoint, .rest, .sum, .data) == 0)
    #expect(
      work.operations == work.operations(.drive, .free, .nudged, .contrast, .optimizer))
  }

  @Test("The shapes of products, and how often a step takes each")
  func shapes() throws {
    let work = try Self.work(try Self.run())
    func times(_ part: StepPart, _ rows: Int, _ depth: Int, _ columns: Int, isLive: Bool = false) -> Double {
      work.calls.filter {
        $0.part == part && $0.kind == .product(rows: rows, depth: depth, columns: columns, isLive: isLive)
      }.reduce(0) { $0 + $1.times }
    }
    #expect(times(.drive, 20, 64, 100, isLive: true) == 1)
    #expect(times(.free, 20, 10, 100) == 7)
    #expect(times(.nudged, 20, 10, 100) == 6)
    #expect(times(.free, 20, 48, 10) == 7 && times(.free, 20, 52, 10) == 7)
    #expect(work.calls.filter { if case .product = $0.kind { true } else { false } }.count == 7)
  }

  @Test("Bytes of a product, of an update and of a descent, counted by hand")
  func bytes() throws {
    let work = try Self.work(try Self.run())
    // The inputs, the weights of 7 panels, the result, the bias.
    let drive: Int = 4 * (20 * 64 + 64 * 112 + 20 * 112 + 112)
    #expect(Int(work.bytes(.drive)) == drive)
    // Pixels are read as bytes.
    #expect(Int(work.bytes(.data)) == 5 * 20 * 64)
    let weights: Int = 64 * 112 + 100 * 16 + 112 + 16
    let mirror: Int = 100 * 16 + 10 * 112
    #expect(Int(work.bytes(.optimizer)) == 4 * (2 * weights + mirror))
    let faster = try Self.work(try Self.run("training.momentum=0.9"))
    #expect(Int(faster.bytes(.optimizer)) == 4 * (4 * weights + mirror))
    #expect(Self.operations(faster, .optimizer) == 7 * Self.parameters)
    let ahead = try Self.work(try Self.run("training.momentum=0.9", "training.optimizer=nesterov"))
    #expect(Int(ahead.bytes(.optimizer)) == 4 * (4 * weights + mirror))
    #expect(Self.operations(ahead, .optimizer) == 9 * Self.parameters)
    // Weights, means and squares are read and written.
    let adam = try Self.work(try Self.run("training.optimizer=adam"))
    #expect(Int(adam.bytes(.optimizer)) == 4 * (6 * weights + mirror))
    #expect(Self.operations(adam, .optimizer) == 15 * Self.parameters)
  }

  @Test("Where steps are proposed, one drive more a phase, F of it, and the way back")
  func proposals() throws {
    let work = try Self.work(
      try Self.run("relaxation.updates=mala", "relaxation.burn-in=3", "relaxation.average=4"))
    let products: Int = 8 * (Self.iteration - Self.updates)
    #expect(Self.operations(work, .free) == products + (8 * 4 + 7 * (4 + 14)) * 20 * 110)
    #expect(Self.operations(work, .nudged) >= 2 * Self.operations(work, .free))
    let adjusted = try Self.run("relaxation.updates=mala").procedure
    let langevin = try Self.run("relaxation.updates=langevin").procedure
    let slicing = Tiling(try Self.run(), input: .digits).slicing
    let (more, less) = (adjusted.exchanges(slicing), langevin.exchanges(slicing))
    #expect(more.sweeps.filter { !$0.handsOut }.map(\.count) == [1, 1, 1] && less.maxima.isEmpty)
    #expect(more.maxima.map(\.count) == [30, 30, 30] && more.maxima.allSatisfy { $0.perExample == 4 })
  }

  @Test("Zeros of the input count for nothing")
  func liveShare() throws {
    let run = try Self.run()
    let (dense, live) = (
      try Self.work(run), try Self.work(run, liveShare: .init(drive: 0.5, contrast: 0.25))
    )
    #expect(Self.operations(live, .drive) == Self.operations(dense, .drive) / 2)
    let saved = Self.operations(dense, .contrast) - Self.operations(live, .contrast)
    #expect(saved == Self.product(64, 75))
    #expect(Self.operations(live, .free) == Self.operations(dense, .free))
  }

  @Test("Replicas share all work of states evenly; each learns the whole network from its rows")
  func replicas() throws {
    let run = try Self.run()
    let whole = try Self.work(run)
    for rank in 0..<2 {
      let half = try Self.work(run, "2x1x1", rank: rank)
      for part in [StepPart.drive, .free, .nudged] {
        #expect(Self.operations(half, part) == Self.operations(whole, part) / 2)
      }
      #expect(Self.operations(half, .optimizer) == Self.operations(whole, .optimizer))
      // Two shards: one addition of the tree is left to the sum over replicas for each weight.
      let left = Self.operations(whole, .contrast) - 2 * Self.operations(half, .contrast)
      #expect(left == Self.parameters)
    }
  }

  @Test("Stages: products and weights are dealt just once; what comes from above is added below")
  func stages() throws {
    let run = try Self.run()
    let whole = try Self.work(run)
    let stages = try (0..<2).map { try Self.work(run, "1x2x1", rank: $0) }
    let added: Int = 7 * 20 * 100
    #expect(stages.map { Self.operations($0, .free) }.reduce(0, +) == Self.operations(whole, .free) + added)
    // The upper one multiplies in both directions.
    #expect(Self.operations(stages[1], .free) > 7 * 2 * Self.product(10, 100))
    #expect(Self.operations(stages[0], .drive) == Self.operations(whole, .drive))
    #expect(Self.operations(stages[1], .drive) == 0)
    for part in [StepPart.contrast, .optimizer] {
      #expect(stages.map { Self.operations($0, part) }.reduce(0, +) == Self.operations(whole, part))
    }
  }

  @Test("Slices: the cut layer's products are dealt, the whole output's update is everyone's")
  func slices() throws {
    let run = try Self.run()
    let slices = try (0..<2).map { try Self.work(run, "1x1x2", rank: $0) }
    let output: Int = 7 * 6 * 20 * 10
    #expect(
      slices.map { Self.operations($0, .free) }.reduce(0, +) == 7 * Self.iteration + output)
    #expect(Self.operations(slices[0], .drive) == Self.product(64, 48))
    #expect(Self.operations(slices[1], .drive) == Self.product(64, 52))
  }

  @Test("Rules: what each does after the free phase")
  func rules() throws {
    let centered = try Self.work(try Self.run())
    let oneSided = try Self.work(try Self.run("nudging.kind=one-sided"))
    #expect(Self.operations(oneSided, .nudged) == 3 * Self.iteration + Self.spread)
    #expect(Self.operations(oneSided, .contrast) == Self.operations(centered, .contrast))
    let twin = try Self.work(try Self.run("rule=backpropagation"))
    // Up: 100 → 10; down: 10 → 100.
    let pass: Int = Self.product(10, 100) + Self.updates
    #expect(Self.operations(twin, .free) == pass + 2 * 20 * 10)
    #expect(Self.operations(twin, .nudged) == pass)
    let recurrent = try Self.work(try Self.run("rule=recurrent-backpropagation"))
    #expect(Self.operations(recurrent, .nudged) == 4 * Self.iteration)
    let continual = try Self.work(try Self.run("rule=continual", "nudging.kind=one-sided"))
    #expect(Self.operations(continual, .contrast) == 3 * Self.operations(centered, .contrast))
    #expect(Self.operations(continual, .optimizer) == 3 * Self.operations(centered, .optimizer))
    let steps: Int = 3 * (Self.iteration + Self.spread) + 2 * Self.product(64, 100)
    #expect(Self.operations(continual, .nudged) == steps)
  }

  @Test("Points: complex states take every product twice, and a contrast for each of them")
  func points() throws {
    let smooth = try Self.run(
      "network.layers.0.activation=tanh", "nudging.kind=n-point", "nudging.points=4")
    let work = try Self.work(smooth)
    // ±β on real states and one pair of conjugates on complex ones.
    let phases: Int = (2 + 2) * 3 * Self.iteration
    #expect(Self.operations(work, .nudged) == phases + Self.spread + 8 * 20 * 110)
    let products = work.calls.compactMap { call -> Double? in
      if case .contrast(2, 100, 10, 20, 4, false) = call.kind { call.times } else { nil }
    }
    #expect(products == [2])
  }

  @Test("Fewer iterations than allowed, as a tolerance leaves them")
  func iterations() throws {
    let run = try Self.run()
    let shape = GridShape(replicas: 1, stages: 1, slices: 1)
    let deal = try Deal(run, tiling: Tiling(run, input: .digits), to: shape)
    let work = StepWork(
      run, deal: deal, at: shape.place(ofRank: 0), iterations: .init(free: 4.5, nudged: 3))
    #expect(2 * Self.operations(work, .free) == 9 * Self.iteration)
  }
}
