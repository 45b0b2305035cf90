import Foundation
import Testing

extension RealRanks {
  @Suite struct Reports {
    /// A run of a few epochs that all tests look at.
    private static let trained = Result { () throws -> TrainingFolder in
      let folder = try TrainingFolder(TrainingMethod.centered.runFile).removedAtExit()
      let outcome = try folder.train("2x1x1", ["--set", "training.epochs=4"])
      if outcome.status != 0 { throw HarnessError(outcome.story) }
      return folder
    }

    private func report(_ folder: TrainingFolder, _ arguments: [String], ranks: Int = 1) throws -> Outcome {
      try Mpirun(
        executable: "eqprop", ranks: ranks,
        arguments: ["report"] + arguments.map { $0.hasPrefix("-") ? $0 : folder.path + "/" + $0 },
        environment: [Ranks.mark: folder.path]
      ).run()
    }

    @Test("a page in the run directory, its path told; the same directory gives the same bytes on any ranks")
    func written() throws {
      let folder = try Self.trained.get()
      let outcome = try report(folder, ["run"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.output == folder.path + "/run/report.html\n")
      let page = folder.text("run/report.html")
      #expect(try report(folder, ["run", "--output", "again.html"], ranks: 2).status == 0)
      #expect(folder.text("again.html") == page)
      let errors = try errors(folder)
      #expect(page.contains("<dd>4: \(errors)</dd>"), "the last epoch's errors: \(errors)")
      for text in [
        "64-144-10", "step-000000044, epoch 4", "Energy, free phase",
        "Cost, nudged phase, β\u{A0}=\u{A0}−0.2",
        "Labels and predictions, test split",
        "The mistakes of the largest cost", "on 2 ranks", "launch/run -n 2 train run.yaml",
      ] {
        #expect(page.contains(text), "\(text)")
      }
      #expect(!page.contains("class=\"absent\""))
      #expect(folder.text("run/run.yaml").split(separator: "\n").allSatisfy { page.contains($0) })
    }

    /// The last line's errors as the page writes them.
    private func errors(_ folder: TrainingFolder) throws -> String {
      let metrics = try #require(try folder.lines().last)
      return try ["training", "validation", "test"].map { split in
        let error = try #require(metrics[split + "_error"] as? Double)
        return "\(split)\u{A0}\(String(format: "%.2f", error))\u{A0}%"
      }.joined(separator: ", ")
    }

    @Test("the matrix is that of evaluate")
    func matrix() throws {
      let folder = try Self.trained.get()
      #expect(try report(folder, ["run", "--output", "matrix.html"]).status == 0)
      let evaluated = try folder.evaluate("1x1x1", "run", ["--split", "test", "--json"])
      let object =
        try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: [String: Any]]
      let counts = try #require(object?["test"]?["counts"] as? [[Int]])
      let page = folder.text("matrix.html")
      for (label, row) in counts.enumerated() {
        for (prediction, count) in row.enumerated() {
          #expect(page.contains("<title>\(label) taken for \(prediction): \(count)</title>"))
        }
      }
    }

    @Test("without epochs and checkpoints the page says what is not there yet")
    func early() throws {
      let folder = try Self.trained.get()
      try folder.write("early/run.yaml", folder.text("run/run.yaml"))
      #expect(try report(folder, ["early"]).status == 0)
      let page = folder.text("early/report.html")
      #expect(
        page.contains("No learning curves: ") && page.contains("there is no such file; has the run begun?"))
      #expect(page.contains("No receptive fields: ") && page.contains("holds no checkpoint yet"))
      #expect(!page.contains("<figure"))
      let nothing = try report(folder, ["nowhere"])
      #expect(nothing.status == 66 && nothing.said.count == 1, "\(nothing.story)")
    }

    @Test("a damaged checkpoint is passed over for an older one and left where it is")
    func damaged() throws {
      let folder = try Self.trained.get()
      try? folder.remove("spoilt")
      try folder.copy("run", to: "spoilt")
      let newest = try #require(folder.checkpoints("spoilt").last)
      try folder.write("spoilt/checkpoints/\(newest)/layer-1.safetensors", "torn")
      #expect(try report(folder, ["spoilt"]).status == 0)
      #expect(folder.text("spoilt/report.html").contains("step-000000042, epoch 3"))
      #expect(folder.checkpoints("spoilt").last == newest)
    }

    @Test("several runs are compared, in the file that is asked for")
    func comparison() throws {
      let folder = try Self.trained.get()
      try? folder.remove("other")
      #expect(try folder.train("1x1x1", to: "other", ["--set", "nudging.beta=0.1"]).status == 0)
      let outcome = try report(folder, ["run", "other", "--output", "both.html"])
      #expect(outcome.status == 0, "\(outcome.story)")
      let page = folder.text("both.html")
      #expect(page.contains("2 runs compared") && page.contains("<th scope=\"col\">nudging.<wbr/>beta</th>"))
      #expect(page.contains("Speed over ranks"))
    }

    /// A search of seven settings with two seeds each.
    private static let searched = Result { () throws -> TrainingFolder in
      let folder = try TrainingFolder(TrainingMethod.centered.runFile).removedAtExit()
      let outcome = try folder.command(
        "sweep", "2x1x1",
        [folder.path + "/run.yaml", "--output", folder.path + "/search", "--set", "training.epochs=3"]
          + ["--set", "network.layers.1.rate=0.02,0.05,0.1,0.15,0.2,0.3,1000", "--seeds", "1..2"]
      ).run()
      if outcome.status != 0 { throw HarnessError(outcome.story) }
      return folder
    }

