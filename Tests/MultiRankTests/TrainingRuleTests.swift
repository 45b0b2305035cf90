import Foundation
import TestBasis
import Testing

extension RealRanks {
  @Suite struct TrainingRules {
    /// What metrics tell of one epoch.
    private func epoch(_ folder: TrainingFolder, _ output: String) throws -> [String: Any] {
      return try #require(try folder.lines(output).last)
    }

    @Test(
      "Examples that break the promise are counted and left out",
      arguments: [TrainingMethod.rejecting, .coupled])
    func rejected(method: TrainingMethod) throws {
      let folder = try TrainingFolder(method.runFile)
      try #require(try folder.train("2x2x1", to: "without").status == 0)
      try #require(try folder.train("2x2x1", to: "with", ["--set", "nudging.reject=false"]).status == 0)
      let (without, with) = try (epoch(folder, "without"), epoch(folder, "with"))
      let rejected = try #require(without["rejected"] as? Int)
      #expect(0 < rejected && rejected < 100, "\(without)")
      #expect(without["violations"] as? Double == Double(rejected))
      #expect(with["rejected"] == nil && (with["violations"] as? Double ?? 0) > 0, "\(with)")
      #expect(try folder.remains("with").last != folder.remains("without").last)
    }

    @Test("What each rule has to tell is told", arguments: TrainingMethod.rules)
    func told(method: TrainingMethod) throws {
      let folder = try TrainingFolder(method.runFile)
      try #require(try folder.train("1x2x1").status == 0)
      let told = try epoch(folder, "run")
      let isTwin = ["rule: backpropagation", "rule: dual"].contains { method.runFile.contains($0) }
      let judges = !isTwin && !method.runFile.contains("rule: recurrent")
      for key in ["free_iterations", "nudged_iterations", "free_residual", "nudged_residual"] {
        #expect((told[key] != nil) == !isTwin, "\(key) of \(told)")
      }
      #expect((told["violations"] != nil) == judges, "\(told)")
      #expect((told["rejected"] != nil) == method.runFile.contains("reject: true"), "\(told)")
      let layers = method.runFile.components(separatedBy: "units:").count - 1
      for key in ["at_lower", "at_upper", "weight_change", "rates"] {
        let values = try #require(told[key] as? [Double], "\(key) of \(told)")
        #expect(values.count == layers && values.allSatisfy { $0 >= 0 && $0.isFinite }, "\(key) \(values)")
      }
      #expect((told["weight_change"] as? [Double])?.allSatisfy { $0 > 0 } == true)
    }

    @Test("Balanced rates make the layers change by the same share of their weights")
    func balanced() throws {
      let folder = try TrainingFolder(TrainingMethod.balanced.runFile)
      try #require(try folder.train("1x2x1", ["--set", "training.epochs=5"]).status == 0)
      let told = try epoch(folder, "run")
      let (rates, changes) = try (
        #require(told["rates"] as? [Double]), #require(told["weight_change"] as? [Double])
      )
      #expect(rates[2] == 0.02 && rates[3] == 0.01 && rates[0] != 0.01 && rates[1] != rates[0])
      for k in 0...1 {
        measured("balanced layer \(k + 1): change / the output's", changes[k] / changes[3])
        #expect(changes[k] / changes[3] > 0.5 && changes[k] / changes[3] < 2, "\(changes)")
      }
    }
  }
}
