import EquilibriumPropagation
import RunFiles
import Schema
import Testing

@Suite("Run file: models of inputs") struct RunFileDensityTests {
  private static let machine = """
    data: {format: digits}
    task: density
    rule: {kind: contrastive-divergence, persistent: true, offsets: 0.01}
    network: {input: {anchor: free, activation: binary}, layers: [{units: 20, activation: binary}]}

    """
  private static let classes = """
    data: {format: digits}
    rule: {kind: contrastive-divergence, labels: hybrid}
    network:
      input: {anchor: free, activation: binary}
      layers: [{units: 20, activation: binary}, {units: 10, activation: categorical}]

    """

  @Test("a model of inputs needs little said: its output is there, it draws by gibbs at T = 1")
  func defaults() throws {
    let run = try RunFile.parse(Self.machine, file: "m.yaml")
    #expect(run.network.output == 0 && run.relaxation.updates == .gibbs)
    #expect(run.relaxation.sampling.temperature == 1)
    #expect(try RunFile.parse(run.resolvedYAML, file: "m.yaml") == run)
    let procedure = run.procedure
    #expect(procedure.phases.map(\.name) == ["data", "model", "means of the model"])
    #expect(procedure.phases[1].origin == .chains && procedure.chains == 1)
    #expect(procedure.contrast.offsets != nil && procedure.contrast.terms == [.difference(0, minus: 2)])
    let classes = try RunFile.parse(Self.classes, file: "m.yaml")
    #expect(classes.network.output == 2)
    #expect(classes.procedure.phases.map(\.name) == ["data", "classes", "model", "means of the model"])
    #expect(try RunFile.parse(classes.resolvedYAML, file: "m.yaml") == classes)
    // Of an input that is held, outputs are what is drawn.
    let held = try RunFile.parse(
      "data: {format: digits}\nrule: contrastive-divergence\nnetwork: {layers: [{units: 20}, {units: 10}]}\n",
      file: "m.yaml")
    #expect(held.relaxation.updates == .gibbs && held.relaxation.sampling.temperature == 0.01)
    #expect(held.procedure.phases.map(\.name) == ["data", "model"])
    #expect(held.procedure.contrast.terms == [.averages(0, minus: 1)])
  }

  @Test(
    "what does not go together is refused at its key, with what mends it",
    arguments: [
      (
        machine, "rule=equilibrium-propagation",
        "the task density has no answers, from which the rule equilibrium-propagation learns; write rule: contrastive-divergence"
      ),
      (
        machine, "task=classification",
        "the rule contrastive-divergence of an input of states makes a model of inputs, but the task is classification; write task: density, or add {units: 10, activation: categorical} for classes"
      ),
      (
        machine, "relaxation.updates=even-odd",
        "'relaxation.updates' is even-odd, but the rule contrastive-divergence draws states; write updates: gibbs"
      ),
      (
        machine, "relaxation.updates=langevin",
        "'relaxation.updates' is langevin, but a model of inputs is drawn exactly; write updates: gibbs"
      ),
      (
        machine, "relaxation.temperature=0",
        "'relaxation.temperature' is 0, but the rule contrastive-divergence draws states; use 1"
      ),
      (
        machine, "network.layers.0.activation=hard-sigmoid",
        "'network.layers.0.activation' is hard-sigmoid, whose mean given its neighbours is not known; use binary or linear"
      ),
      (
        machine, "network.layers=[{units: 20, activation: binary}, {units: 20, activation: binary}]",
        "a model of inputs learns by one layer of hidden units alone, joined to the input; write layers: [{units: 500, activation: binary}]"
      ),
      (
        machine, "network.input={anchor: {spring: 3}, activation: binary}",
        "a model of inputs has no spring that ties them; write anchor: free"
      ),
      (
        machine, "network.input={anchor: free, activation: binary, bias: false}",
        "a model of inputs needs a bias of each; delete it"
      ),
      (
        machine, "rule={kind: contrastive-divergence, labels: hybrid}",
        "'rule.labels' is of no use without classes among the states; write activation: categorical in the last layer, or delete it"
      ),
      (
        classes, "rule={kind: contrastive-divergence, labels: hybrid, offsets: 0.1}",
        "'rule.offsets' centre the contrast of data and model, which hybrid labels have not alone; delete it"
      ),
      (
        classes, "rule={kind: contrastive-divergence, labels: discriminative, persistent: true}",
        "'rule.persistent' is of no use to discriminative labels, which need no chain; delete it"
      ),
      (
        classes, "rule=equilibrium-propagation",
        "'network.layers.1.activation' is categorical, which only the output of a machine with an input of states is; use linear, or rule: contrastive-divergence and input: {anchor: free, activation: binary}"
      ),
    ])
  func mistakes(file: String, setting: String, message: String) throws {
    let error = #expect(throws: SchemaError.self) {
      try RunFile.parse(file, file: "m.yaml", settings: [setting])
    }
    #expect(error?.description.contains(message) ?? false, "\(error?.description ?? "")")
  }
}
