import Foundation
import Testing

extension RealRanks {
  /// Runs on tables, as people of other fields have them.
  @Suite struct TableTests {
    /// Three classes by name, sorted, of two features of very different size and one that says nothing.
    static let table: String = {
      var text = "length,weight,day,species\n"
      for (species, name) in ["gull", "tern", "auk"].enumerated() {
        for row in 0..<60 {
          let (a, b) = (Double((row * 37) % 60) / 60, Double((row * 23) % 60) / 60)
          text +=
            "\(100 + 30 * Double(species) + 20 * a),\(0.001 * (Double(species % 2) + 0.8 * b)),\(row % 7),\(name)\n"
        }
      }
      return text
    }()

    private static func runFile(_ rest: String = "") -> String {
      "data: {format: csv, path: birds.csv, validation: 30}\nnetwork: {layers: [{units: 64}, {units: 3}]}\n"
        + rest
    }

    private func folder(_ runFile: String = Self.runFile()) throws -> (TrainingFolder, [String]) {
      let folder = try TrainingFolder(runFile)
      try folder.write("birds.csv", Self.table)
      return (folder, ["--set", "data.path=\(folder.path)/birds.csv"])
    }

    @Test("A table is learnt by default, with the same bits on every grid; classes keep their names")
    func learns() throws {
      let (folder, path) = try folder()
      var remains: [Remains] = []
      for (index, grid) in ["1x1x1", "2x1x1", "1x2x1", "2x1x2"].enumerated() {
        let outcome = try folder.train(grid, to: "r\(index)", path)
        try #require(outcome.status == 0, "\(outcome.story)")
        remains.append(try folder.remains("r\(index)"))
      }
      #expect(remains.allSatisfy { $0 == remains[0] })
      let evaluated = try folder.evaluate("1x1x1", "r0", ["--split", "test"])
      #expect(evaluated.output.contains("as auk  as gull  as tern"), "\(evaluated.story)")
      let wrong = try #require(evaluated.output.firstMatch(of: #/test: (\d+) of 36 wrong/#)).1
      #expect(try #require(Int(wrong)) <= 3, "\(evaluated.output)")
    }

