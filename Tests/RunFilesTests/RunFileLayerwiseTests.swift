import EnergyModels
import EquilibriumPropagation
import RunFiles
import Schema
import Testing

@Suite("Run file: layers that learn by themselves") struct RunFileLayerwiseTests {
  private static let forward = """
    data: {format: digits}
    rule: {kind: forward-forward, negatives: hard, from: 2}
    network: {layers: [{units: 64}, {units: 32}, {units: 10}]}

    """

  @Test("little needs to be said: labels have a layer of their own, a read-out sees the layers that count")
  func defaults() throws {
    let run = try RunFile.parse(Self.forward, file: "m.yaml")
    #expect(run.network.layers.map(\.units) == [10, 64, 32, 10] && run.network.layers[0].isClamped)
    #expect(run.network.layers.map(\.activation) == [.linear, .relu, .relu, .softmax])
    #expect(run.network.layers.map(\.rate) == [0, 5e-4, 5e-4, 0.01].map { .fixed($0) })
    #expect(run.network.cost == .crossEntropy && run.training.batch == 100 && run.training.decay == 1e-3)
    #expect(run.network.joined.map { [$0.source, $0.target] } == [[0, 2], [1, 2], [2, 3], [3, 4]])
    #expect(run.procedure.objective == .costOfLayers && !run.procedure.relaxes)
    #expect(run.procedure.means == RunningMeans(rate: 0.1, start: 0.5, phase: 1))
    #expect(try RunFile.parse(run.resolvedYAML, file: "m.yaml") == run)
    let every = try RunFile.parse(
      Self.forward, file: "m.yaml",
      settings: ["rule={kind: forward-forward, label: every-layer, from: 1, goodness: top}"])
    #expect(
      every.network.joined.map { [$0.source, $0.target] } == [
        [0, 2], [1, 2], [1, 3], [2, 3], [2, 4], [3, 4],
      ])
    // Nobody teaches a read-out that is not asked.
    #expect(
      every.network.layers[3].rate == .fixed(0) && (every.rule.rule as? ForwardForward)?.chosenLoss == .pair)
    #expect(try RunFile.parse(every.resolvedYAML, file: "m.yaml") == every)
    // One hidden layer counts, wherever counting begins.
    let one = try RunFile.parse(
      "{data: {format: digits}, rule: forward-forward, network: {layers: [{units: 20}, {units: 10}]}}",
      file: "m.yaml")
    #expect(one.network.joined.map { [$0.source, $0.target] } == [[0, 2], [1, 2], [2, 3]])
    let own = try RunFile.parse(
      Self.forward, file: "m.yaml",
      settings: ["network.layers.0={units: 64, activation: gelu, rate: 0.1}", "training.batch=16"])
    #expect(own.network.layers[1].activation == .gelu && own.network.layers[1].rate == .fixed(0.1))
    #expect(own.training.batch == 16)
  }

  @Test(
    "what does not go together is refused at its key, with what mends it",
    arguments: [
      (
        "network.layers.0.activation=linear",
        "'network.layers.0.activation' is linear, but the rule forward-forward needs units that bend; use relu or gelu"
      ),
      (
        "task=autoencoder",
        "the rule forward-forward tells classes apart, but the task is autoencoder; write task: classification"
      ),
      (
        "network.connections=[{from: 0, to: 1}, {from: 1, to: 2}, {from: 2, to: 3}]",
        "'network.connections' is of no use to the rule forward-forward, whose layers stand one above the other; delete it"
      ),
      (
        "network.layers.0.kernel=3",
        "'network.layers.0' has a kernel, but the rule forward-forward is of dense layers; delete it"
      ),
      (
        "network.layers=[{units: 10}]",
        "the rule forward-forward needs a hidden layer; add one, such as {units: 500}"
      ),
      (
        "network.layers.0.rate=balanced",
        "rates are not balanced where layers learn by themselves; use a number such as 5e-4"
      ),
      (
        "network.layers.2.units=1",
        "the rule forward-forward tells classes apart, but the output has one unit; use one unit a class, at least 2"
      ),
      ("rule.from=3", "'rule.from' is 3, but there are 2 hidden layers; use at most 2"),
    ])
  func refused(setting: String, message: String) throws {
    let error = #expect(throws: SchemaError.self) {
      _ = try RunFile.parse(Self.forward, file: "m.yaml", settings: [setting])
    }
    let told = error.map { $0.problem + ($0.hint.map { "; " + $0 } ?? "") }
    #expect(told == message)
  }

  @Test(
    "units of passes do not relax, and dropout is of passes",
    arguments: [
      (
        "network.layers.0.activation=relu",
        "'network.layers.0.activation' is relu, which has no bound above to come to rest below; use hard-sigmoid or relu6, or rule: backpropagation or forward-forward"
      ),
      (
        "training.dropout=0.1",
        "'training.dropout' is of passes, which the rule equilibrium-propagation does not make; delete it, or write rule: backpropagation or forward-forward"
      ),
    ])
  func passes(setting: String, message: String) throws {
    let plain = "{data: {format: digits}, network: {layers: [{units: 20}, {units: 10}]}}"
    let error = #expect(throws: SchemaError.self) {
      _ = try RunFile.parse(plain, file: "m.yaml", settings: [setting])
    }
    #expect(error.map { $0.problem + ($0.hint.map { "; " + $0 } ?? "") } == message)
    // A twin has both.
    let twin = try RunFile.parse(
      plain, file: "m.yaml",
      settings: ["rule=backpropagation", "network.layers.0.activation=relu", "training.dropout=0.1"])
    #expect(twin.training.dropout == 0.1)
    let bent = #expect(throws: SchemaError.self) {
      _ = try RunFile.parse(
        plain, file: "m.yaml", settings: ["rule=backpropagation", "training.dropout=0.1"])
    }
    #expect(bent?.hint == "write activation: relu")
  }

  @Test("no key that a run of before does not have decides its bits")
  func identity() throws {
    let plain = try RunFile.parse(
      "data: {format: digits}\nnetwork: {layers: [{units: 64}, {units: 10}]}\n", file: "m.yaml")
    for word in ["dropout", "hold", "labelling"] { #expect(!plain.identity.contains(word), "\(word)") }
  }
}
