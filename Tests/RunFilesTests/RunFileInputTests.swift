import EnergyModels
import RunFiles
import TestSupport
import Testing

@Suite("The input of a run file") struct RunFileInputTests {
  @Test("What ties it is read, written and held by default")
  func forms() throws {
    func input(_ text: String) throws -> InputLayer {
      let run = try RunFile.parse(
        smallestRunFile, file: "m.yaml", settings: ["network.input=\(text)", "relaxation.step=0.25"])
      let again = try RunFile.parse(run.resolvedYAML, file: "m.yaml")
      #expect(again.network.input == run.network.input)
      return run.network.input
    }
    #expect(try RunFile.parse(smallestRunFile, file: "m.yaml").network.input == InputLayer())
    #expect(try input("{anchor: clamped}") == InputLayer())
    #expect(try input("{anchor: free}") == InputLayer(.free))
    #expect(
      try input("{anchor: {spring: 3}, activation: tanh, bias: false}")
        == InputLayer(.spring(3), activation: .tanh, hasBias: false))
    #expect(!(try RunFile.parse(smallestRunFile, file: "m.yaml").resolvedYAML.contains("input")))
  }

  @Test(
    "What does not go with it is refused at the key to change",
    arguments: [
      (["network.input={bias: false}"], "network.input", "is held"),
      (["network.input={anchor: {spring: 0}}"], "network.input", "a number above 0"),
      (
        ["network.input={anchor: free}", "relaxation.start=persistent"], "network.input",
        "begins at its example"
      ),
      (
        ["network.input={anchor: free}", "rule=backpropagation"], "network.input",
        "makes passes from a held input"
      ),
      (["network.output=0"], "network.output", "no layer of states"),
      (["network.output=3"], "network.output", "no layer of states"),
      (["network.output=1", "rule=dual-propagation"], "network.output", "needs the last layer"),
      (["network.output=1", "network.cost=cross-entropy"], "network.output", "needs the last layer"),
      (
        ["network.output=1", "network.layers.0.rate=balanced"], "network.layers.0.rate",
        "the output is layer 1"
      ),
      (
        ["network.input={anchor: {spring: 15}}", "relaxation={updates: euler, step: 0.5}"], "relaxation",
        "use a step of 0.0625"
      ),
      (
        ["network.input={anchor: {spring: 15}, activation: tanh}"], "relaxation.step", "use a step of 0.0625"
      ),
      (
        [
          "network.input={anchor: {spring: 0.5}, activation: hard-sigmoid}",
          "network.layers.0.activation=tanh",
          "nudging={kind: n-point, points: 4, beta: 0.2}",
        ], "network.input", "need a holomorphic activation"
      ),
      (
        [
          "network.input={anchor: {spring: 15}}", "network.output=0",
          "nudging={kind: n-point, points: 4, beta: 0.2}",
          "network.layers.0.activation=tanh",
        ], "nudging", "tied by a spring"
      ),
      (
        ["network.input={anchor: {spring: 0.5}}", "network.output=0", "nudging={kind: centered, beta: 0.5}"],
        "nudging", "undoes the spring"
      ),
    ] as [([String], String, String)])
  func refused(settings: [String], key: String, words: String) {
    let told = refusal(smallestRunFile, settings: settings)
    #expect(told?.contains(key) == true && told?.contains(words) == true, "\(told ?? "taken")")
  }

  @Test("An even-odd step of a straight input is exact, whatever the spring; a nudge may go to −(1 + λ)")
  func taken() {
    #expect(refusal(smallestRunFile, settings: ["network.input={anchor: {spring: 1000}}"]) == nil)
    let onInput = ["network.input={anchor: {spring: 3}}", "network.output=0"]
    #expect(refusal(smallestRunFile, settings: onInput + ["nudging.beta=2"]) == nil)
    #expect(
      refusal(smallestRunFile, settings: onInput + ["nudging.beta=4"])?.contains("between -4.0 and 4.0")
        == true)
  }

  @Test("Slices and their default follow from which layer is never cut")
  func slices() throws {
    let wide = "data: {format: digits}\nnetwork: {layers: [{units: 10}, {units: 70}], output: 1}\n"
    #expect(try RunFile.parse(wide, file: "m.yaml").tiling.slices == 2)
    #expect(
      refusal(wide, settings: ["tiling.slices=8"])
        == "--set tiling.slices=8: the 70 units of network.layers.1 cannot be cut into 8 slices; use at most 5"
    )
  }
}
