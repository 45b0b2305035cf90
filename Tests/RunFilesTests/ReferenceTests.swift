import EquilibriumPropagation
import RunFiles
import Schema
import Testing

@Suite("Reference of keys") struct ReferenceTests {
  /// The least that a run file must hold, and what other maps must hold where they are written.
  static let shortest = "{data: {format: digits}, network: {layers: [{units: 20}, {units: 10}]}}"
  static let beside = [
    "data.normalize.deviation": "data.normalize.mean=[0.5]",
    "relaxation.free.at-most": "relaxation.free.tolerance=1",
    "relaxation.nudged.at-most": "relaxation.nudged.tolerance=1",
    "relaxation.order.nudged": "relaxation.order.free=upwards",
    "training.stop.figure": "training.stop.patience=1", "task.names": "task.kind=classification",
    "task.weights": "task.kind=classification", "task.standardize": "task.kind=regression",
    "task.corrupt": "task.kind=autoencoder", "task.scale": "task.kind=flow",
    "task.pairing": "task.kind=flow",
    "relaxation.free.rows": "relaxation.free={tolerance: 1, at-most: 9}",
    "relaxation.nudged.rows": "relaxation.nudged={tolerance: 1, at-most: 9}",
    "rule.steps": "rule.kind=contrastive-divergence", "rule.persistent": "rule.kind=contrastive-divergence",
    "rule.offsets": "rule.kind=contrastive-divergence", "rule.labels": "rule.kind=contrastive-divergence",
    "rule.weight": "rule.kind=contrastive-divergence",
    "task.corrupt.mask": "task.kind=autoencoder", "task.corrupt.noise": "task.kind=autoencoder",
  ].merging(
    ["factor", "period", "growth", "floor", "hold"].map {
      ("training.schedule.\($0)", "training.schedule.kind=cosine")
    }
      + ["mean", "square", "epsilon"].map { ("training.optimizer.\($0)", "training.optimizer.kind=adam") }
      + [
        "goodness", "share", "loss", "threshold", "temperature", "label", "negatives", "peers", "read-out",
        "from",
      ]
      .map { ("rule.\($0)", "rule.kind=forward-forward") }
      + [("network.layers.0.pool.size", "network.layers.0.pool.kind=max")]
  ) { first, _ in first }

  /// A key of a connection can be told only where there is one.
  private static func settings(_ key: String) -> [String] {
    let connections = "network.connections=[{from: 0, to: 1, kernel: 1, pool: max}, {from: 1, to: 2}]"
    let coupling = "coupling={kind: transposed-convolution, kernel: 1}"
    if key.hasPrefix("network.layers.0.coupling.") { return ["network.layers.0." + coupling] }
    let isPool = key.hasPrefix("network.connections.0.pool.")
    if key.hasPrefix("network.connections.0.coupling") {
      let joined = coupling.replacing("=", with: ": ")
      return ["network.connections=[{from: 0, to: 1, \(joined)}, {from: 1, to: 2}]"]
    }
    return (key.hasPrefix("network.connections.0.") ? [connections] : [])
      + (isPool ? ["network.connections.0.pool={kind: max}"] : []) + (beside[key].map { [$0] } ?? [])
  }

