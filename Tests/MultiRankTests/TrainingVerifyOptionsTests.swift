import FileFormats
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

extension RealRanks {
  /// `eqprop verify`: what it says where a gradient is bad or a command wrong, and its options.
  @Suite struct VerifyingWithOptions {
    // MARK: Gradients for others

    @Test(
      "The gradients that are compared are written, with the cosines that are told",
      arguments: ["1x1x1", "2x1x2"])
    func gradients(grid: String) throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      let path = folder.path + "/g.safetensors"
      let outcome = try folder.verify(
        grid, ["--json", "--gradients", path, "--steps", "3,7", "--betas", "0.003125,0.0125,0.00625"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let verdict = try Verdict(outcome)
      let reader = try Safetensors.Reader(path: path)
      let names = reader.tensors.map(\.name)
      for name in ["estimate", "exact", "steps.3", "through-time.3", "steps.7", "through-time.7"] {
        #expect(
          names.contains("\(name).layers.1.weight") && names.contains("\(name).layers.1.bias"), "\(names)")
      }
      func elements(_ name: String) throws -> [Double] {
        try ["weight", "bias"].flatMap {
          try reader.elements(of: reader.tensor("\(name).layers.1.\($0)"), as: Double.self)
        }
      }
      func cosine(_ a: String, _ b: String) throws -> Double {
        let (a, b) = (try elements(a), try elements(b))
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
      }
      let row = try #require(verdict.gradient.first { $0.layer == 1 }?.cosine)
      #expect(abs(try cosine("estimate", "exact") - row) < 1e-12)
      for match in verdict.matches {
        let told = try #require(match.cosines[0])
        #expect(abs(try cosine("steps.\(match.step)", "through-time.\(match.step)") - told) < 1e-12)
      }
      #expect(verdict.matches.map(\.step) == [3, 7])
      #expect(verdict.sweeps.allSatisfy { $0.points.map(\.beta) == [0.0125, 0.00625, 0.003125] })
    }

    @Test(
      "Numbers that are none, and options that go with others, are told",
      arguments: [
        (["--betas", "0.1,0"], "--betas 0.1,0"), (["--steps", "0"], "--steps 0"),
        (["--steps", "a"], "--steps a"),
        (["--gradients", "g.npz"], "ends in .safetensors"),
        (["--checkpoint", "best"], "which of --weights DIR"),
      ])
    func misused(options: [String], words: String) throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      let outcome = try folder.verify("1x1x1", options)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
    }

