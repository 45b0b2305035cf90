import EnergyModels
import EquilibriumPropagation
import Schema

/// What models of inputs, and the rule by which they learn, need of the other keys.
extension RunFile {
  /// Whether the output is a layer of classes that belong to the states.
  private var hasClasses: Bool { network.layers.last?.activation.isCategorical ?? false }

  /// A model p(x) has states for an input, and learns by the rule that contrasts data and model.
  func checkDensity(_ root: Tree) throws(SchemaError) {
    let isRestricted = rule.rule.needsNoise && network.input.anchor != .clamped && !hasClasses
    guard task.task.isOfInputs != isRestricted else { return }
    guard task.task.isOfInputs else {
      throw SchemaError(
        root.position(of: "task", or: "rule"),
        "the rule \(rule.name) of an input of states makes a model of inputs, but the task is \(task.name)",
        hint: "write task: density, or add {units: 10, activation: categorical} for classes")
    }
    if rule.rule.needsNoise {
      throw SchemaError(
        root.position(of: "network.input", or: "network"),
        "the task \(task.name) is of inputs, but the input is held",
        hint: "write input: {anchor: free, activation: binary} in network")
    }
    throw SchemaError(
      root.position(of: "rule", or: "task"),
      "the task \(task.name) has no answers, from which the rule \(rule.name) learns",
      hint: "write rule: contrastive-divergence")
  }

  func checkDivergence(_ root: Tree) throws(SchemaError) {
    try checkClasses(root)
    guard rule.rule.needsNoise else { return }
    guard relaxation.updates.samples else {
      throw SchemaError(
        root.position(of: "relaxation.updates"),
        "'relaxation.updates' is \(relaxation.updates.rawValue), but the rule \(rule.name) draws states",
        hint: "write updates: gibbs")
    }
    guard relaxation.sampling.temperature > 0 else {
      throw SchemaError(
        root.position(of: "relaxation.temperature"),
        "'relaxation.temperature' is 0, but the rule \(rule.name) draws states",
        hint: "use \(network.input.anchor == .clamped ? "0.005, or rule: contrastive-hebbian" : "1")")
    }
    if relaxation.start == .persistent {
      throw SchemaError(
        root.position(of: "relaxation.start"),
        "'relaxation.start' is persistent, but the rule \(rule.name) begins at the data",
        hint: "write start: zero, and persistent: true of the rule for chains that are carried on")
    }
    guard network.input.anchor != .clamped else {
      guard procedure.contrast.offsets != nil || (rule.rule as? ContrastiveDivergence)?.offsets != nil else {
        return
      }
      throw SchemaError(
        root.position(of: "rule.offsets"), "'rule.offsets' is of no use to an input that is held",
        hint: "delete it")
    }
    try checkRestricted(root)
  }

  /// Classes among the states are those of a machine with an input of states.
  private func checkClasses(_ root: Tree) throws(SchemaError) {
    let divergence = rule.rule as? ContrastiveDivergence
    if let index = network.layers.firstIndex(where: { $0.activation.isCategorical }) {
      let path = "network.layers.\(index).activation"
      let isFit = index == network.layers.count - 1 && divergence != nil && network.input.anchor == .free
      guard isFit else {
        throw SchemaError(
          root.position(of: path),
          "'\(path)' is categorical, which only the output of a machine with an input of states is",
          hint: "use linear, or rule: contrastive-divergence and input: {anchor: free, activation: binary}")
      }
      if network.layers[0].activation != .binary {
        throw SchemaError(
          root.position(of: "network.layers.0.activation", or: "network.layers.0"),
          "'network.layers.0.activation' is \(network.layers[0].activation.rawValue), but classes are counted over "
            + "hidden units that are binary", hint: "write activation: binary")
      }
    }
    guard let divergence else { return }
    func refuse(_ key: String, _ what: String, _ hint: String) -> SchemaError {
      SchemaError(root.position(of: "rule.\(key)", or: "rule"), "'rule.\(key)' \(what)", hint: hint)
    }
    if divergence.labels != nil, !hasClasses {
      throw refuse(
        "labels", "is of no use without classes among the states",
        "write activation: categorical in the last layer, or delete it")
    }
    guard let labels = divergence.labels, labels != .generative else { return }
    if divergence.offsets != nil {
      throw refuse(
        "offsets", "centre the contrast of data and model, which \(labels.rawValue) labels have not alone",
        "delete it")
    }
    if labels == .discriminative, divergence.persistent {
      throw refuse("persistent", "is of no use to discriminative labels, which need no chain", "delete it")
    }
  }

  /// Hidden units that do not drive each other, whose means given the input are known.
  private func checkRestricted(_ root: Tree) throws(SchemaError) {
    if case .spring = network.input.anchor {
      throw SchemaError(
        root.position(of: "network.input.anchor"), "a model of inputs has no spring that ties them",
        hint: "write anchor: free")
    }
    guard network.layers.count == (hasClasses ? 2 : 1), network.connections == nil else {
      throw SchemaError(
        root.position(of: "network.connections", or: "network.layers"),
        "a model of inputs learns by one layer of hidden units alone, joined to the input"
          + (hasClasses ? " and the classes" : ""),
        hint: "write layers: [{units: 500, activation: binary}]"
          + (hasClasses ? " with the classes after it, and no connections" : ""))
    }
    if relaxation.updates != .gibbs {
      throw SchemaError(
        root.position(of: "relaxation.updates"),
        "'relaxation.updates' is \(relaxation.updates.rawValue), but a model of inputs is drawn exactly",
        hint: "write updates: gibbs")
    }
    for (path, activation) in [
      ("network.input", network.input.activation), ("network.layers.0", network.layers[0].activation),
    ] where activation != .binary && activation != .linear {
      throw SchemaError(
        root.position(of: path + ".activation", or: path),
        "'\(path).activation' is \(activation.rawValue), whose mean given its neighbours is not known",
        hint: "use binary or linear")
    }
    guard network.input.hasBias else {
      throw SchemaError(
        root.position(of: "network.input.bias"), "a model of inputs needs a bias of each", hint: "delete it")
    }
    guard network.output == (hasClasses ? 2 : 0) else {
      throw SchemaError(
        root.position(of: "network.output"),
        "'network.output' is \(network.output), but a model of inputs answers with inputs",
        hint: "delete it")
    }
  }
}
