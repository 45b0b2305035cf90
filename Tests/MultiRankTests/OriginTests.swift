import Foundation
import Testing

extension RealRanks {
  /// Runs that begin with what others have left: `train --weights` and `train --continue-as`.
  @Suite struct OriginTests {
    private static let runFile = """
      name: begun
      seed: 4
      data: {format: digits, training: 240, validation: 60}
      network:
        layers:
          - {units: 70, activation: hard-sigmoid, rate: 0.05}
          - {units: 64, activation: hard-sigmoid, rate: 0.05}
          - {units: 10, activation: linear, rate: 0.02}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: persistent, free: 6, nudged: 4}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0.9, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    private static let trained = Result { () throws -> TrainingFolder in
      let folder = try TrainingFolder(runFile).removedAtExit()
      let outcome = try folder.train("1x1x2")
      guard outcome.status == 0 else { throw HarnessError(outcome.story) }
      return folder
    }

    /// Runs in a folder of its own, which holds what the trained one does.
    private func copied() throws -> TrainingFolder {
      let (from, to) = (try Self.trained.get(), try TrainingFolder(Self.runFile))
      try FileManager.default.copyItem(atPath: from.path + "/run", toPath: to.path + "/run")
      return to
    }

    @Test("A run goes on under another name, with changed rates and epochs, with the same bits on every grid")
    func continued() throws {
      let folder = try copied()
      let before = try folder.digests("run")
      let changed = ["--set", "training.epochs=4", "--set", "network.layers.0.rate=0.03"]
      // Without the word it is another run.
      let refused = try folder.train("1x1x1", to: "run", changed)
      #expect(refused.status == 64 && refused.errors.contains("--continue-as DIR"), "\(refused.story)")
      #expect(try folder.digests("run") == before)
      var remains: [Remains] = []
      for (index, grid) in ["1x1x1", "2x1x1", "1x3x1", "2x1x2"].enumerated() {
        let name = "on-\(index)"
        let outcome = try folder.train(
          grid, to: "run", changed + ["--continue-as", folder.path + "/" + name])
        try #require(outcome.status == 0, "\(outcome.story)")
        remains.append(try folder.remains(name))
      }
      #expect(remains.allSatisfy { $0 == remains[0] } && remains[0].metrics.count == 4)
      #expect(try folder.digests("run") == before)
      let own = folder.text("run/metrics.jsonl")
      #expect(folder.text("on-0/metrics.jsonl").hasPrefix(own))
      // The new directory goes on by itself, and unchanged rates are the run that was never stopped.
      let stopped = try folder.train(
        "2x1x1", to: "run", changed + ["--continue-as", folder.path + "/stopped", "--limit-steps", "37"])
      try #require(stopped.status == 0, "\(stopped.story)")
      let resumed = try folder.train("1x1x1", to: "stopped", changed)
      #expect(resumed.status == 0, "\(resumed.story)")
      #expect(try folder.remains("stopped") == remains[0])
      let whole = try folder.train("1x1x1", to: "whole", ["--set", "training.epochs=4"])
      let longer = try folder.train(
        "1x1x2", to: "run", ["--set", "training.epochs=4", "--continue-as", folder.path + "/longer"])
      #expect(whole.status == 0 && longer.status == 0, "\(longer.story)")
      #expect(try folder.remains("whole").metrics == folder.remains("longer").metrics)
    }

    @Test("What cannot go on is told, and nothing is written")
    func refused() throws {
      let folder = try copied()
      let target = ["--continue-as", folder.path + "/new"]
      for (run, options, code, words) in [
        ("run", [], 64, "has made 2 epochs, training.epochs is 2"),
        ("none", ["--set", "training.epochs=4"], 66, "holds no checkpoint"),
        (
          "run", ["--set", "training.epochs=4", "--set", "network.layers.0.units=80"], 65,
          "the run needs F32 [64, 80]"
        ),
      ] as [(String, [String], Int32, String)] {
        let outcome = try folder.train("2x1x1", to: run, options + target)
        #expect(outcome.status == code && outcome.errors.contains(words), "\(outcome.story)")
        #expect(folder.names("").filter { $0 == "new" || $0 == "none" }.isEmpty, "\(outcome.story)")
      }
      // The same place under another spelling, whose own checkpoints would be cleared.
      let before = try folder.digests("run")
      for spelling in ["/run", "/./run/", "/nowhere/../run"] {
        let same = try folder.train(
          "1x1x1", to: "run",
          ["--fresh", "--set", "training.epochs=4", "--continue-as", folder.path + spelling])
        #expect(same.status == 64 && same.errors.contains("other than --output"), "\(same.story)")
      }
      #expect(try folder.digests("run") == before)
      // A directory that holds something else is not gone on in as if it were the other's.
      try #require(try folder.train("1x1x1", to: "own").status == 0)
      let own = try folder.train("1x1x1", to: "run", ["--continue-as", folder.path + "/own"])
      #expect(own.status == 64 && own.errors.contains("began with other weights"), "\(own.story)")
    }

    @Test("Given weights are where training begins, of all layers or some, with the same bits on every grid")
    func weights() throws {
      let folder = try copied()
      _ = try folder.command("export", "1x1x1", [folder.path + "/run", "--only", "weights"]).run()
      let options = ["--set", "training.epochs=1", "--set", "relaxation.start=zero"]
      var remains: [Remains] = []
      for (index, (grid, from)) in [
        ("1x1x1", "run"), ("2x1x2", "run/export/weights.safetensors"), ("1x3x1", "run"),
      ].enumerated() {
        let outcome = try folder.train(
          grid, to: "w\(index)", options + ["--weights", folder.path + "/" + from])
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(outcome.errors.contains("begins with layers.1.weight, layers.1.bias,"), "\(outcome.story)")
        remains.append(try folder.remains("w\(index)"))
      }
      #expect(remains.allSatisfy { $0 == remains[0] })
      let drawn = try folder.train("1x1x1", to: "drawn", options)
      let some = try folder.train(
        "1x2x1", to: "some", options + ["--weights", folder.path + "/run", "--layers", "1,2"])
      #expect(drawn.status == 0 && some.status == 0, "\(some.story)")
      #expect(
        Set([remains[0], try folder.remains("drawn"), try folder.remains("some")].map(\.description)).count
          == 3)
      // Again with the same weights it goes on; with others it is another run.
      let again = try folder.train("1x1x1", to: "w0", options + ["--weights", folder.path + "/run"])
      #expect(again.status == 0, "\(again.story)")
      let other = try folder.train("1x1x1", to: "w0", options + ["--weights", folder.path + "/w0"])
      #expect(other.status == 64 && other.errors.contains("began with other weights"), "\(other.story)")
      let wide = try folder.train(
        "1x1x1", to: "wide",
        options + ["--set", "network.layers.1.units=65", "--weights", folder.path + "/run"])
      #expect(
        wide.status == 65
          && wide.errors.contains(
            "layers.2.weight is F32 [70, 64], layers.2.weight needs F32 or F64 [70, 65]"),
        "\(wide.story)")
      #expect(!folder.names("").contains("wide"))
      let layer = try folder.train(
        "1x1x1", to: "wide", options + ["--weights", folder.path + "/run", "--layers", "9"])
      #expect(layer.status == 65 && layer.errors.contains("there is no layer 9"), "\(layer.story)")
    }

    private static let hasNumPy =
      (try? Subprocess.run("python3", ["-c", "import numpy, safetensors"])).map { $0.status == 0 } ?? false

    @Test(
      "PyTorch's weights, which lie the other way round, make the same network",
      .enabled(if: hasNumPy, "needs numpy and safetensors in Python"))
    func pyTorch() throws {
      let folder = try TrainingFolder(
        """
        name: torch
        data: {format: digits, training: 120, validation: 40}
        network:
          layers:
            - {units: 6, kernel: 3, padding: 1, stride: 2}
            - {units: 5, coupling: {kind: transposed-convolution, kernel: 2, stride: 2}}
            - {units: 12}
            - {units: 10}
        training: {epochs: 1, batch: 20}
        """)
      try #require(try folder.train("1x1x1").status == 0)
      _ = try folder.command("export", "1x1x1", [folder.path + "/run", "--only", "weights"]).run()
      let program = """
        import sys, numpy as np, safetensors.numpy as s
        w = s.load_file(sys.argv[1])
        out = {}
        for k, order in ((1, "conv"), (2, "transposed"), (3, "picture"), (4, "dense")):
          W, n = w["layers.%d.weight" % k], len(w["layers.%d.bias" % k])
          W = (W.transpose(3, 2, 0, 1) if order == "conv" else W.transpose(2, 3, 0, 1) if order == "transposed"
            else W.reshape(8, 8, 5, n).transpose(3, 2, 0, 1).reshape(n, -1) if order == "picture" else W.T)
          out["layers.%d.weight" % (3 * k - 3)] = np.ascontiguousarray(W)
          out["layers.%d.bias" % (3 * k - 3)] = w["layers.%d.bias" % k]
        s.save_file(out, sys.argv[2])
        """
      let written = try Subprocess.run(
        "python3",
        ["-c", program, folder.path + "/run/export/weights.safetensors", folder.path + "/torch.safetensors"])
      try #require(written.status == 0, "\(written.output)")
      for (name, from) in [("own", "run"), ("torch", "torch.safetensors")] {
        let outcome = try folder.train(
          "1x1x1", to: name, ["--set", "training.epochs=2", "--weights", folder.path + "/" + from])
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(
          name == "own" || outcome.errors.contains("layers.9.weight as layers.4.weight"),
          "\(outcome.story)")
      }
      func weights(_ run: String) throws -> [String] {
        try folder.remains(run).last.filter { $0.contains(".safetensors ") }
      }
      #expect(try weights("own") == weights("torch") && weights("own").count == 4)
    }
  }
}