    @Test("What shortens or stops a step changes no gradient that is judged")
    func settings() throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      let plain = try folder.verify("1x1x1", ["--json"])
      let held = try folder.verify(
        "1x1x1",
        ["--json", "--set", "training.clip=0.000001", "--set", "network.layers.0.rate=0"])
      #expect(plain.status == 0 && held.status == 0, "\(held.story)")
      let (one, other) = (try Verdict(plain), try Verdict(held))
      #expect(one.gradient.map(\.cosine) == other.gradient.map(\.cosine))
    }

    // MARK: What fails

    static let faults: [(run: VerifiedRun, settings: [String], check: String, advice: String)] = [
      (
        .middle, ["relaxation.nudged=2"], "cosine of the run's own gradient, worst layer",
        "the nudge never reaches layer 1: the nudged phase of 2 is shorter than the depth; "
          + "use relaxation.nudged of 12 or more"
      ),
      (
        .deep, ["relaxation.nudged=1", "rule=coupled"],
        "cosine of the run's own gradient with the rule's at rest, worst layer",
        "the nudge never reaches layer 2: the nudged phase of 1 is shorter than the depth; "
          + "use relaxation.nudged of 8 or more"
      ),
      (
        .middle, ["nudging.beta=5"], "cosine of the run's own gradient, worst layer",
        "β 5.0 is too large: the nudged phase never comes to rest; use 0.2 or less"
      ),
      (
        .shallow, ["nudging.beta=0.97"], "cosine of the run's own gradient, worst layer",
        "β 0.97 is too large: even at rest the cosine is "
      ),
      (
        .middle, ["relaxation.free=1"], "residual after the run's own free phase",
        "the free phase is too short, and its drift leaks into the contrast: "
      ),
      (
        .tiny, ["relaxation.updates=euler", "relaxation.step=1", "network.initialization={uniform: 9}"],
        "the free phase comes to rest (residual ≤ 1e-13): iterations", "no rest within 20,000 iterations: "
      ),
    ]

    @Test("What fails is told with what to do, code 1", arguments: faults)
    func fault(fault: (run: VerifiedRun, settings: [String], check: String, advice: String)) throws {
      let folder = try TrainingFolder(fault.run.runFile)
      let outcome = try folder.verify("1x1x1", ["--json"] + fault.settings.flatMap { ["--set", $0] })
      let verdict = try Verdict(outcome)
      #expect(outcome.status == 1 && verdict.verdict == "failed", "\(outcome.story)")
      #expect(
        verdict.failures.contains { $0.hasPrefix("\(fault.check): \(fault.advice)") }, "\(verdict.failures)")
      #expect(outcome.complaints == [])
    }

    @Test("A failure reads so in the text, on several ranks too")
    func failureInText() throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      let outcome = try folder.verify("2x1x1", ["--set", "relaxation.free=1"])
      let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      #expect(outcome.status == 1, "\(outcome.story)")
      let failed = try #require(
        lines.firstIndex { $0.hasPrefix("FAILED  residual after the run's own free phase") })
      #expect(
        lines[failed + 1].hasPrefix(
          "        the free phase is too short, and its drift leaks into the contrast: "))
      #expect(lines[failed + 1].hasSuffix(" iterations reach 0.001"))
      #expect(lines.dropLast().last?.hasPrefix("verify: ") == true && lines.last == "", "\(outcome.story)")
      #expect(lines.dropLast().last?.hasSuffix(" of 15 checks passed") == true)
    }

    // MARK: Options

    @Test("Trained weights are judged, whatever the seed, alike on every grid")
    func trainedWeights() throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      try #require(try folder.train("2x1x1").status == 0)
      let options = ["--json", "--weights", folder.path + "/run"]
      let alone = try folder.verify("1x1x1", options)
      #expect(alone.status == 0 && alone.complaints == [], "\(alone.story)")
      for (grid, settings) in [("2x2x1", []), ("1x1x1", ["--set", "network.initialization=glorot-uniform"])] {
        let outcome = try folder.verify(grid, options + settings)
        #expect(outcome.withoutGrid == alone.withoutGrid, "\(outcome.story)")
      }
      #expect(try folder.verify("1x1x1", ["--json"]).withoutGrid != alone.withoutGrid)
      // A damaged one that is newer is named and passed over.
      let newest = try #require(folder.checkpoints().last)
      let newer = "run/checkpoints/step-000099999"
      try folder.copy("run/checkpoints/\(newest)", to: newer)
      try folder.write(newer + "/layer-1.safetensors", "")
      let outcome = try folder.verify("2x1x1", options)
      #expect(outcome.status == 0 && outcome.withoutGrid == alone.withoutGrid, "\(outcome.story)")
      #expect(outcome.complaints.count == 1, "\(outcome.story)")
      #expect(
        outcome.complaints.first?.hasPrefix("checkpoint step-000099999 is damaged and passed over: ") == true)
      try folder.remove(newer)
      let other = try folder.verify("2x1x1", options + ["--set", "network.layers.0.units=90"])
      #expect(other.status == 65 && other.complaints.count == 1, "\(other.story)")
      #expect(other.complaints.first?.contains("is F32 [64, 96], the run needs F32 [64, 90]") == true)
    }

    static let mistakes: [(options: [String], code: Int32, told: String)] = [
      (["--weights", "FOLDER/nowhere"], 66, "FOLDER/nowhere/checkpoints: holds no checkpoint yet"),
      (["--weights", "FOLDER/empty"], 66, "FOLDER/empty/checkpoints: holds no checkpoint yet"),
      (["--examples", "0"], 64, "Error: --examples 0: at least 1 is needed"),
      (
        ["--set", "rule=hebbian"], 64,
        "--set rule=hebbian: 'rule' is 'hebbian'; it takes equilibrium-propagation"
      ),
      (["--grid", "3x1x1"], 64, "grid 3x1x1: 4 shards cannot be dealt"),
      (
        [
          "--set",
          "network.connections=[{from: 0, to: 1, kernel: 3}, {from: 1, to: 2, kernel: 2, pool: soft}]",
        ], 64, "no exact gradient goes through soft pooling between layers here"
      ),
    ]

    @Test("A mistake is told once, and nothing is printed", arguments: mistakes)
    func mistake(options: [String], code: Int32, told: String) throws {
      let folder = try TrainingFolder(VerifiedRun.tiny.runFile)
      try folder.write("empty/run.yaml", VerifiedRun.tiny.runFile)
      func here(_ text: String) -> String { text.replacingOccurrences(of: "FOLDER", with: folder.path) }
      var options = options.map(here)
      let grid = options.first == "--grid" ? options.removeLast() : "2x1x1"
      if options == ["--grid"] { options = [] }
      let outcome = try folder.verify(grid, options)
      #expect(outcome.status == code && outcome.output == "", "\(outcome.story)")
      #expect(outcome.complaints.count == 1, "\(outcome.story)")
      #expect(outcome.complaints.first?.hasPrefix(here(told)) == true, "\(outcome.story)")
    }

    @Test("Examples are as many as asked for, at least one a shard", arguments: [(1, 4), (6, 8), (500, 160)])
    func examples(asked: Int, used: Int) throws {
      let folder = try TrainingFolder(VerifiedRun.tiny.runFile)
      let outcome = try folder.verify("1x1x1", ["--json", "--examples", "\(asked)"])
      #expect(try Verdict(outcome).examples == used, "\(outcome.story)")
    }

    @Test("The plot is an SVG document of every sweep; where it cannot be written, the report is not lost")
    func plot() throws {
      let folder = try TrainingFolder(VerifiedRun.tiny.runFile)
      let drawn = try folder.verify("2x1x1", ["--plot", folder.path + "/error.svg"])
      #expect(drawn.status == 0 && drawn.complaints == [], "\(drawn.story)")
      let text = folder.text("error.svg")
      #expect(text.hasPrefix("<svg ") && XMLParser(data: Data(text.utf8)).parse())
      let hints = ErrorChart(text).hints
      for nudging in ["one-sided", "random-sign", "centered", "n-point 4"] {
        #expect(hints.count { $0.name == nudging } == 9, "\(nudging): \(hints)")
      }
      let lost = try folder.verify("2x1x1", ["--plot", folder.path + "/nowhere/error.svg"])
      #expect(lost.status == 74 && lost.output == drawn.output, "\(lost.story)")
      #expect(lost.complaints.count == 1, "\(lost.story)")
      #expect(lost.complaints.first?.hasSuffix("cannot be written: No such file or directory") == true)
    }
  }
}
