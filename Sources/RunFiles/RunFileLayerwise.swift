import EnergyModels
import EquilibriumPropagation
import Schema
import Tasks

/// What a rule whose layers learn by themselves needs of the other keys.
extension RunFile {
  private var forwardForward: ForwardForward? { rule.rule as? ForwardForward }

  /// What such layers learn well by: units that are off or on, weights that leave lengths as they are, a read-out beside them.
  mutating func completeLayerwise(_ root: Tree) {
    guard rule.rule.labelling != nil else { return }
    func isOpen(_ key: String) -> Bool { !root.isWritten(key) }
    if isOpen("network.cost") { network.cost = .crossEntropy }
    if isOpen("network.initialization") { network.initialization = .uniform(gain: 3.0.squareRoot()) }
    for index in network.layers.indices.dropLast() where !network.layers[index].isClamped {
      let path = "network.layers.\(index)"
      if isOpen(path + ".activation") { network.layers[index].activation = .relu }
      if isOpen(path + ".rate") { network.layers[index].rate = .fixed(5e-4) }
    }
    if isOpen("training.batch") { training.batch = 100 }
    if isOpen("training.decay") { training.decay = 1e-3 }
  }

  /// Gives the labels a layer of their own, the first one, unless they have it: it drives the first hidden layer or all of them,
  /// and a read-out sees the layers that count.
  mutating func addLabels() {
    guard let labelling = rule.rule.labelling else { return }
    network.labelling = labelling
    guard let output = network.layers.last, network.layers.first?.isClamped == false else { return }
    var labels = LayerSettings(units: output.units, activation: .linear, rate: .fixed(0))
    labels.anchor = .clamped
    network.layers.insert(labels, at: 0)
    let (first, last, depth) = (2, network.layers.count - 1, network.layers.count)
    let shown = labelling == .overlay ? first...first : first...last
    let counted = min(first - 1 + (forwardForward?.from ?? 1), last)...last
    let joined =
      [(0, first)] + shown.map { (1, $0) } + (first..<last).map { ($0, $0 + 1) } + counted.map { ($0, depth) }
    network.connections = joined.map { ConnectionSettings(from: $0.0, to: $0.1) }
      .sorted { $0.connection < $1.connection }
    if let rule = forwardForward, !rule.learnsReadOut { network.layers[depth - 1].rate = .fixed(0) }
  }

  func checkLayerwise(_ root: Tree) throws(SchemaError) {
    let isLayerwise = rule.rule.labelling != nil
    for (index, layer) in network.layers.enumerated() {
      let path = "network.layers.\(index).activation"
      if layer.activation.isOfPasses, procedure.relaxes {
        throw SchemaError(
          root.position(of: path),
          "'\(path)' is \(layer.activation.rawValue), which has no bound above to come to rest below",
          hint: "use hard-sigmoid or relu6, or rule: backpropagation or forward-forward")
      }
      guard isLayerwise, !layer.isClamped, index < network.layers.count - 1,
        layer.activation.isIdentityOnStates
      else { continue }
      throw SchemaError(
        root.position(of: path),
        "'\(path)' is \(layer.activation.rawValue), but the rule \(rule.name) needs units that bend",
        hint: "use relu or gelu")
    }
    if training.dropout != nil, !isLayerwise, !(rule.rule is Backpropagation) {
      throw SchemaError(
        root.position(of: "training.dropout"),
        "'training.dropout' is of passes, which the rule \(rule.name) does not make",
        hint: "delete it, or write rule: backpropagation or forward-forward")
    }
    if training.dropout != nil, rule.rule is Backpropagation,
      let index = network.layers.indices.dropLast().first(where: { network.layers[$0].activation != .relu })
    {
      throw SchemaError(
        root.position(of: "network.layers.\(index).activation", or: "training.dropout"),
        "'training.dropout' needs hidden layers whose slope is that of a larger unit, "
          + "but network.layers.\(index) is \(network.layers[index].activation.rawValue)",
        hint: "write activation: relu")
    }
    guard isLayerwise else { return }
    if task.task.supervision != .labels {
      throw SchemaError(
        root.position(of: "task", or: "rule"),
        "the rule \(rule.name) tells classes apart, but the task is \(task.name)",
        hint: "write task: classification")
    }
    if network.connections != nil, network.layers.first?.isClamped != true {
      throw SchemaError(
        root.position(of: "network.connections"),
        "'network.connections' is of no use to the rule \(rule.name), whose layers stand one above the other",
        hint: "delete it")
    }
    if let index = network.layers.firstIndex(where: { $0.coupling != CouplingSettings() }) {
      throw SchemaError(
        root.position(of: "network.layers.\(index)"),
        "'network.layers.\(index)' has a kernel, but the rule \(rule.name) is of dense layers",
        hint: "delete it")
    }
    if network.layers.count < 2 {
      throw SchemaError(
        root.position(of: "network.layers"), "the rule \(rule.name) needs a hidden layer",
        hint: "add one, such as {units: 500}")
    }
    if let output = network.layers.last, output.units < 2 {
      throw SchemaError(
        root.position(of: "network.layers.\(network.layers.count - 1).units"),
        "the rule \(rule.name) tells classes apart, but the output has one unit",
        hint: "use one unit a class, at least 2")
    }
    if network.layers.contains(where: { $0.rate == .balanced }) {
      throw SchemaError(
        root.position(of: "network.layers"),
        "rates are not balanced where layers learn by themselves", hint: "use a number such as 5e-4")
    }
    guard let rule = forwardForward, rule.from > 1, network.layers.first?.isClamped != true else { return }
    if rule.from > max(network.layers.count - 1, 2) {
      throw SchemaError(
        root.position(of: "rule.from"),
        "'rule.from' is \(rule.from), but there are \(network.layers.count - 1) hidden layers",
        hint: "use at most \(network.layers.count - 1)")
    }
  }
}
