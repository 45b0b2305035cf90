import EnergyModels
import EquilibriumPropagation
import RunFiles
import Schema
import TestSupport
import Testing

@Suite("Run file: rules and their nudging")
struct RunFileRuleTests {
  /// A run file every rule takes.
  static let shared = """
    data: {format: digits}
    network: {layers: [{units: 128, activation: sigmoid}, {units: 10, activation: linear}]}
    nudging: {kind: random-sign}

    """

  /// The same, where the output is a read-out of layers that learn by themselves.
  static func text(for rule: LearningRule) -> String {
    rule.rule.labelling == nil ? shared : shared.replacing(", activation: linear", with: "")
  }

  func read(_ text: String, _ settings: String...) throws -> RunFile {
    try RunFile.parse(text, file: "m.yaml", settings: settings)
  }

  @Test(
    "a run file is one changed key away from every rule, and tells that key alone",
    arguments: LearningRule.all)
  func rule(_ rule: LearningRule) throws {
    let standard = try read(Self.shared)
    let other = try read(Self.text(for: rule), "rule=\(rule.name)")
    #expect(standard.rule == .equilibriumPropagation)
    #expect(other.rule == rule)
    #expect(try read(other.resolvedYAML, "name=m") == other)
    let difference = "rule: \(rule.name) here, equilibrium-propagation there"
    if rule.rule.needsNoise {
      // Its keys are told, and how it draws.
      #expect(other.differences(from: standard).contains("relaxation.updates: langevin here, even-odd there"))
    } else if rule.rule.labelling != nil {
      #expect(other.differences(from: standard).contains("network.layers.0.anchor: clamped here, none there"))
    } else {
      #expect(other.differences(from: standard) == (rule == .equilibriumPropagation ? [] : [difference]))
    }
    #expect((other.identity == standard.identity) == (rule == .equilibriumPropagation))
  }

  @Test(
    "rules that do not nudge load every nudging and every start, and so every recipe",
    arguments: [LearningRule.contrastiveHebbian, .backpropagation, .recurrentBackpropagation],
    NudgingKind.allCases)
  func unread(rule: LearningRule, kind: NudgingKind) throws {
    let points = kind == .points ? ", points: 4" : ""
    let settings = ["rule=\(rule.name)", "nudging={kind: \(kind.rawValue), beta: -0.9\(points)}"]
    for start in ["zero", "persistent", "forward"] {
      let runFile = try RunFile.parse(
        Self.shared, file: "m.yaml", settings: settings + ["relaxation.start=\(start)"])
      #expect(runFile.rule == rule && runFile.nudging.kind == kind)
    }
    for recipe in RunFileTests.recipes {
      let loaded = try RunFile.load(path: recipe)
      // A model of inputs, or of classes among the states, is of one rule.
      if loaded.rule.rule.needsNoise { continue }
      // A flow is shown by states at rest.
      if !loaded.task.task.answersExamples { continue }
      // A read-out cannot be held, and what is drawn has no response.
      if rule == .contrastiveHebbian && loaded.network.cost == .crossEntropy { continue }
      if rule == .recurrentBackpropagation && loaded.relaxation.samples { continue }
      // Dropout is of passes through units that are off or on.
      if loaded.training.dropout != nil { continue }
      _ = try RunFile.load(path: recipe, settings: [settings[0]])
    }
  }

  @Test("the kinds each rule can use")
  func kinds() {
    let taken: [(LearningRule, [NudgingKind])] = [
      (.continual, [.oneSided, .randomSign]), (.coupled, [.oneSided, .randomSign, .centered]),
      (.equilibriumPropagation, NudgingKind.allCases), (.backpropagation, NudgingKind.allCases),
    ]
    for (rule, kinds) in taken {
      for kind in NudgingKind.allCases {
        let points = kind == .points ? ["nudging.points=3"] : []
        let settings = ["rule=\(rule.name)", "nudging.kind=\(kind.rawValue)"] + points
        #expect((refusal(Self.shared, settings: settings) == nil) == kinds.contains(kind), "\(rule) \(kind)")
      }
    }
  }

