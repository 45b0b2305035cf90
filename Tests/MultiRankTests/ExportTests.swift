import Foundation
import Testing

extension RealRanks {
  @Suite struct Exports {
    /// A run with velocities, persistent states and a connection that skips layers.
    private static let trained = Result { () throws -> TrainingFolder in
      let folder = try TrainingFolder(TrainingMethod.skips.runFile).removedAtExit()
      let outcome = try folder.train("2x1x1")
      if outcome.status != 0 { throw HarnessError(outcome.story) }
      return folder
    }

    private func export(
      _ folder: TrainingFolder, _ arguments: [String], path: String? = nil
    ) throws -> Outcome {
      try Mpirun(
        executable: "eqprop", ranks: 1, arguments: ["export"] + arguments,
        environment: path.map {
          // mpirun asks for an ssh, though it starts nothing elsewhere.
          [Ranks.mark: folder.path, "PATH": $0, "OMPI_MCA_plm_rsh_agent": "/bin/false"]
        } ?? [Ranks.mark: folder.path]
      ).run()
    }

    private static let hasSafetensors =
      (try? python("import numpy, safetensors", [])).map { $0.status == 0 } ?? false
    private static let hasConverter =
      (try? Subprocess.run("rsvg-convert", ["--version"])).map { $0.status == 0 } ?? false

    private static func python(
      _ program: String, _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
      try Subprocess.run("python3", ["-c", program] + arguments)
    }

    @Test(
      "NumPy finds the checkpoint's weights, and nothing else, in both forms",
      .enabled(if: hasSafetensors, "needs numpy and safetensors in Python"))
    func weights() throws {
      let folder = try Self.trained.get()
      let outcome = try export(folder, [folder.path + "/run", "--only", "weights"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let written = ["npz", "safetensors"].map { "\(folder.path)/run/export/weights.\($0)" }
      #expect(outcome.output.split(separator: "\n").map(String.init) == written)
      let latest = folder.text("run/checkpoints/LATEST").trimmingCharacters(in: .newlines)
      let program = """
        import pathlib, sys, numpy
        from safetensors import safe_open
        from safetensors.numpy import load_file
        arrays, tensors, stored = numpy.load(sys.argv[1]), load_file(sys.argv[2]), {}
        for file in pathlib.Path(sys.argv[3]).glob("layer-*.safetensors"): stored.update(load_file(file))
        with safe_open(sys.argv[2], "np") as file: print(file.metadata()["checkpoint"])
        assert list(arrays.files) == list(tensors) or set(arrays.files) == set(tensors)
        for name in arrays.files:
            a, b, c = arrays[name], tensors[name], stored[name]
            assert a.dtype == b.dtype == c.dtype == numpy.float32 and a.shape == b.shape == c.shape
            assert a.tobytes() == b.tobytes() == c.tobytes()
            print(name, a.shape)
        assert set(stored) - set(tensors) == {name for name in stored if name.endswith(".velocity")}
        """
      let read = try Self.python(program, written + [folder.path + "/run/checkpoints/" + latest])
      #expect(
        read.output == """
          \(latest)
          layers.1.bias (96,)
          layers.1.weight (64, 96)
          layers.2.bias (40,)
          layers.2.weight (96, 40)
          layers.2.weight.from.0 (64, 40)
          layers.3.bias (70,)
          layers.3.weight (40, 70)
          layers.3.weight.from.1 (96, 70)
          layers.4.bias (10,)
          layers.4.weight (70, 10)
          layers.4.weight.from.0 (64, 10)
          layers.4.weight.from.1 (96, 10)

          """, "\(read)")
    }

    /// A number of a line of metrics, or one a layer.
    private struct Figures: Decodable {
      var values: [Double]
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        values =
          (try? container.decode([Double].self)) ?? (try? container.decode(Double.self)).map { [$0] } ?? []
      }
    }

