import Foundation
import Testing

/// Recipes say what they are and hold the published figures.
@Suite struct RecipeTests {
  /// What each recipe must hold: rates from the input side, phases, nudging and training.
  static let published: [String: (rates: [String], phases: String, nudging: String, training: String)] = [
    "mnist-paper-1h": (
      ["0.2", "0.1"], "free: 20, nudged: 4}", "random-sign, beta: 1.0}", "epochs: 25, batch: 20"
    ),
    "mnist-paper-2h": (
      ["0.8", "0.2", "0.02"], "free: 150, nudged: 6}", "random-sign, beta: 2.0}", "epochs: 60, batch: 20"
    ),
    "mnist-paper-3h": (
      ["0.256", "0.064", "0.016", "0.004"], "free: 500, nudged: 8}", "random-sign, beta: 2.0}",
      "epochs: 500, batch: 20"
    ),
    "mnist-dense-1h": (
      ["0.05", "0.05"], "free: 15, nudged: 15}", "centered, beta: 0.2}", "epochs: 100, batch: 16"
    ),
    "mnist-dense-2h": (
      ["0.2", "0.05", "0.01"], "free: 50, nudged: 20}", "centered, beta: 0.2}", "epochs: 100, batch: 16"
    ),
    "mnist-dense-3h": (
      ["0.2", "0.05", "0.01", "0.002"], "free: 100, nudged: 10}", "centered, beta: 0.2}",
      "epochs: 100, batch: 16"
    ),
  ]
  static let folder = Repository.root + "/launch/recipes/"
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test func allAreThere() {
    #expect(Self.names.contains("digits.yaml"))
    for name in Self.published.keys { #expect(Self.names.contains(name + ".yaml")) }
  }

  @Test(arguments: names) func isShortAndSaysWhatItIs(name: String) throws {
    let text = try String(contentsOfFile: Self.folder + name, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= 30)
    #expect((1...3).contains(lines.prefix { $0.hasPrefix("# ") }.count))
    #expect(text.contains("Expected"))
    #expect(text.contains("\nname: \(name.replacingOccurrences(of: ".yaml", with: ""))\n"))
    #expect(lines.allSatisfy { $0.count <= 110 && !$0.contains("\t") })
  }

  @Test(arguments: published.keys.sorted()) func holdsThePublishedFigures(name: String) throws {
    let expected = try #require(Self.published[name])
    let text = try String(contentsOfFile: Self.folder + name + ".yaml", encoding: .utf8)
    let rates = text.split(separator: "\n").compactMap { line in
      line.split(separator: ", rate: ").dropFirst().first.map { String($0.dropLast()) }
    }
    #expect(rates == expected.rates)
    #expect(text.contains(expected.phases))
    #expect(text.contains("nudging: {kind: \(expected.nudging)\n"))
    #expect(text.contains("training: {\(expected.training)"))
    // The paper divides bytes by 256 and holds 10,000 images back; the dense recipes train on all.
    #expect(text.contains("divisor: 256") == name.contains("paper"))
    #expect(text.contains("training: \(name.contains("paper") ? "50000, validation: 10000" : "60000")"))
  }
}
