import DataSets
import Foundation
import MessagePassing
import Planning
import Records
import RunFiles
import Testing
import Training

extension RealRanks {
  /// What the dry run counts is what real ranks count.
  @Suite struct TrafficOfSteps {
    /// A method without a tolerance, and the grids it is tried on.
    struct Trial: CustomTestStringConvertible {
      var method: TrainingMethod
      var grids: [String]
      var options: [String] = []
      /// Whether another thread may be making a batch whenever a step is at its peak.
      var isMadeAhead = false
      var testDescription: String { ([method.name] + options).joined(separator: " ") }
    }

    static let trials = [
      Trial(
        method: .centered,
        grids: ["1x1x1", "2x1x1", "4x1x1", "1x2x1", "1x1x2", "1x1x4", "2x2x1", "2x1x2", "2x2x2", "1x2x4"]),
      Trial(
        method: .smooth,
        grids: ["1x1x1", "2x1x1", "1x3x1", "1x1x2", "1x4x1", "2x2x1", "1x2x2", "2x2x2", "1x4x2"]),
      Trial(method: .persistent, grids: ["2x1x1", "4x1x1", "1x2x1", "2x1x2", "4x2x1"]),
      Trial(method: .persistent, grids: ["4x1x2"], options: ["training.reduction=mpi"]),
      Trial(method: .threePoints, grids: ["4x1x1", "1x2x2", "1x3x2"]),
      Trial(method: .contrastive, grids: ["1x3x1", "2x2x2"]),
      Trial(method: .rejecting, grids: ["1x2x2", "2x1x2"]),
      Trial(method: .coupled, grids: ["1x3x2", "2x2x2"]),
      Trial(method: .continual, grids: ["2x2x1", "1x2x2"]),
      Trial(method: .pooled, grids: ["1x1x2", "1x1x4", "1x2x2", "2x3x2"]),
      Trial(method: .severalChains, grids: ["1x1x1", "1x2x2"], options: ["data.training=160"]),
      Trial(method: .machine, grids: ["1x1x1", "2x1x1", "1x1x2", "4x1x2"]),
      Trial(method: .shortChains, grids: ["2x1x2"]),
      Trial(method: .classMachine, grids: ["1x2x1", "1x1x2", "2x2x2"]),
      Trial(method: .answersOnly, grids: ["1x2x2"]),
      Trial(method: .heldAnswers, grids: ["1x3x1", "2x1x2"]),
      Trial(method: .readOut, grids: ["1x2x2", "1x3x1", "2x1x2"]),
      Trial(
        method: .pooled, grids: ["1x1x2", "1x4x1"],
        options: ["rule=backpropagation", "relaxation.start=zero"]),
      Trial(
        method: .pooled, grids: ["1x1x2"],
        options: ["rule=recurrent-backpropagation", "relaxation.updates=euler"]),
      Trial(method: .adjusted, grids: ["1x1x1", "2x1x1", "1x1x2", "1x3x2"]),
      Trial(method: .adjustedPictures, grids: ["1x1x2", "1x3x1", "1x2x2"]),
      Trial(method: .twin, grids: ["2x1x1", "1x4x1", "1x2x2"]),
      Trial(method: .balanced, grids: ["2x2x2"]),
      Trial(method: .adam, grids: ["1x1x1", "2x1x1", "1x2x2", "2x2x2"]),
      Trial(method: .nesterov, grids: ["2x2x1", "1x1x2"]),
      Trial(method: .frozen, grids: ["1x1x1", "2x1x1", "2x1x2", "1x3x1"]),
      Trial(method: .centered, grids: ["1x1x1", "2x1x2", "1x2x1"], options: ["training.clip=0.1"]),
      // Targets of 8 bytes, and inputs where only the output is held.
      Trial(method: .regression, grids: ["1x3x1", "2x1x2"]),
      Trial(method: .masked, grids: ["1x2x1", "2x1x1"]),
      Trial(method: .conditionalFlow, grids: ["1x1x1", "1x3x1", "1x1x2", "2x2x1"], isMadeAhead: true),
      Trial(
        method: .flow, grids: ["2x1x1", "1x2x2"],
        options: [
          "relaxation.free={tolerance: 1e-30, at-most: 4, rows: 4}",
          "relaxation.nudged={tolerance: 1e-30, at-most: 3, rows: 5}",
        ], isMadeAhead: true),
      Trial(method: .forwardForward, grids: ["1x1x1", "2x1x1", "1x2x1", "1x1x2", "1x3x1", "2x2x2", "1x2x4"]),
      Trial(method: .everyLayer, grids: ["1x1x1", "1x3x1", "1x4x1", "2x1x2"]),
      Trial(method: .droppedOut, grids: ["1x1x1", "1x3x1", "2x1x2"]),
      Trial(method: .ordered, grids: ["1x1x1", "1x2x1", "1x1x2", "1x2x2", "2x3x1"]),
      Trial(
        method: .ordered, grids: ["1x1x2", "1x3x1"],
        options: ["relaxation.start=forward", "relaxation.free=1", "relaxation.nudged=1"]),
      // Tolerances that nothing meets in so few iterations.
      Trial(
        method: .forward, grids: ["2x1x2", "1x3x1"],
        options: [
          "relaxation.free={tolerance: 1e-30, at-most: 4}",
          "relaxation.nudged={tolerance: 1e-30, at-most: 3}",
        ]),
    ]