    @Test("Metrics are those of metrics.jsonl, digit by digit")
    func metrics() throws {
      let folder = try Self.trained.get()
      let outcome = try export(
        folder, [folder.path + "/run", "--only", "metrics", "--output", folder.path + "/m"])
      try #require(
        outcome.status == 0 && outcome.output == folder.path + "/m/metrics.csv\n", "\(outcome.story)")
      let rows = folder.text("m/metrics.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let lines = folder.text("run/metrics.jsonl").split(separator: "\n").filter { $0.contains("\"epoch\"") }
      try #require(rows.count == 3 && lines.count == 2)
      for (row, line) in zip(rows.dropFirst(), lines) {
        let object = try JSONDecoder().decode([String: Figures].self, from: Data(line.utf8))
        for (name, text) in zip(rows[0], row) {
          let parts = name.split(separator: ".")
          let values = object[String(parts[0])]?.values ?? []
          let index = parts.count == 2 ? (Int(parts[1]) ?? 0) - 1 : 0
          #expect((values.indices.contains(index) ? values[index] : nil) == Double(text), "\(name)")
        }
        let names = Set(rows[0].map { String($0.split(separator: ".")[0]) })
        #expect(Set(object.keys).subtracting(["event"]).isSubset(of: names), "\(object.keys)")
      }
    }

    @Test(
      "Every figure of the report is there as SVG and as PNG of twice the size",
      .enabled(if: hasConverter, "needs rsvg-convert"))
    func figures() throws {
      let folder = try Self.trained.get()
      let outcome = try export(folder, [folder.path + "/run", "--only", "figures"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let names = folder.names("run/export/figures")
      #expect(names.count >= 40 && names.count == outcome.output.split(separator: "\n").count)
      for name in names where name.hasSuffix(".svg") {
        let drawing = folder.text("run/export/figures/" + name)
        let size = try #require(drawing.firstMatch(of: #/viewBox="0 0 ([\d.]+) ([\d.]+)"/#))
        let picture = try folder.bytes("run/export/figures/" + name.dropLast(3) + "png")
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        for (text, place) in [(size.1, 16), (size.2, 20)] {
          let pixels = Double(picture[place..<place + 4].reduce(0) { $0 << 8 | Int($1) })
          #expect(abs(pixels - 2 * (Double(text) ?? 0)) <= 1, "\(name)")
        }
        #expect(picture.count > 1500, "\(name): more than paper is drawn")
      }
    }

    @Test(
      "Figures have the form, the width and the letters that are asked for",
      .enabled(if: hasConverter, "needs rsvg-convert"))
    func sizes() throws {
      let folder = try Self.trained.get()
      let figures = ["--only", "figures", "--output"]
      let paper = try export(
        folder,
        [folder.path + "/run"] + figures + [folder.path + "/paper"]
          + ["--format", "pdf", "--format", "png", "--width", "88mm", "--font-size", "8"])
      try #require(paper.status == 0, "\(paper.story)")
      let names = folder.names("paper/figures")
      #expect(
        names.count >= 40 && names.allSatisfy { $0.hasSuffix(".pdf") || $0.hasSuffix(".png") }, "\(names)")
      // 88 mm are 249.45 points, and at 300 pixels an inch 1039.4.
      let page = try folder.bytes("paper/figures/error.pdf")
      #expect(page.starts(with: Array("%PDF".utf8)))
      let box = String(decoding: page, as: UTF8.self).firstMatch(of: #/MediaBox \[ ?0 0 ([\d.]+)/#)
      #expect(
        box.flatMap { Double($0.1) }.map { abs($0 - 249.45) < 0.5 } == true, "\(box.map(\.0) ?? "none")")
      #expect(abs(try width("paper/figures/error.png", folder) - 1039) <= 1)
      let screen = try export(
        folder,
        [folder.path + "/run"] + figures + [folder.path + "/screen", "--format", "png", "--width", "400px"])
      #expect(
        screen.status == 0 && folder.names("screen/figures").allSatisfy { $0.hasSuffix(".png") },
        "\(screen.story)")
      #expect(try width("screen/figures/error.png", folder) == 400)
    }

    private func width(_ picture: String, _ folder: TrainingFolder) throws -> Int {
      try folder.bytes(picture)[16..<20].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test(
      "What cannot be written is refused",
      arguments: [
        (["--output", "figures.pdf"], "the name of a folder is needed; --format"),
        (["--width", "88"], "such as 88mm"), (["--font-size", "0"], "from 4 to 72"),
        (["--width", "10mm"], "from 17 to 330 times"), (["--format", "eps"], "svg"),
      ])
    func mistakes(options: [String], words: String) throws {
      let folder = try Self.trained.get()
      let outcome = try export(folder, [folder.path + "/run"] + options)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
    }

    @Test(
      "A file's name ends in what is written into it, with every command",
      arguments: [
        (["verify", "run.yaml", "--plot"], "x.pdf", ".svg"),
        (["sample", "run", "--output"], "x.jpg", ".png"),
        (["bench", "run.yaml", "--calibrate"], "x.txt", ".json"),
        (["predict", "run", "--output"], "x.txt", ".csv"),
      ])
    func endings(words: [String], name: String, ending: String) throws {
      let folder = try Self.trained.get()
      let arguments = [words[0], folder.path + "/" + words[1], words[2], folder.path + "/" + name]
      let outcome = try Mpirun(executable: "eqprop", ranks: 1, arguments: arguments).run()
      #expect(outcome.status == 64 && outcome.errors.contains(ending), "\(outcome.story)")
      #expect(!folder.names("").contains(name))
    }

    @Test(
      "Without rsvg-convert it says what brings PNG and writes SVG; of several runs what compares them"
    )
    func withoutConverter() throws {
      let folder = try Self.trained.get()
      let path = try #require(ProcessInfo.processInfo.environment["PATH"])
      let tools = folder.path + "/tools"
      try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
      for program in ["mpiexec", "orted"] {
        let programs = path.split(separator: ":").map { "\($0)/\(program)" }
        guard let found = programs.first(where: FileManager.default.isExecutableFile) else { continue }
        try? FileManager.default.createSymbolicLink(
          atPath: tools + "/" + program, withDestinationPath: found)
      }
      let run = folder.path + "/run"
      let outcome = try export(
        folder, [run, run, "--output", folder.path + "/compared"],
        path: tools)
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(
        outcome.said == ["no PNG files: they need rsvg-convert (apt-get install librsvg2-bin)"],
        "\(outcome.story)")
      #expect(folder.names("compared") == ["figures", "metrics.csv"])
      let lines = folder.text("compared/metrics.csv").split(separator: "\n")
      #expect(lines.count == 5 && lines[0].hasPrefix("run,seed,epoch,"), "\(lines)")
      #expect(lines[1].hasPrefix("run (1),1,1,") && lines[4].hasPrefix("run (2),1,2,"), "\(lines)")
      let names = folder.names("compared/figures")
      #expect(names.contains("test-error.svg") && names.allSatisfy { $0.hasSuffix(".svg") }, "\(names)")
      let refused = try export(folder, [run, run, "--only", "weights"])
      #expect(
        refused.status == 64 && refused.errors.contains("metrics and figures are exported"),
        "\(refused.story)")
      let lacking = try export(
        folder, [run, "--only", "figures", "--format", "pdf", "--output", folder.path + "/pdf"], path: tools)
      #expect(
        lacking.status == 66
          && lacking.said == ["no PDF files: they need rsvg-convert (apt-get install librsvg2-bin)"],
        "\(lacking.story)")
    }
  }
}

/// A program run to its end, its standard error left out.
enum Subprocess {
  static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}