    @Test("A run's own rows are told split by split, as an evaluation judges them")
    func ownRows() throws {
      let (folder, path) = try folder()
      try #require(try folder.train("1x1x1", to: "run", path).status == 0)
      for (split, count) in [("training", 114), ("validation", 30), ("test", 36)] {
        let outcome = try folder.command("predict", "1x1x1", [folder.path + "/run", "--split", split]).run()
        #expect(
          outcome.status == 0 && outcome.output.split(separator: "\n").count == count + 1, "\(outcome.story)")
        let judged = try folder.evaluate("1x1x1", "run", ["--split", split, "--json"])
        let told =
          try JSONSerialization.jsonObject(with: Data(judged.output.utf8)) as? [String: [String: Any]]
        let counts = try #require(told?[split]?["counts"] as? [[Int]])
        for (index, name) in ["auk", "gull", "tern"].enumerated() {
          #expect(
            outcome.output.split(separator: "\n").count { $0.split(separator: ",")[2] == name }
              == counts.reduce(0) { $0 + $1[index] }, "\(split) \(name)")
        }
      }
    }

    @Test("New rows are told by the names and moments that were learnt, whatever the new file holds")
    func predicts() throws {
      let (folder, path) = try folder()
      try #require(try folder.train("1x1x1", to: "run", path).status == 0)
      // Three gulls and an auk, in their order, without answers.
      let rows = [(110.0, 0.0002), (112, 0.0004), (108, 0.0001), (172, 0.0003)]
      try folder.write(
        "new.csv", "length,weight,day\n" + rows.map { "\($0.0),\($0.1),3\n" }.joined())
      let outcome = try folder.command(
        "predict", "2x1x1", [folder.path + "/run", "--data", folder.path + "/new.csv"]
      ).run()
      let names = outcome.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[2] }
      #expect(outcome.status == 0 && names == ["gull", "gull", "gull", "auk"], "\(outcome.story)")
      // A table with fewer classes is judged by the run's.
      let some = Self.table.split(separator: "\n").filter { !$0.hasSuffix("tern") }.joined(separator: "\n")
      try folder.write("some.csv", some)
      let judged = try folder.evaluate("1x1x1", "run", ["--data", folder.path + "/some.csv"])
      #expect(
        judged.status == 0 && judged.output.contains("as tern") && judged.output.contains("of 120 wrong"),
        "\(judged.story)")
      try folder.write("other.csv", Self.table.replacing("auk", with: "owl"))
      let other = try folder.evaluate("1x1x1", "run", ["--data", folder.path + "/other.csv"])
      #expect(
        other.status == 65 && other.errors.contains("the class 'owl', which the network does not know"),
        "\(other.story)")
      // Columns go by their names, in another order and beside others too.
      try folder.write(
        "turned.txt", "number;day;weight;length\n" + rows.map { "9;3;\($0.1);\($0.0)\n" }.joined())
      let turned = try folder.command(
        "predict", "1x1x1", [folder.path + "/run", "--data", folder.path + "/turned.txt"]
      ).run()
      #expect(turned.status == 0 && turned.output == outcome.output, "\(turned.story)")
      let answered = try folder.command(
        "predict", "1x1x1", [folder.path + "/run", "--data", folder.path + "/birds.csv"]
      ).run()
      #expect(
        answered.status == 0 && answered.output.split(separator: "\n").count == 181, "\(answered.story)")
      try folder.write("narrow.csv", "length,day\n110,3\n")
      let narrow = try folder.command(
        "predict", "1x1x1", [folder.path + "/run", "--data", folder.path + "/narrow.csv"]
      ).run()
      #expect(narrow.status == 65 && narrow.errors.contains("has no column 'weight'"), "\(narrow.story)")
    }

    private static func isThere(_ module: String) -> Bool {
      (try? Subprocess.run("python3", ["-c", "import \(module)"])).map { $0.status == 0 } ?? false
    }

    @Test(
      "scikit-learn's tables are learnt by the shortest run files",
      .enabled(if: isThere("sklearn"), "needs scikit-learn in Python"))
    func scikit() throws {
      let folder = try TrainingFolder(
        "data: {format: csv, path: a.csv}\nnetwork: {layers: [{units: 64}, {units: 3}]}\n")
      let program = """
        import sys, numpy as np, sklearn.datasets as d
        for name in ("wine", "breast_cancer", "diabetes"):
          s = getattr(d, "load_" + name)()
          np.savetxt(sys.argv[1] + "/" + name + ".csv", np.c_[s.data, s.target], delimiter=",",
            header=",".join([f.replace(" ", "_") for f in s.feature_names] + ["target"]), comments="")
        """
      try #require(try Subprocess.run("python3", ["-c", program, folder.path]).status == 0)
      for (name, outputs, options, key, holds) in [
        ("wine", 3, [], "test_error", { $0 <= 6 }), ("breast_cancer", 2, [], "test_error", { $0 <= 6 }),
        ("diabetes", 1, ["--set", "task=regression"], "test_r2", { $0 >= 0.33 }),
      ] as [(String, Int, [String], String, (Double) -> Bool)] {
        var values: [Double] = []
        for seed in 1...3 {
          let outcome = try folder.train(
            "1x1x1", to: "\(name)-\(seed)",
            [
              "--set", "data.path=\(folder.path)/\(name).csv", "--set", "network.layers.1.units=\(outputs)",
              "--set", "seed=\(seed)",
            ]
              + options)
          try #require(outcome.status == 0, "\(outcome.story)")
          values.append(try #require(try folder.lines("\(name)-\(seed)").last?[key] as? Double))
        }
        #expect(holds(values.reduce(0, +) / 3), "\(name): \(values)")
      }
    }
  }
}