  @Test("n-point nudging and rejection arrive, and the resolved file shows them")
  func nudging() throws {
    let runFile = try read(Self.shared, "nudging={kind: n-point, points: 6, beta: .5, reject: true}")
    #expect(runFile.nudging == Nudging(kind: .points, beta: 0.5, points: 6, reject: true))
    let section = "nudging:\n  kind: n-point\n  beta: 0.5\n  points: 6\n  reject: true\n"
    #expect(runFile.resolvedYAML.contains(section))
    #expect(try read(runFile.resolvedYAML) == runFile)
    for points in [2, 64] {
      #expect(
        try read(Self.shared, "nudging={kind: n-point, points: \(points)}").nudging.points == points)
    }
    #expect(try read(Self.shared).nudging == Nudging(kind: .randomSign, beta: 0.2))
  }

  @Test("rejection is for the rules that know a violation before they learn", arguments: LearningRule.all)
  func rejection(_ rule: LearningRule) {
    let text = Self.text(for: rule)
    let refused = refusal(text, settings: ["rule=\(rule.name)", "nudging.reject=true"])
    let takes: Set<LearningRule> = [.equilibriumPropagation, .contrastiveHebbian, .coupled]
    let message =
      "--set nudging.reject=true: 'nudging.reject' is of no use to the rule \(rule.name); "
      + "delete it or set it to false"
    #expect(refused == (takes.contains(rule) ? nil : message))
    #expect(refusal(text, settings: ["rule=\(rule.name)", "nudging.reject=false"]) == nil)
  }

  @Test("a balanced layer starts with the output's rate")
  func balanced() throws {
    let three = "network.layers=[{units: 9, rate: balanced}, {units: 8, rate: .3}, {units: 7, rate: 1e-2}]"
    let runFile = try read(Self.shared, three)
    #expect(runFile.network.layers.map(\.rate) == [.balanced, .fixed(0.3), .fixed(0.01)])
    #expect(runFile.network.startingRates == [0.01, 0.3, 0.01])
    #expect(
      runFile.resolvedYAML.contains("    - {units: 9, activation: hard-sigmoid, rate: balanced}\n"))
    #expect(try read(runFile.resolvedYAML) == runFile)
  }

  @Test("only rules that nudge judge strength and activations", arguments: LearningRule.all)
  func judged(_ rule: LearningRule) {
    func isRead(_ nudging: String) -> Bool {
      refusal(smallestRunFile, settings: ["nudging=\(nudging)", "rule=\(rule.name)"]) == nil
    }
    let nudges: Set<LearningRule> = [.equilibriumPropagation, .continual]
    #expect(isRead("{kind: random-sign, beta: 1}") == !nudges.contains(rule))
    #expect(isRead("{kind: one-sided, beta: 1}"))
    #expect(isRead("{kind: n-point, points: 4}") == !(nudges.union([.coupled])).contains(rule))
    #expect(!isRead("{kind: n-point}"))
  }

  // Most begin on line 3, after the two lines of `smallestRunFile`.
  static let mistakes = RunFileMistake.table(
    """
    rule: hebbian
    3:7: 'rule' is 'hebbian'; it takes \(Spelling.listed(LearningRule.all.map(\.name)))
    rule: backpropagaton
    3:7: 'rule' is 'backpropagaton'; did you mean 'backpropagation'?
    rule: {knd: coupled}
    3:7: missing required key 'rule.kind'; add kind: equilibrium-propagation
    rule: {kind: coupld}
    3:14: 'rule.kind' is 'coupld'; did you mean 'coupled'?
    rule: {kind: coupled, steps: 3}
    3:23: unknown key 'rule.steps'; it has no keys of its own
    ## points
    nudging: {kind: n-point}
    3:10: missing required key 'nudging.points'; add points: 4
    nudging: {points: 4}
    3:19: 'nudging.points' is of no use to centered nudging; delete it or write kind: n-point
    nudging: {points: 4, kind: one-sided}
    3:19: 'nudging.points' is of no use to one-sided nudging; delete it or write kind: n-point
    nudging: {kind: n-point, points: 1}
    3:34: 'nudging.points' is '1'; it takes a whole number from 2 to 64, such as 4
    nudging: {kind: n-point, points: 65}
    3:34: 'nudging.points' is '65'; it takes a whole number from 2 to 64, such as 4
    points: 4
    3:1: unknown key 'points'; did you mean 'nudging.points'?
    ## holomorphic activations
    nudging: {kind: n-point, points: 4}
    2:20: 'network.layers.0.activation' is hard-sigmoid, but n-point nudging relaxes complex states, which need \
    a holomorphic activation; use sigmoid, tanh, linear or silu
    ## rule and nudging
    rule: continual
    3:7: 'nudging.kind' is centered, but the rule continual learns along a single nudged phase; \
    use nudging.kind: one-sided or random-sign
    nudging: {kind: centered}⏎rule: continual
    3:17: 'nudging.kind' is centered, but the rule continual learns along a single nudged phase; \
    use nudging.kind: one-sided or random-sign
    nudging: {reject: 1}
    3:19: 'nudging.reject' is '1'; it takes true or false
    rule: backpropagation⏎nudging: {beta: 1, reject: true}
    4:28: 'nudging.reject' is of no use to the rule backpropagation; delete it or set it to false
    """)

  @Test("each mistake has its message, position included", arguments: mistakes)
  func message(_ mistake: RunFileMistake) {
    #expect(refusal(smallestRunFile + mistake.text + "\n") == "m.yaml:" + mistake.message)
  }

  static let layerMistakes = RunFileMistake.table(
    """
    [{units: 9}, {units: 8, rate: balanced}]
    49: 'network.layers.1.rate' is balanced, but this layer is the output; \
    use a number such as 0.05: the other layers are balanced against it
    [{units: 9, rate: balance}, {units: 8}]
    37: 'network.layers.0.rate' is 'balance'; did you mean 'balanced'?
    [{units: 9, rate: fast}, {units: 8}]
    37: 'network.layers.0.rate' is 'fast'; it takes balanced or a number of at least 0, such as 0.05
    [{units: 9, rate: {fixed: 1}}, {units: 8}]
    37: 'network.layers.0.rate' is a map; it takes balanced or a number of at least 0, such as 0.05
    ## the first layer that is not holomorphic
    [{units: 9, activation: tanh}, {units: 8, activation: hard-sigmoid}, {units: 7}]
    73: 'network.layers.1.activation' is hard-sigmoid, but n-point nudging relaxes complex states, which need \
    a holomorphic activation; use sigmoid, tanh, linear or silu
    """)

  @Test("each mistake of a layer has its message, position included", arguments: layerMistakes)
  func layerMessage(_ mistake: RunFileMistake) {
    let text = "data: {format: digits}\nnudging: {kind: n-point, points: 4}\n"
    #expect(refusal(text + "network: {layers: \(mistake.text)}") == "m.yaml:3:" + mistake.message)
  }

  @Test("even-odd updates bound the strength of n-point nudging too", arguments: ["1", "-1", "1.5"])
  func strength(_ beta: String) throws {
    let settings = ["nudging={kind: n-point, points: 3, beta: \(beta)}"]
    let message =
      "--set \(settings[0]): 'nudging.beta' is \(try #require(Double(beta))), but the circle of n-point nudging "
      + "must not reach -1, where even-odd updates have no minimum; "
      + "use a beta between -1 and 1, or relaxation.updates: euler"
    #expect(refusal(Self.shared, settings: settings) == message)
    #expect(refusal(Self.shared, settings: settings + ["relaxation.updates=euler"]) == nil)
  }

  @Test("the rule coupled refuses n-point nudging where it is asked for")
  func coupledPoints() {
    let text = Self.shared.replacing("random-sign", with: "n-point, points: 4")
    let message =
      "m.yaml:3:17: 'nudging.kind' is n-point, but the rule coupled clamps the output at real values; "
      + "use nudging.kind: one-sided, random-sign or centered"
    #expect(refusal(text, settings: ["rule=coupled"]) == message)
  }

  @Test("the feed-forward twin refuses activations whose slopes do not follow from what a layer shows")
  func twin() throws {
    let setting = "network.layers.1.activation=silu"
    let message =
      "--set \(setting): 'network.layers.1.activation' is silu, but the rule backpropagation takes a layer's "
      + "slopes from what it shows, from which they do not follow here; "
      + "use hard-sigmoid, sigmoid, tanh, linear, relu6 or half-hard-sigmoid"
    #expect(refusal(Self.shared, settings: [setting, "rule=backpropagation"]) == message)
    for rule in LearningRule.all where rule != .backpropagation && rule.rule.labelling == nil {
      #expect(refusal(Self.shared, settings: [setting, "rule=\(rule.name)"]) == nil)
    }
  }
}
