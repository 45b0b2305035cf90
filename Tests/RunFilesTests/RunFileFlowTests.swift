import EnergyModels
import EquilibriumPropagation
import RunFiles
import Schema
import Tasks
import Testing

@Suite("Run file: flows, and layers that labels clamp") struct RunFileFlowTests {
  private static let flow = """
    data: {format: digits}
    task: flow
    network: {input: {anchor: {spring: 15}}, layers: [{units: 64}, {units: 32}]}

    """
  private static let classes = """
    data: {format: digits}
    task: {kind: flow, scale: 1, pairing: independent}
    network:
      input: {anchor: {spring: 8}}
      layers: [{units: 64}, {units: 10, anchor: clamped}]

    """

  @Test("a flow needs little said: the output is its input, it rests by Newton's sweeps, adam moves it")
  func defaults() throws {
    let run = try RunFile.parse(Self.flow, file: "m.yaml")
    #expect(run.network.output == 0 && run.network.layers.allSatisfy { $0.activation == .cappedSilu })
    #expect(run.network.layers.allSatisfy { $0.rate == .fixed(1e-3) } && run.training.clip == 1)
    #expect(run.relaxation.updates == .overRelaxed && run.relaxation.newton == 1)
    #expect(run.relaxation.free == Duration(atMost: 100, tolerance: 1e-3, together: 12))
    #expect(run.nudging.beta == 1.25e-3 && run.costWeight == 900 && run.training.momentum == 0)
    #expect(try RunFile.parse(run.resolvedYAML, file: "m.yaml") == run)
    #expect(run.supervision == .inputs)
    let classes = try RunFile.parse(Self.classes, file: "m.yaml")
    #expect(classes.costWeight == 64 && classes.supervision == .labels)
    #expect(classes.network.layers[1].isClamped && classes.network.layers[1].activation == .linear)
    #expect(try RunFile.parse(classes.resolvedYAML, file: "m.yaml") == classes)
    // What is written stays.
    let own = try RunFile.parse(
      Self.flow, file: "m.yaml",
      settings: [
        "relaxation={updates: euler, step: 0.1, free: 300, nudged: 300}", "training.optimizer=sgd",
        "network.layers.0.activation=tanh",
      ])
    #expect(own.relaxation.newton == 0 && own.relaxation.free.atMost == 300)
    #expect(own.network.layers[0].activation == .tanh && own.training.optimizer == .sgd)
  }

  @Test("no key that a run of before does not have decides its bits")
  func identity() throws {
    let plain = try RunFile.parse(
      "data: {format: digits}\nnetwork: {layers: [{units: 64}, {units: 10}]}\n", file: "m.yaml")
    for word in ["newton", "average", "anchor", "rows"] { #expect(!plain.identity.contains(word), "\(word)") }
    var other = plain
    other.relaxation.newton = 2
    #expect(other.identity != plain.identity)
  }

  @Test(
    "what does not go together is refused at its key, with what mends it",
    arguments: [
      (
        flow, "network.input=null",
        "a flow is what a spring at the input shows; write input: {anchor: {spring: 15}} in network"
      ),
      (
        flow, "network.output=2",
        "a flow is what a spring at the input shows; write input: {anchor: {spring: 15}} in network"
      ),
      (
        flow, "network.input.activation=tanh",
        "a flow's input has noise for states, but is tanh; write activation: linear"
      ),
      (
        flow, "nudging.beta=0.5",
        "'nudging.beta' is 0.5, but centered nudging also uses -0.5 and even-odd updates have a minimum only above -0.017777777777777778; use a beta between -0.017777777777777778 and 0.017777777777777778, or relaxation.updates: euler"
      ),
      (
        classes, "network.layers.1.activation=tanh",
        "'network.layers.1.activation' is tanh, but labels clamp the layer; write activation: linear"
      ),
      (
        classes, "network.layers.0={units: 10, anchor: clamped}",
        "'network.layers.0.anchor' is clamped, and so is layer 2; delete one of them"
      ),
      (
        classes, "data.format=friedman",
        "'data.format' is friedman, which has no labels for a layer that they clamp; use idx, cifar, npy, csv, pictures or digits, or another task"
      ),
      (
        "data: {format: digits}\nnetwork: {layers: [{units: 64}, {units: 10, anchor: clamped}, {units: 10}]}\n",
        "seed=1",
        "'network.layers.1.anchor' is clamped, but its labels are what the task classification asks for; delete it"
      ),
      (
        "data: {format: digits}\ntask: autoencoder\nnetwork: {layers: [{units: 64}, {units: 10, anchor: clamped}]}\n",
        "seed=1",
        "'network.layers.1.anchor' is clamped, but this layer is the output; write network.output, or delete it"
      ),
      (
        "data: {format: digits}\ntask: autoencoder\nrule: backpropagation\nnetwork: {layers: [{units: 10, anchor: clamped}, {units: 64}]}\n",
        "seed=1",
        "'network.layers.0.anchor' is clamped, which the rule backpropagation has no use for; write rule: equilibrium-propagation"
      ),
    ])
  func mistakes(text: String, setting: String, message: String) {
    let error = #expect(throws: SchemaError.self) {
      try RunFile.parse(text, file: "m.yaml", settings: [setting])
    }
    #expect("\(error.map { "\($0)" } ?? "")".hasSuffix(message), "\(error.map { "\($0)" } ?? "none")")
  }
}