    @Test("The dry run counts the messages, bytes and memory of real ranks", arguments: trials)
    func counts(trial: Trial) throws {
      let folder = try TrainingFolder(trial.method.runFile)
      let run = try RunFile.parse(trial.method.runFile, file: "run.yaml", settings: trial.options)
      for grid in trial.grids {
        let counted = try traffic(folder, grid, trial.options.flatMap { ["--set", $0] })
        try compare(counted, run, grid, isMadeAhead: trial.isMadeAhead)
      }
    }

    /// Every kind of phase, contrast and connection, on one rank and on several.
    static let epochs =
      [
        Trial(method: .centered, grids: ["1x1x1", "2x1x1", "1x2x2", "2x2x2"]),
        Trial(method: .smooth, grids: ["1x1x1", "1x3x1", "1x4x1"]),
        Trial(method: .skips, grids: ["1x1x1", "1x1x4", "2x2x2"]),
        Trial(method: .persistent, grids: ["1x1x1", "4x1x2"]),
        Trial(method: .forward, grids: ["1x1x1", "1x3x1"]),
        Trial(method: .threePoints, grids: ["1x1x1", "2x1x1", "1x2x2"]),
        Trial(method: .rejecting, grids: ["1x1x1", "2x2x2"]),
        Trial(method: .contrastive, grids: ["1x1x1", "1x3x1", "2x2x2"]),
        Trial(method: .coupled, grids: ["1x1x1", "2x2x2"]),
        Trial(method: .continual, grids: ["1x1x1", "1x2x2"]),
        Trial(method: .pooled, grids: ["1x1x1", "1x1x2", "1x2x2", "2x3x1"]),
        Trial(method: .readOut, grids: ["1x1x1", "1x2x2"]),
        Trial(
          method: .pooled, grids: ["1x1x1", "1x1x2"],
          options: ["rule=backpropagation", "relaxation.start=zero"]),
        Trial(
          method: .pooled, grids: ["1x1x1", "1x1x2"],
          options: ["rule=dual-propagation", "relaxation.start=zero"]),
        Trial(
          method: .pooled, grids: ["1x1x1", "1x1x2"],
          options: ["rule=recurrent-backpropagation", "relaxation.updates=euler"]),
        Trial(method: .adjusted, grids: ["1x1x1", "1x3x2"]),
        Trial(method: .adjustedPictures, grids: ["1x1x1", "1x2x2"]),
        Trial(method: .twin, grids: ["1x1x1", "1x2x2"]),
        Trial(method: .adam, grids: ["1x1x1", "2x2x2"]),
        Trial(method: .nesterov, grids: ["2x2x1"]),
        Trial(method: .frozen, grids: ["1x1x1", "2x1x1", "2x1x2"]),
        Trial(method: .centered, grids: ["1x1x1", "2x1x2"], options: ["training.clip=0.1"]),
        Trial(method: .regression, grids: ["1x1x1", "1x3x1"]),
        Trial(method: .masked, grids: ["1x1x1", "1x2x1"]),
      ] + TrainingMethod.anchors.map { Trial(method: $0, grids: ["1x1x1"] + $0.grids.suffix(2)) }

    @Test(
      "What a rank without numbers takes at its peak is what a real one takes, to the byte",
      arguments: epochs)
    func peaks(trial: Trial) throws {
      let folder = try TrainingFolder(trial.method.runFile)
      let options = trial.options + ["training.epochs=1"]
      let run = try RunFile.parse(trial.method.runFile, file: "run.yaml", settings: options)
      for grid in trial.grids {
        let counted = try traffic(folder, grid, options.flatMap { ["--set", $0] }, isLimited: false)
        for (rank, dry, data) in try dryRuns(run, grid) {
          let memory = dry.memory(data: data)
          #expect(memory.step > 0 && memory.evaluation > 0)
          #expect(counted.traffic.ranks[rank].memory == .init(memory), "\(grid) rank \(rank)")
        }
      }
    }

