import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingResumed {
    /// Steps at which a run is stopped, and the grid that takes each stretch.
    struct Stops: Sendable, CustomTestStringConvertible {
      let method: TrainingMethod
      let options: [String]
      let stretches: [(grid: String, limit: Int?)]
      var testDescription: String {
        method.name + " " + options.joined(separator: " ") + ": "
          + stretches.map { "\($0.grid) to \($0.limit.map(String.init) ?? "the end")" }.joined(
            separator: ", ")
      }
    }

    // An epoch has 10 steps for `persistent`, 11 for `centered` and `oddShards`, 7 for the others.
    static let stops = [
      Stops(
        method: .persistent, options: [],
        stretches: [("2x1x1", 3), ("1x2x1", 10), ("1x1x2", 13), ("2x2x1", nil)]),
      Stops(
        method: .persistent, options: ["--set", "checkpoint.wait=true"],
        stretches: [("1x2x2", 1), ("1x1x1", 8), ("4x1x1", 18), ("1x1x2", nil)]),
      Stops(
        method: .centered, options: [],
        stretches: [("1x1x4", 7), ("4x1x1", 11), ("2x1x2", 21), ("1x2x1", nil)]),
      Stops(
        method: .oddShards, options: ["--set", "checkpoint.every=1"],
        stretches: [("1x2x1", 2), ("3x1x1", 12), ("1x1x3", nil)]),
      // What the rates go by is in state.json.
      Stops(
        method: .balanced, options: [],
        stretches: [("1x4x1", 2), ("2x1x1", 7), ("1x1x2", 10), ("2x2x1", nil)]),
      // Moments are tensors, the count of updates is in state.json.
      Stops(
        method: .adam, options: [], stretches: [("1x4x1", 2), ("2x1x1", 7), ("1x1x2", 17), ("2x2x1", nil)]),
      Stops(method: .adamContinual, options: [], stretches: [("2x2x2", 1), ("1x1x1", 9), ("1x2x1", nil)]),
      // The sums of the figures are in state.json.
      Stops(
        method: .regression, options: [],
        stretches: [("1x3x1", 3), ("4x1x1", 9), ("1x1x2", 14), ("2x2x1", nil)]),
      Stops(method: .masked, options: [], stretches: [("1x2x1", 3), ("2x1x1", 10), ("1x1x2", nil)]),
      // Examples' chains.
      Stops(method: .adjusted, options: [], stretches: [("1x3x2", 2), ("2x1x1", 7), ("1x1x2", nil)]),
      Stops(method: .nesterov, options: [], stretches: [("1x3x1", 4), ("2x1x1", 8), ("1x1x2", nil)]),
    ]

    @Test("A run stopped anywhere goes on on another grid to the same bits", arguments: stops)
    func goesOn(stops: Stops) throws {
      let folder = try TrainingFolder(stops.method.runFile)
      let undisturbed = try folder.train("1x1x1", to: "undisturbed")
      try #require(undisturbed.status == 0, "\(undisturbed.story)")
      var before: Int?
      for (grid, limit) in stops.stretches {
        let outcome = try folder.train(
          grid, stops.options + (limit.map { ["--limit-steps", "\($0)"] } ?? []))
        try #require(outcome.status == 0, "\(outcome.story)")
        let goingOn = before.map { "going on from \(name($0)) (step \($0))" }
        #expect(outcome.said.first { $0.hasPrefix("going on") } == goingOn, "\(outcome.story)")
        let end =
          "\(limit == nil ? "the run is" : "stopped at the step limit; the run is") in \(folder.path)/run"
        #expect(outcome.said.last == end, "\(outcome.story)")
        if let limit { #expect(folder.checkpoints().last == name(limit)) }
        before = limit
      }
      #expect(try folder.remains() == folder.remains("undisturbed"))
    }

    private func name(_ step: Int) -> String {
      "step-" + String(repeating: "0", count: 9 - "\(step)".count) + "\(step)"
    }

    @Test(
      "Other inputs with the same labels are refused, wherever the data lie; a checkpoint that tells none is taken"
    )
    func otherInputs() throws {
      let folder = try TrainingFolder(SmallImages.runFile)
      try SmallImages.write(to: folder)
      let images = ["--set", "data.path=\(folder.path)/images"]
      try #require(try folder.train("2x1x1", images + ["--limit-steps", "5"]).status == 0)
      try folder.copy("images", to: "elsewhere")
      var bytes = try folder.bytes("elsewhere/" + SmallImages.names[0])
      bytes[bytes.count - 3] ^= 1
      try folder.write("elsewhere/" + SmallImages.names[0], bytes)
      let elsewhere = ["--set", "data.path=\(folder.path)/elsewhere"]
      let refused = try folder.train("1x1x2", elsewhere)
      #expect(refused.status == 64, "\(refused.story)")
      #expect(
        refused.said.last
          == "\(folder.path)/run: was trained on other data (their inputs differ); use --fresh to start over "
          + "or another --output", "\(refused.story)")
      bytes[bytes.count - 3] ^= 1
      try folder.write("elsewhere/" + SmallImages.names[0], bytes)
      let moved = try folder.train("1x1x2", elsewhere + ["--limit-steps", "7"])
      #expect(moved.status == 0 && !moved.errors.contains("does not say on which inputs"), "\(moved.story)")
      #expect(moved.errors.contains("going on from"), "\(moved.story)")
    }

    @Test("Of a checkpoint's states a replica reads those of its own examples alone")
    func readsItsShare() throws {
      // 1,797 examples of all splits with 2,010 numbers each, of which each of two replicas needs half.
      let runFile = """
        name: shares
        data: {format: digits, training: 1500, validation: 50}
        network: {layers: [{units: 2000}, {units: 10}]}
        relaxation: {updates: even-odd, start: persistent, free: 1, nudged: 1}
        nudging: {kind: random-sign, beta: 0.5}
        training: {epochs: 900, batch: 12}
        tiling: {shards: 4}

        """
      let folder = try TrainingFolder(runFile)
      let size = 1797 * 2010 * 4
      func bytesRead(_ words: String) throws -> Int {
        let job = try folder.training("2x1x1").start()
        try job.waitFor(words)
        let ranks = try Ranks.await(2, of: job)
        let counts = try String(contentsOfFile: "/proc/\(ranks[1].process)/io", encoding: .utf8)
        for rank in ranks { kill(rank.process, SIGKILL) }
        _ = try job.wait()
        return try #require(counts.firstMatch(of: /rchar: (\d+)/).flatMap { Int($0.1) })
      }
      try #require(try folder.train("2x1x1", ["--limit-steps", "5"]).status == 0)
      let resumed = try bytesRead("going on from step-")
      try folder.remove("run")
      let fresh = try bytesRead("epoch 1/900")
      // Weights are read whole.
      let weights = 4 * (64 * 2000 + 2000 * 10 + 2010)
      #expect(resumed - fresh < size / 2 + weights + size / 10, "\(resumed) and \(fresh) bytes")
    }

    @Test("A run that is over stays as it is, more epochs go on from it, --fresh starts over")
    func overAndFurther() throws {
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      let two = try folder.train("1x1x1", to: "two")
      try #require(two.status == 0, "\(two.story)")
      let remains = try folder.remains("two")
      try #require(try folder.train("1x1x3", ["--set", "training.epochs=1"]).status == 0)
      #expect(try folder.remains() != remains)
      try #require(try folder.train("3x1x1").status == 0)
      #expect(try folder.remains() == remains)
      for options in [[], ["--limit-steps", "5"], ["--fresh"]] {
        let outcome = try folder.train("1x2x1", options)
        #expect(outcome.status == 0, "\(outcome.story)")
        #expect(try folder.remains() == remains, "\(options)")
        let isResumed = outcome.said.contains { $0.hasPrefix("going on from") }
        #expect(isResumed == !options.contains("--fresh"))
      }
    }

    @Test("A start that is started again starts over once only: what has been trained since stays")
    func freshOnce() throws {
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      var start = folder.training("1x1x3", ["--fresh", "--limit-steps", "14"])
      for (name, goesOn) in [("a", false), ("a", true), ("b", false), ("a", false)] {
        start.environment["EQPROP_START"] = name
        let outcome = try start.run()
        #expect(outcome.status == 0, "\(outcome.story)")
        #expect(outcome.said.contains { $0.hasPrefix("going on from") } == goesOn, "\(outcome.story)")
      }
    }

    @Test("The table at the end tells every epoch, those before the stop too, as text and as JSON")
    func table() throws {
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      try #require(try folder.train("1x1x1", ["--limit-steps", "14"]).status == 0)
      let outcome = try folder.train("3x1x1", ["--json"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      let epochs = try #require(object?["epochs"] as? [[String: Any]])
      #expect(epochs.compactMap { $0["step"] as? Int } == [11, 22])
    }
  }
}
