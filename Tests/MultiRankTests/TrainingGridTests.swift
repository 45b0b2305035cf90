import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingOnGrids {
    @Test("The same run file gives the same bits on every grid", arguments: TrainingMethod.all)
    func sameBits(method: TrainingMethod) throws {
      let folder = try TrainingFolder(method.runFile)
      let alone = try folder.train("1x1x1", to: "1x1x1")
      try #require(alone.status == 0, "\(alone.story)")
      let (remains, files) = try (folder.remains("1x1x1"), folder.digests("1x1x1/checkpoints"))
      // Equal bits would mean little of weights that stand still: no layer's do but a frozen one's, all of which is kept. That
      // what moves them is learning, LearningTests tell.
      let layers = Dictionary(grouping: files.filter { $0.contains("/layer-") }) {
        $0.split(separator: "/")[1].prefix(8)
      }
      // The labels' layer, which nothing leads to, and a read-out that nobody teaches.
      let isLayerwise = method.runFile.contains("forward-forward")
      let untaught = method.name == TrainingMethod.everyLayer.name ? ["layer-1.", "layer-5."] : ["layer-1."]
      let hasInputBias = method.runFile.contains("anchor:") && !method.runFile.contains("bias: false")
      #expect(
        layers.count == method.runFile.components(separatedBy: "units:").count - (hasInputBias ? 0 : 1)
          + (isLayerwise ? 1 : 0))
      for (layer, weights) in layers {
        let isFrozen =
          method.name == TrainingMethod.frozen.name && layer == "layer-2."
          || isLayerwise && untaught.contains(String(layer))
        #expect(weights.count > 2 && (Set(weights.map { $0.suffix(64) }).count > 1) != isFrozen, "\(layer)")
      }
      #expect(remains.metrics.count >= 1 && remains.last.count >= 6, "\(remains)")
      for grid in method.grids {
        let outcome = try folder.train(grid, to: grid)
        try #require(outcome.status == 0, "\(grid): \(outcome.story)")
        #expect(try folder.remains(grid) == remains, "\(grid)")
        #expect(try folder.digests(grid + "/checkpoints") == files, "\(grid)")
      }
    }

    @Test("A grid chosen for the ranks is printed and gives the same bits")
    func chosenGrid() throws {
      let folder = try TrainingFolder(TrainingMethod.centered.runFile)
      try #require(try folder.train("1x1x1", to: "one", ["--set", "training.epochs=1"]).status == 0)
      let outcome = try Mpirun(
        executable: "eqprop", ranks: 4,
        arguments: [
          "train", folder.path + "/run.yaml", "--output", folder.path + "/run", "--set", "training.epochs=1",
        ]
      ).run()
      #expect(outcome.status == 0, "\(outcome.story)")
      let grid = try #require(outcome.said.first { $0.hasPrefix("grid ") })
      let counts = grid.split(separator: " ")[1].split(separator: "x").compactMap { Int($0) }
      #expect(counts.count == 3 && counts.reduce(1, *) == 4, "\(grid)")
      #expect(try folder.remains() == folder.remains("one"))
    }

    @Test("A chain written as a graph gives the chain's bits")
    func chainAsGraph() throws {
      let chain = TrainingMethod.pooled.runFile
      var lines = chain.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      // The kernels move from the layers to connections of their own.
      var connections: [String] = []
      for (index, line) in lines.enumerated() where line.hasPrefix("    - {units") {
        let kernel = line.range(of: ", kernel.*, rate", options: .regularExpression)
        let window = kernel.map { String(line[$0].dropLast(", rate".count)) } ?? ""
        connections.append("    - {from: \(connections.count), to: \(connections.count + 1)\(window)}")
        lines[index] = line.replacingOccurrences(of: window, with: "")
      }
      let last = try #require(lines.lastIndex { $0.hasPrefix("    - {units") })
      lines.insert(contentsOf: ["  connections:"] + connections.reversed(), at: last + 1)
      let (one, other) = (try TrainingFolder(chain), try TrainingFolder(lines.joined(separator: "\n")))
      for (folder, grid) in [(one, "1x1x1"), (other, "1x2x2")] {
        let outcome = try folder.train(grid, to: "run", ["--limit-steps", "5"])
        try #require(outcome.status == 0, "\(outcome.story)")
      }
      #expect(connections.count == 4 && connections[0].contains("kernel: 3, padding: 1, pool: max"))
      #expect(try one.remains() == other.remains())
    }

    @Test("Images from IDX files give the same bits on 1 and 4 ranks")
    func idx() throws {
      let folder = try TrainingFolder(SmallImages.runFile)
      try SmallImages.write(to: folder)
      for grid in ["1x1x1", "2x1x2", "1x2x2"] {
        let outcome = try folder.train(grid, to: grid, ["--set", "data.path=\(folder.path)/images"])
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(try folder.remains(grid) == folder.remains("1x1x1"), "\(grid)")
      }
    }

    @Test(
      "Through shared memory and as messages between hosts the same bits are handed out",
      arguments: [("1x2x2", TrainingMethod.forward), ("1x4x2", .smooth), ("2x2x1", .persistent)])
    func transports(grid: String, method: TrainingMethod) throws {
      let folder = try TrainingFolder(method.runFile)
      for transport in ["automatic", "mpi"] {
        let outcome = try folder.train(
          grid, to: transport, ["--set", "training.epochs=1", "--transport", transport])
        try #require(outcome.status == 0, "\(outcome.story)")
      }
      #expect(try folder.remains("mpi") == folder.remains("automatic"))
    }

    @Test("Another seed gives other bits")
    func anotherSeed() throws {
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      for seed in ["1", "2"] {
        let outcome = try folder.train("1x1x1", to: seed, ["--set", "seed=\(seed)", "--limit-steps", "3"])
        try #require(outcome.status == 0, "\(outcome.story)")
      }
      #expect(try folder.remains("1").last != folder.remains("2").last)
    }
  }
}