  @Test("What a key takes is what its error says", arguments: RunFile.reference)
  func takes(key: KeyReference) throws {
    // A text takes what stands there, brackets too.
    let wrong = key.key == "name" ? "a/b" : key.isText ? "''" : "[]"
    let settings = Self.settings(key.key) + ["\(key.key)=\(wrong)"]
    let error = #expect(throws: SchemaError.self) {
      try RunFile.parse(Self.shortest, file: "m.yaml", settings: settings)
    }
    #expect(error?.hint == "it takes \(key.takes)", "\(String(describing: error))")
  }

  @Test(
    "A default is what a run file holds that says nothing; none is left out but those that follow from others"
  )
  func defaults() throws {
    let settings = try RunFile.parse(Self.shortest, file: "m.yaml").settings
    let told = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0.value) })
    // A task's own keys have their defaults where the task is named, a rule's where that is.
    let divergence = try RunFile.parse(
      Self.shortest, file: "m.yaml", settings: ["rule=contrastive-divergence"])
    let forward = try RunFile.parse(Self.shortest, file: "m.yaml", settings: ["rule=forward-forward"])
    let rules = Dictionary((divergence.settings + forward.settings).map { ($0.key, $0.value) }) { $1 }
    let regression = try RunFile.parse(
      "{data: {format: friedman}, task: regression, network: {layers: [{units: 1}]}}", file: "m.yaml")
    let flow = try RunFile.parse(
      "{data: {format: digits}, task: flow, network: {input: {anchor: {spring: 15}}, layers: [{units: 20}]}}",
      file: "m.yaml")
    let tasks = Dictionary((flow.settings + regression.settings).map { ($0.key, $0.value) }) { $1 }
    for key in RunFile.reference {
      let held = key.key.hasPrefix("task.") ? tasks : key.key.hasPrefix("rule.") ? rules : told
      if let standard = key.standard { #expect(held[key.key] == standard, "\(key.key)") }
    }
    let silent = RunFile.reference.filter { $0.standard == nil && told[$0.key] != nil }.map(\.key)
    #expect(
      silent == [
        "name", "data.format", "network.layers.0.units", "network.layers.0.activation", "training.momentum",
        "tiling.shards", "tiling.slices",
      ])
  }

  @Test("A rule's own keys are told by the rule, after the one that names it")
  func rules() {
    let keys = Codec.rule(among: [EquilibriumPropagation.self, Shaken.self, Stirred.self]).keys
    #expect(keys.map(\.key) == ["kind", "strength", "often"])
    #expect(keys[0].isRequired && keys[0].takes == "equilibrium-propagation, shaken or stirred")
    #expect(
      keys[1]
        == KeyReference(
          key: "strength", takes: "a number above 0, such as 0.1", standard: "0.5",
          meaning: "How strongly states are shaken."))
    #expect(
      keys[2].isRequired && keys[2].standard == nil && keys[2].meaning == "How often states are stirred.")
    #expect(Codec.rule(among: [EquilibriumPropagation.self]).keys.isEmpty)
  }

  @Test("What a rule is, is told of those that a program adds")
  func summaries() {
    #expect(LearningRule.meaning(adding: []) == "How a connection learns.")
    #expect(
      LearningRule.meaning(adding: [Shaken.self, Stirred.self])
        == "How a connection learns. `shaken`: Equilibrium propagation, shaken. `stirred`: The same, stirred."
    )
  }

  private struct Shaken: Rule {
    static let name = "shaken"
    static let summary = "Equilibrium propagation, shaken."
    static var keys: [Key<Self>] {
      [
        Key(
          "strength", \.strength, .number("a number above 0", example: "0.1") { $0 > 0 },
          meaning: "How strongly states are shaken.")
      ]
    }
    var strength = 0.5

    func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
      EquilibriumPropagation().phases(scheme, sign: sign)
    }
    func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
      EquilibriumPropagation().contrast(scheme, sign: sign)
    }
  }

  /// It has a key of the other one's name.
  private struct Stirred: Rule {
    static let name = "stirred"
    static let summary = "The same, stirred."
    static var keys: [Key<Self>] {
      [
        Key("strength", \.strength, .whole(1...9, example: 1), meaning: "How strongly states are stirred."),
        Key(
          "often", \.often, .whole(1...9, example: 2), required: "2", meaning: "How often states are stirred."
        ),
      ]
    }
    var strength = 1
    var often = 0

    func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
      EquilibriumPropagation().phases(scheme, sign: sign)
    }
    func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
      EquilibriumPropagation().contrast(scheme, sign: sign)
    }
  }
}
