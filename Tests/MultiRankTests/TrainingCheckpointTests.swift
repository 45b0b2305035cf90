import FileFormats
import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingCheckpoints {
    @Test("Sums by MPI belong to their grid: going on on another is refused")
    func sumsByMPI() throws {
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile)
      let options = ["--set", "training.reduction=mpi"]
      try #require(try folder.train("2x1x2", to: "undisturbed", options).status == 0)
      try #require(try folder.train("2x1x2", options + ["--limit-steps", "7"]).status == 0)
      let state = try JSONSerialization.jsonObject(
        with: Data(try folder.bytes("run/checkpoints/step-000000007/state.json")))
      #expect((state as? [String: Any])?["grid"] as? String == "2x1x2")
      for grid in ["1x1x1", "4x1x1"] {
        let outcome = try folder.train(grid, options)
        #expect(outcome.status == 64, "\(outcome.story)")
        let told = "its bits belong to grid 2x1x2 (training.reduction: mpi), which \(grid) cannot go on from"
        #expect(outcome.said.count { $0.hasSuffix(told) } == 1, "\(outcome.story)")
      }
      let outcome = try folder.train("2x1x2", options)
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
      // A run of our own sums does not take over from it either.
      let other = try folder.train("2x1x2")
      #expect(other.status == 64 && other.errors.contains("training.reduction: reproducible here, mpi there"))
    }

    @Test("Sums by MPI differ from ours by rounding only")
    func sumsAgree() throws {
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile)
      for (output, options) in [("ours", []), ("mpi", ["--set", "training.reduction=mpi"])] {
        try #require(try folder.train("4x1x1", to: output, options + ["--limit-steps", "1"]).status == 0)
      }
      let (ours, mpi) = try (weights(folder, "ours"), weights(folder, "mpi"))
      #expect(ours.count == mpi.count && ours.count == 6400)
      #expect(zip(ours, mpi).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    private func weights(_ folder: TrainingFolder, _ output: String) throws -> [Float] {
      let reader = try Safetensors.Reader(
        path: "\(folder.path)/\(output)/checkpoints/step-000000001/layer-1.safetensors")
      return try reader.elements(of: reader.tensor("layers.1.weight"), as: Float.self)
    }

    @Test("The precision of the run is that of its tensors", arguments: ["float32", "float64"])
    func precision(precision: String) throws {
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile)
      let outcome = try folder.train(
        "2x1x2", ["--set", "training.precision=\(precision)", "--limit-steps", "2"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let checkpoint = folder.path + "/run/checkpoints/step-000000002/"
      var shapes: [String: [Int]] = [:]
      for name in folder.names("run/checkpoints/step-000000002") where name.hasSuffix(".safetensors") {
        let reader = try Safetensors.Reader(path: checkpoint + name)
        for tensor in reader.tensors {
          #expect(tensor.type.rawValue == (precision == "float64" ? "F64" : "F32"))
          shapes[tensor.name] = tensor.shape
        }
      }
      #expect(
        shapes == [
          "layers.1.weight": [64, 100], "layers.1.bias": [100], "layers.2.weight": [100, 10],
          "layers.2.bias": [10], "layers.1.weight.velocity": [64, 100], "layers.1.bias.velocity": [100],
          "layers.2.weight.velocity": [100, 10], "layers.2.bias.velocity": [10],
          "states.training.1.from.0": [150, 100], "states.training.2.from.0": [150, 10],
          "states.validation.1.from.0": [50, 100], "states.validation.2.from.0": [50, 10],
          "states.test.1.from.0": [1597, 100], "states.test.2.from.0": [1597, 10],
        ])
    }

    // Needs a Python with numpy and safetensors: EQPROP_PYTHON names it, or python3 has them.
    @Test(
      "Python's safetensors opens the tensors in NumPy, the same bytes",
      .enabled(if: python != nil, "needs numpy and safetensors in Python"))
    func numpy() throws {
      let folder = try TrainingFolder(TrainingMethod.forward.runFile)
      try #require(try folder.train("2x1x2", ["--limit-steps", "5"]).status == 0)
      let checkpoint = folder.path + "/run/checkpoints/step-000000005"
      let script = """
        import hashlib, numpy, pathlib, sys
        from safetensors.numpy import load_file
        for file in sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors")):
            for name, values in sorted(load_file(file).items()):
                assert numpy.isfinite(values).all()
                print(name, values.dtype, list(values.shape), hashlib.sha256(values.tobytes()).hexdigest())
        """
      let lines = try run(["-c", script, checkpoint]).split(separator: "\n").map(String.init)
      var expected: [String] = []
      for layer in 1...3 {
        let reader = try Safetensors.Reader(path: checkpoint + "/layer-\(layer).safetensors")
        for tensor in reader.tensors.sorted(by: { $0.name < $1.name }) {
          let bytes = try reader.elements(of: tensor, as: Float.self).withUnsafeBytes { Array($0) }
          expected.append("\(tensor.name) float32 \(tensor.shape) \(SHA256.digest(of: bytes))")
        }
      }
      #expect(lines == expected)
      #expect(lines.first?.hasPrefix("layers.1.bias float32 [96] ") == true && lines.count == 6)
      let opener = packageRoot + "/launch/read_weights.py"
      let printed = try run([opener, folder.path + "/run"])
      #expect(printed.contains("step-000000005: 6 tensors") && printed.contains("(96, 130)"), "\(printed)")
    }

    private func run(_ arguments: [String]) throws -> String {
      let python = try #require(Self.python)
      let outcome = try Job(
        command: [python] + arguments, environment: ProcessInfo.processInfo.environment, limitSeconds: 30
      ).wait()
      try #require(outcome.status == 0, "\(outcome.story)")
      return outcome.output
    }

    static let python: String? = {
      let python = ProcessInfo.processInfo.environment["EQPROP_PYTHON"] ?? "python3"
      let job = try? Job(
        command: [python, "-c", "import numpy, safetensors"],
        environment: ProcessInfo.processInfo.environment, limitSeconds: 30)
      return (try? job?.wait().status) == 0 ? python : nil
    }()

    private var packageRoot: String {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    }
  }
}
