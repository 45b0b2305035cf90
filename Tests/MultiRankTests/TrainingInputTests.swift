import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingOnBadInput {
    /// A mistake, and how it is told: once, by rank 0, in one sentence.
    struct Mistake: Sendable, CustomTestStringConvertible {
      let testDescription: String
      let code: Int32
      /// What the sentence contains.
      let told: String
      var ranks = 2
      var grid: String? = "2x1x1"
      var options: [String] = []
      var runFile = TrainingMethod.centered.runFile
      var prepare: @Sendable (TrainingFolder) throws -> Void = { _ in }

      init(
        _ name: String, _ code: Int32, _ told: String, ranks: Int = 2, grid: String? = "2x1x1",
        _ options: [String] = [], runFile: String = TrainingMethod.centered.runFile,
        prepare: @escaping @Sendable (TrainingFolder) throws -> Void = { _ in }
      ) {
        (testDescription, self.code, self.told, self.ranks, self.grid) = (name, code, told, ranks, grid)
        (self.options, self.runFile, self.prepare) = (options, runFile, prepare)
      }
    }

    private static func centered(_ old: String, _ new: String) -> String {
      TrainingMethod.centered.runFile.replacingOccurrences(of: old, with: new)
    }

    /// A run on small IDX files, spoilt.
    private static func images(
      _ name: String, _ code: Int32, _ told: String, options: [String] = [], file: Int,
      _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) -> Mistake {
      Mistake(name, code, told, options, runFile: SmallImages.runFile) { folder in
        try SmallImages.write(to: folder)
        var bytes = try folder.bytes("images/" + SmallImages.names[file])
        change(&bytes)
        try folder.write("images/" + SmallImages.names[file], bytes)
      }
    }

    static let inRunFiles = [
      Mistake(
        "an unknown key", 64, "run.yaml:9:27: unknown key 'nudging.betta'; did you mean 'beta'?",
        runFile: centered("beta:", "betta:")),
      Mistake(
        "a wrong type", 64, "run.yaml:10:30: 'training.batch' is 'many'; it takes a whole number",
        runFile: centered("batch: 20", "batch: many")),
      Mistake(
        "a wrong setting", 64, "--set training.bath=2: unknown key 'training.bath'",
        ["--set", "training.bath=2"]),
      Mistake(
        "shards that do not divide the batch", 64, "training.batch 20 cannot be dealt to 3 shards",
        ["--set", "tiling.shards=3"]),
      Mistake(
        "a kernel larger than the input", 64,
        "network: the connection from 0 to 1 has a kernel or pooling larger than the 8×8×1 units of layer 0 allow",
        ["--set", "network.layers.0.kernel=9"]),
      Mistake("no run file", 66, "run.yaml: there is no such file", prepare: { try $0.remove("run.yaml") }),
      Mistake(
        "an output without a unit for every class", 64,
        "network.layers.1.units: the output has 9 units, the data 10 classes",
        runFile: centered("units: 10,", "units: 9,")),
      Mistake(
        "a batch larger than the training set", 64, "a batch of 400 is more than data.training, 205",
        ["--set", "training.batch=400"]),
    ]

    static let inGrids = [
      Mistake(
        "replicas that do not divide the shards", 64, "grid 3x1x1: 4 shards cannot be dealt", ranks: 3,
        grid: "3x1x1"),
      Mistake("too many stages", 64, "grid 1x3x1: 3 stages cannot share 2 layers", ranks: 3, grid: "1x3x1"),
      Mistake(
        "slices that do not divide", 64, "grid 1x1x3: 4 slices cannot be dealt", ranks: 3, grid: "1x1x3"),
      Mistake(
        "another number of ranks than the grid has", 64,
        "grid 2x1x1 has 2 ranks, but 3 were started (launch/run -n 2)", ranks: 3),
      Mistake("a number of ranks that no grid has", 64, "no grid of 7 ranks fits", ranks: 7, grid: nil),
      Mistake("half a grid", 64, "Error: --grid 2x2: three counts joined by 'x' are needed", grid: "2x2"),
      Mistake("an unknown option", 64, "Error: Unknown option '--gird'", ["--gird", "2x1x1"]),
      Mistake("no steps", 64, "Error: --limit-steps 0: at least 1 is needed", ["--limit-steps", "0"]),
    ]

    static let inData = [
      Mistake("no folder of data", 66, "images: no such directory", runFile: SmallImages.runFile),
      Mistake(
        "a missing file of data", 66, "t10k-labels-idx1-ubyte: no such file, with or without .gz",
        runFile: SmallImages.runFile,
        prepare: { folder in
          try SmallImages.write(to: folder)
          try folder.remove("images/" + SmallImages.names[3])
        }),
      images(
        "a truncated file", 65, "train-images-idx3-ubyte: truncated: its header promises 5120 bytes", file: 0
      ) {
        $0.removeLast(100)
      },
      images(
        "a label out of range", 65, "train-labels-idx1-ubyte: label 10 at index 7 is not one of 0 to 9",
        file: 1
      ) {
        $0[8 + 7] = 10
      },
      images(
        "fewer examples than asked for", 65,
        "has 80 examples; 70 training and 20 validation were asked for",
        options: ["--set", "data.training=70"], file: 0
      ) { _ in },
    ]

    static let inOutputs = [
      Mistake(
        "a directory of another run", 64, "run: holds another run (seed: 2 here, 1 there); use --fresh",
        ["--set", "seed=2"],
        prepare: { try $0.train("2x1x1", ["--limit-steps", "1"]) }),
      // The system's answer to a write is input/output, whatever keeps it from writing.
      Mistake(
        "a file where the run directory should be", 74,
        "run: cannot be made a directory: a file has that name",
        prepare: { try $0.write("run", "") }),
      Mistake(
        "a directory that cannot be made", 74, "run: cannot be written: No such file or directory",
        ["--output", "/proc/run"]),
    ]

    @Test("A mistake is told once, and every rank ends", arguments: inRunFiles + inGrids + inData + inOutputs)
    func mistake(mistake: Mistake) throws {
      let folder = try TrainingFolder(mistake.runFile)
      try mistake.prepare(folder)
      let isOnImages = mistake.runFile == SmallImages.runFile
      let path = isOnImages ? ["--set", "data.path=\(folder.path)/images"] : []
      var training = folder.training(mistake.grid ?? "1x1x1", mistake.options + path)
      training.ranks = mistake.ranks
      if mistake.grid == nil, let place = training.arguments.firstIndex(of: "--grid") {
        training.arguments.removeSubrange(place...place + 1)
      }
      let outcome = try training.run()
      #expect(outcome.status == mistake.code, "\(outcome.story)")
      #expect(outcome.said.count { $0.contains(mistake.told) } == 1, "\(outcome.story)")
      // Apart from it, only what was there to tell before the mistake was found.
      let others = outcome.said.filter { !$0.contains(mistake.told) }
      #expect(
        others.allSatisfy { line in
          ["centered: digits ", "grid ", "inputs from 0 to 1"].contains { line.hasPrefix($0) }
        }, "\(outcome.story)")
      #expect(outcome.output == "", "\(outcome.story)")
      #expect(outcome.seconds < 20)
      #expect(Ranks.left(marked: folder.path) == [])
    }
  }
}