    @Test("the folder of a search is reported as it is: combinations in their order, its failures told")
    func search() throws {
      let folder = try Self.searched.get()
      let outcome = try report(folder, ["search"])
      #expect(
        outcome.status == 0 && outcome.output == folder.path + "/search/report.html\n", "\(outcome.story)")
      let page = folder.text("search/report.html")
      #expect(page.contains("<h1>14 runs compared</h1>") && page.contains("7 combinations of settings"))
      let one = try report(folder, ["search/network.layers.1.rate=0.1,seed=2"])
      #expect(one.status == 0 && one.said == [], "\(one.story)")
      let rates = page.matches(of: #/<td data-name="network.layers.1.rate">([\d.]+)</#).map(\.1)
      #expect(rates == ["0.02", "0.05", "0.1", "0.15", "0.2", "0.3", "1000.0"])
      #expect(
        page.contains("0 of 2 seeds") && page.contains("rate=1000,seed=2 failed: the relaxation diverged"))
      #expect(!page.contains("<th scope=\"col\">seed</th>") && !page.contains("training.<wbr/>epochs"))
    }

    @Test("what cannot be shown where the data are not is said on the page and beside it")
    func elsewhere() throws {
      let folder = try TrainingFolder(SmallImages.runFile)
      try SmallImages.write(to: folder)
      try #require(
        try folder.train("1x1x1", ["--set", "training.epochs=1", "--set", "data.path=\(folder.path)/images"])
          .status == 0)
      let whole = try report(folder, ["run"])
      #expect(whole.status == 0 && whole.said == [], "\(whole.story)")
      try folder.copy("images", to: "elsewhere")
      try folder.remove("images")
      let poor = try report(folder, ["run"])
      #expect(poor.status == 0 && poor.said.count == 1, "\(poor.story)")
      let told = try #require(poor.said.first)
      for words in [
        "/run: not shown: checkpoint, relaxations, receptive fields, answers: ", "/images: no such directory",
        "--data says where they are",
      ] {
        #expect(told.contains(words), "\(told)")
      }
      let page = folder.text("run/report.html")
      #expect(page.contains("No relaxations: ") && page.contains("--data says where they are"))
      let again = try report(folder, ["run", "--data", "elsewhere"])
      #expect(again.status == 0 && again.said == [], "\(again.story)")
      #expect(!folder.text("run/report.html").contains("No relaxations: "))
    }

    @Test(
      "a name that ends in what the page is not is refused, with what writes that",
      arguments: [
        ("x.pdf", "export --format pdf"), ("x.PNG", "export --format png"), ("x.txt", "ends in .html"),
      ])
    func endings(name: String, words: String) throws {
      let folder = try Self.trained.get()
      let outcome = try report(folder, ["run", "--output", name])
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
      #expect(folder.text(name) == "")
    }

    /// The browser, where there is one.
    private static let chromium: String? = {
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      let programs = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
        folders.map { folder -> String in "\(folder)/\(name)" }
      }
      return programs.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    @Test(
      "Chromium draws every figure, narrow and wide, light and dark, without an error or an overlap",
      .enabled(if: chromium != nil, "needs chromium"), arguments: ["run", "both", "search"])
    func drawn(page: String) throws {
      let folder = try page == "search" ? Self.searched.get() : Self.trained.get()
      if page == "search" {
        #expect(try report(folder, ["search", "--output", "drawn.html"]).status == 0)
      } else if page == "both" {
        if folder.names("small") == [] {
          #expect(try folder.train("1x1x1", to: "small", ["--set", "training.batch=40"]).status == 0)
        }
        #expect(try report(folder, ["run", "small", "--output", "drawn.html"]).status == 0)
      } else {
        #expect(try report(folder, ["run", "--output", "drawn.html"]).status == 0)
      }
      let views = try look(at: folder.path + "/drawn.html", page)
      #expect(views.map(\.view) == ["390x844 light", "390x844 dark", "1280x900 light", "1280x900 dark"])
      for view in views {
        #expect(view.figures >= (["both": 9, "search": 8][page] ?? 28), "\(view.view)")
        let wrong = view.complaints + view.undrawn + view.wide + view.small + view.overlapping
        #expect(wrong.isEmpty, "\(view.view): \(wrong.joined(separator: "; "))")
      }
    }

    /// What Tests/Browser/look.py tells of a view; with `EQPROP_SCREENSHOTS=DIR` its picture is kept.
    private struct View: Decodable {
      var view: String
      var figures: Int
      var complaints: [String]
      var undrawn: [String]
      var wide: [String]
      var small: [String]
      var overlapping: [String]
    }

    private func look(at page: String, _ name: String) throws -> [View] {
      let folder = ProcessInfo.processInfo.environment["EQPROP_SCREENSHOTS"].map { "\($0)/report-\(name)" }
      if let folder {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      let pictures = folder.map { [$0] } ?? []
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      process.arguments = ["python3", tests.path + "/Browser/look.py", Self.chromium ?? "", page] + pictures
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let lines = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return try lines.split(separator: "\n").map { try JSONDecoder().decode(View.self, from: Data($0.utf8)) }
    }
  }
}
