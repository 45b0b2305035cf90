import EnergyModels
import EquilibriumPropagation
import Schema

/// What models of inputs, and the rule by which they learn, need of the other keys.
extension RunFile {
  /// A model p(x) has states for an input, and learns by the rule that contrasts data and model.
  func checkDensity(_ root: Tree) throws(SchemaError) {
    let isRestricted = rule.rule.needsNoise && network.input.anchor != .clamped
    guard task.task.isOfInputs != isRestricted else { return }
    guard task.task.isOfInputs else {
      throw SchemaError(
        root.position(of: "task", or: "rule"),
        "the rule \(rule.name) of an input of states makes a model of inputs, but the task is \(task.name)",
        hint: "write task: density, or delete 'network.input'")
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
      guard procedure.contrast.centers || (rule.rule as? ContrastiveDivergence)?.offsets != nil else {
        return
      }
      throw SchemaError(
        root.position(of: "rule.offsets"), "'rule.offsets' is of no use to an input that is held",
        hint: "delete it")
    }
    try checkRestricted(root)
  }

  /// Hidden units that do not drive each other, whose means given the input are known.
  private func checkRestricted(_ root: Tree) throws(SchemaError) {
    if case .spring = network.input.anchor {
      throw SchemaError(
        root.position(of: "network.input.anchor"), "a model of inputs has no spring that ties them",
        hint: "write anchor: free")
    }
    guard network.layers.count == 1 else {
      throw SchemaError(
        root.position(of: "network.layers"),
        "the network has \(network.layers.count) layers, but a model of inputs learns by one of hidden units alone",
        hint: "write [{units: 500, activation: binary}]")
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
    guard network.output == 0 else {
      throw SchemaError(
        root.position(of: "network.output"),
        "'network.output' is \(network.output), but a model of inputs answers with inputs",
        hint: "delete it")
    }
  }
}
