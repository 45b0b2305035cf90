import DataSets
import Foundation
import Testing

extension RealRanks {
  /// `eqprop predict`, and evaluations of folders that hold no more than is asked for.
  @Suite struct PredictTests {
    private static let runFile = """
      name: predicted
      seed: 3
      data: {format: digits, training: 400, validation: 100}
      network:
        layers:
          - {units: 12, activation: hard-sigmoid, kernel: 3, padding: 1, pool: max, rate: 0.1, gain: 2}
          - {units: 64, activation: hard-sigmoid, kernel: 3, padding: 1, pool: average, rate: 0.1, gain: 2}
          - {units: 10, activation: linear, rate: 0.05, gain: 0.5}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 8, nudged: 4}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 6, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    private static let dense = """
      name: dense
      seed: 3
      data: {format: digits, training: 400, validation: 100}
      network:
        layers:
          - {units: 64, activation: hard-sigmoid, rate: 0.05}
          - {units: 10, activation: linear, rate: 0.02}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 8, nudged: 4}
      training: {epochs: 4, batch: 16, momentum: 0.9, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    private static let trained = Result { try train(runFile) }
    private static let trainedDense = Result { try train(dense) }

    private static func train(_ runFile: String) throws -> TrainingFolder {
      let folder = try TrainingFolder(runFile).removedAtExit()
      let outcome = try folder.train("2x1x1")
      guard outcome.status == 0 else { throw HarnessError(outcome.story) }
      return folder
    }

    private static let hasNumPy =
      (try? Subprocess.run("python3", ["-c", "import numpy, safetensors"])).map { $0.status == 0 } ?? false

    /// The embedded digits from one on as NumPy arrays of bytes, 0 to 16.
    private static func writeDigits(
      to folder: TrainingFolder, from first: Int, as images: String = "inputs", _ labels: String = "labels"
    ) throws {
      let set = try DataSet.open(DataSource(format: .digits, training: max(first, 1), validation: 0))
      let rest = try set.load(.test, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
      let start = first == 0 ? try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true) : []
      func array(_ shape: String, _ bytes: [UInt8]) -> [UInt8] {
        var text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }"
        text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8) + bytes
      }
      let count = 1797 - first
      try folder.write(
        images + ".npy", array("\(count), 8, 8", start.flatMap(\.inputs) + rest.inputs))
      try folder.write(labels + ".npy", array("\(count),", start.flatMap(\.labels) + rest.labels))
    }

    private func predict(
      _ folder: TrainingFolder, _ grid: String = "1x1x1", _ options: [String] = []
    ) throws -> Outcome {
      try folder.command("predict", grid, [folder.path + "/run", "--grid", grid] + options).run()
    }

    @Test("Outputs, states and activities have the same bits on every grid")
    func bits() throws {
      let folder = try Self.trained.get()
      let views = ["--states", "1", "--states", "2", "--activity", "2", "--split", "validation"]
      var files: [[UInt8]] = []
      for grid in ["1x1x1", "2x1x1", "1x3x1", "1x1x2", "2x2x2"] {
        let outcome = try predict(folder, grid, views + ["--output", folder.path + "/\(grid).npz"])
        try #require(outcome.status == 0, "\(outcome.story)")
        files.append(try folder.bytes(grid + ".npz"))
      }
      #expect(Set(files).count == 1 && files[0].count > 100 * (10 * 8 + 4 * 4 * 12 * 4 + 2 * 2 * 2 * 64 * 4))
      #expect(!folder.names("").contains { $0.hasSuffix(".partial") })
    }

    @Test("Lines, an array and an archive say the same, and count as many errors as an evaluation")
    func forms() throws {
      let folder = try Self.trained.get()
      let lines = try predict(folder)
      try #require(lines.status == 0, "\(lines.story)")
      let table = lines.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(table[0].prefix(4) == ["example", "class", "margin", "output_0"] && table[0].count == 13)
      #expect(table.count == 1298 && table[1...].enumerated().allSatisfy { $1[0] == "\($0)" })
      for row in table[1...] {
        let outputs = try row[3...].map { try #require(Double($0)) }
        let sorted = outputs.sorted(by: >)
        #expect(outputs[try #require(Int(row[1]))] == sorted[0])
        #expect(abs(try #require(Double(row[2])) - (sorted[0] - sorted[1])) <= 1e-6)
      }
      let written = try predict(folder, "2x1x1", ["--output", folder.path + "/lines.csv"])
      #expect(written.status == 0 && written.output.isEmpty && folder.text("lines.csv") == lines.output)
      let array = try predict(folder, "1x1x1", ["--output", folder.path + "/outputs.npy"])
      #expect(array.status == 0 && array.errors.contains("outputs 1297×10"), "\(array.story)")
      #expect(try folder.bytes("outputs.npy").count == 128 + 1297 * 10 * 8)
    }

    @Test(
      "NumPy rebuilds the confusion matrix from a checkpoint by the documentation's formulas",
      .enabled(if: hasNumPy, "needs numpy and safetensors in Python"), arguments: [true, false])
    func rebuilt(isDense: Bool) throws {
      let folder = try (isDense ? Self.trainedDense : Self.trained).get()
      let predicted = try predict(folder, "1x1x1", ["--output", folder.path + "/predicted.npz"])
      try #require(predicted.status == 0, "\(predicted.story)")
      let evaluated = try folder.evaluate("1x1x1", "run", ["--split", "test", "--json"])
      try folder.write("evaluated.json", evaluated.output)
      let program = """
        import sys, json, glob, numpy as np, safetensors.numpy
        folder, dense = sys.argv[1], sys.argv[2] == "dense"
        latest = open(folder + "/run/checkpoints/LATEST").read().split()[0]
        w = {}
        for f in glob.glob(folder + "/run/checkpoints/" + latest + "/*.safetensors"):
          w.update(safetensors.numpy.load_file(f))
        x = np.load(folder + "/inputs.npy").astype(np.float64) / 16
        clip = lambda d: np.clip(d, 0, 1)
        if dense:
          x = x.reshape(len(x), 64)
          W1, b1, W2, b2 = [w[n].astype(np.float64) for n in
            ("layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias")]
          s1, y = np.zeros((len(x), 64)), np.zeros((len(x), 10))
          for sweep in range(8):
            y = b2 + s1 @ W2
            s1 = clip(b1 + x @ W1 + y @ W2.T)
        else:
          W1, W2, W3 = [w["layers.%d.weight" % k].astype(np.float64) for k in (1, 2, 3)]
          b1, b2, b3 = [w["layers.%d.bias" % k].astype(np.float64) for k in (1, 2, 3)]
          def up(W, s):  # 3 x 3, padding 1
            h, v = s.shape[1], s.shape[2]
            p = np.pad(s, ((0, 0), (1, 1), (1, 1), (0, 0)))
            return sum(p[:, i:i + h, j:j + v] @ W[i, j] for i in range(3) for j in range(3))
          def down(W, t):
            h, v = t.shape[1], t.shape[2]
            out = np.zeros((len(t), h + 2, v + 2, W.shape[2]))
            for i in range(3):
              for j in range(3):
                out[:, i:i + h, j:j + v] += t @ W[i, j].T
            return out[:, 1:-1, 1:-1]
          def squares(a):
            n, h, v, c = a.shape
            return a.reshape(n, h // 2, 2, v // 2, 2, c)
          spread = lambda t: np.repeat(np.repeat(t, 2, 1), 2, 2) / 4
          drive1 = squares(up(W1, x[..., None]) + b1).max((2, 4))
          n = len(x)
          s1, s2, y = np.zeros((n, 4, 4, 12)), np.zeros((n, 2, 2, 64)), np.zeros((n, 10))
          for sweep in range(8):
            s2 = clip(b2 + squares(up(W2, s1)).mean((2, 4)) + (y @ W3.T).reshape(n, 2, 2, 64))
            s1 = clip(drive1 + down(W2, spread(s2)))
            y = b3 + s2.reshape(n, 256) @ W3
        told = json.load(open(folder + "/evaluated.json"))["test"]["counts"]
        labels = np.load(folder + "/labels.npy").ravel()
        found = np.zeros((10, 10), int)
        np.add.at(found, (labels, y.argmax(1)), 1)
        predicted = np.load(folder + "/predicted.npz")
        assert (found == np.array(told)).all(), (found, told)
        assert (predicted["classes"] == y.argmax(1)).all()
        assert abs(predicted["outputs"] - y).max() < 1e-4, abs(predicted["outputs"] - y).max()
        print("same")
        """
      try Self.writeDigits(to: folder, from: 500)
      let read = try Subprocess.run(
        "python3", ["-c", program, folder.path, isDense ? "dense" : "convolution"])
      #expect(read.status == 0 && read.output.contains("same"), "\(read.output)")
    }

    @Test(
      "A file of images is enough, of any form that has as many numbers; others are told as what they are")
    func files() throws {
      let folder = try Self.trained.get()
      try Self.writeDigits(to: folder, from: 500)
      let own = try predict(folder)
      let other = try predict(folder, "2x1x1", ["--data", folder.path + "/inputs.npy"])
      #expect(other.status == 0 && other.output == own.output, "\(other.story)")
      // Flat rows are the same pictures.
      var flat = try folder.bytes("inputs.npy")
      let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1297, 64), }"
      let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      flat.replaceSubrange(10..<128, with: padded.utf8)
      try folder.write("flat images.npy", flat)
      let rows = try predict(
        folder, "1x1x1", ["--data", folder.path + "/flat images.npy", "--divisor", "16"])
      #expect(rows.status == 0 && rows.output == own.output, "\(rows.story)")
      let unscaled = try predict(
        folder, "1x1x1", ["--data", folder.path + "/inputs.npy", "--divisor", "255"])
      #expect(
        unscaled.status == 0 && unscaled.errors.contains("trained on inputs from 0 to 1: --divisor scales"),
        "\(unscaled.story)")
      try folder.write("page.npy", "<!DOCTYPE html><html>not here</html>")
      try folder.write("text.npy", "1,2,3\n")
      try folder.write(
        "other/train-images-idx3-ubyte",
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4] + Array(repeating: 9, count: 32))
      for (data, code, words) in [
        ("nothing.npy", 66, "nothing.npy: no such"), ("page.npy", 65, "is a page of HTML"),
        ("text.npy", 65, "is neither a NumPy array (numpy.save) nor an IDX file"),
        ("labels.npy", 65, "images are n×height×width"),
        ("other/train-images-idx3-ubyte", 65, "the network was trained on 8×8"),
      ] as [(String, Int32, String)] {
        let outcome = try predict(folder, "1x1x1", ["--data", folder.path + "/" + data])
        #expect(outcome.status == code && outcome.errors.contains(words), "\(data): \(outcome.story)")
      }
    }

    @Test("What cannot be written or shown is refused before anything is computed")
    func refused() throws {
      let folder = try Self.trained.get()
      for (options, words) in [
        (["--output", "a.txt"], "ends in .npz, .npy or .csv"), (["--states", "1"], "need --output FILE.npz"),
        (["--output", "a.csv", "--activity", "1"], "go into an .npz alone"),
        (["--output", "a.npz", "--states", "0"], "layer 0 has no states; those that have are 1 to 3"),
        (["--output", "a.npz", "--states", "4"], "layer 4 has no states"),
        (["--divisor", "0"], "a number above 0"), (["--divisor", "2"], "is for --data"),
      ] {
        let outcome = try predict(folder, "1x1x1", options)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
      }
    }

    @Test("A folder needs only what is asked of it, and its labels need not reach the last class")
    func parts() throws {
      let images = try TrainingFolder(
        """
        name: parts
        data: {format: npy, path: data, training: 400, validation: 100}
        network: {layers: [{units: 64}, {units: 10}]}
        training: {epochs: 2}
        """)
      try Self.writeDigits(to: images, from: 0, as: "data/training-images", "data/training-labels")
      try Self.writeDigits(to: images, from: 500, as: "data/test-images", "data/test-labels")
      let own = ["--set", "data.path=\(images.path)/data", "--set", "data.divisor=16"]
      let trained = try images.train("1x1x1", to: "run", own)
      try #require(trained.status == 0, "\(trained.story)")
      let full = try images.evaluate("1x1x1", "run", ["--split", "test"])
      try images.copy("data", to: "less")
      try images.remove("less/training-images.npy")
      try images.remove("less/training-labels.npy")
      let less = ["--data", images.path + "/less"]
      for options in [["--split", "test"] + less, less] {
        let outcome = try images.evaluate("2x1x1", "run", options)
        #expect(outcome.status == 0 && outcome.output == full.output, "\(outcome.story)")
      }
      let missing = try images.evaluate("1x1x1", "run", ["--split", "validation"] + less)
      #expect(missing.status == 66 && missing.errors.contains("training-images.npy"), "\(missing.story)")
      // Labels below 9 alone.
      var labels = try images.bytes("less/test-labels.npy")
      for place in 128..<labels.count where labels[place] == 9 { labels[place] = 0 }
      try images.write("less/test-labels.npy", labels)
      let lower = try images.evaluate("1x1x1", "run", less)
      #expect(lower.status == 0 && lower.output.contains("1297"), "\(lower.story)")
    }
  }
}