    @Test("Between hosts the same messages take other room")
    func overMPI() throws {
      let method = TrainingMethod.smooth
      let folder = try TrainingFolder(method.runFile)
      let run = try RunFile.parse(method.runFile, file: "run.yaml")
      for grid in ["1x2x2", "1x4x1"] {
        try compare(try traffic(folder, grid, ["--transport", "mpi"]), run, grid, sharesMemory: false)
      }
    }

    private static let steps = 3

    private func traffic(
      _ folder: TrainingFolder, _ grid: String, _ options: [String], isLimited: Bool = true
    ) throws -> Counted {
      let limit = isLimited ? ["--limit-steps", "\(Self.steps)"] : []
      let outcome = try folder.train(grid, to: grid, limit + ["--json"] + options)
      try #require(outcome.status == 0, "\(grid): \(outcome.story)")
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Counted.self, from: Data(outcome.output.utf8))
    }

    private func compare(
      _ counted: Counted, _ run: RunFile, _ grid: String, sharesMemory: Bool = true, isMadeAhead: Bool = false
    ) throws {
      let dryRuns = try dryRuns(run, grid)
      #expect(counted.traffic.steps == Self.steps)
      #expect(counted.traffic.ranks.count == dryRuns.count)
      let measurements = run.network.layers.contains { $0.rate == .balanced } ? Self.steps : 1
      var sent = 0
      for (rank, dry, data) in dryRuns {
        let real = counted.traffic.ranks[rank]
        let traffic = dry.step * Self.steps + dry.measurement * measurements
        #expect(real.messages.activity == .init(traffic.activity), "\(grid) rank \(rank)")
        #expect(real.messages.partialDrives == .init(traffic.partialDrives), "\(grid) rank \(rank)")
        #expect(real.messages.replicaSums == .init(traffic.replicaSums), "\(grid) rank \(rank)")
        #expect(
          real.messages.reductions == .init(.init(sent: traffic.reductions)), "\(grid) rank \(rank)")
        var memory = dry.memory(data: data, sharesMemory: sharesMemory)
        // So few steps are not followed by any.
        memory.evaluation = 0
        if isMadeAhead { memory.step = real.memory.step }
        #expect(real.memory == .init(memory), "\(grid) rank \(rank)")
        sent +=
          real.messages.activity.sent + real.messages.partialDrives.sent + real.messages.replicaSums.sent
      }
      #expect((sent > 0) == (dryRuns.count > 1), "\(grid)")
    }

    /// Every rank of a grid, and the data.
    private func dryRuns(
      _ run: RunFile, _ grid: String
    ) throws -> [(rank: Int, dry: DryRun, data: DataSet)] {
      let shape = try #require(GridShape(grid))
      let data = try run.openData()
      let deal = try Deal(run, tiling: try Tiling(run, data: data), to: shape)
      return (0..<shape.ranks).map {
        ($0, DryRun(run, deal: deal, place: shape.place(ofRank: $0)), data)
      }
    }
  }
}

/// What `train --json` tells of its ranks.
private struct Counted: Decodable {
  struct Table: Decodable {
    var steps: Int
    var ranks: [Rank]
  }
  struct Rank: Decodable {
    var memory: Memory
    var messages: Messages
  }
  struct Memory: Decodable, Equatable {
    var weights, moments, relaxation, persistentStates, messages, data, step, evaluation, checkpoint,
      files: Int

    init(_ count: MemoryCount) {
      (weights, moments, relaxation) = (count.weights, count.moments, count.relaxation)
      (persistentStates, messages, data) = (count.persistentStates, count.messages, count.data)
      (step, evaluation) = (count.step, count.evaluation)
      (checkpoint, files) = (count.checkpoint, count.files)
    }
  }
  struct Messages: Decodable { var activity, partialDrives, replicaSums, reductions: Flow }
  struct Flow: Decodable, Equatable {
    var sent, bytesSent, received, bytesReceived: Int

    init(_ flow: MessageFlow) {
      (sent, bytesSent) = (flow.sent.messages, flow.sent.bytes)
      (received, bytesReceived) = (flow.received.messages, flow.received.bytes)
    }
  }
  var traffic: Table
}
