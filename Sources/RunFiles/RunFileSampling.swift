import EnergyModels
import EquilibriumPropagation
import Schema
import Tensors

/// What states that are drawn need of the other keys.
extension RunFile {
  func checkSampling(_ root: Tree) throws(SchemaError) {
    try checkDivergence(root)
    try checkBinary(root)
    guard procedure.relaxes else { return }
    guard relaxation.updates.samples else { return try checkUnread(root) }
    try checkSweeps(root)
    try checkChains(root)
    try checkRule(root)
    try checkLayers(root)
  }

  private var updates: String { relaxation.updates.rawValue }

  /// The layers of states, the input's among them, with their keys.
  private var layers: [(path: String, activation: Activation)] {
    let input = network.input.anchor == .clamped ? [] : [("network.input", network.input.activation)]
    return input + network.layers.enumerated().map { ("network.layers.\($0)", $1.activation) }
  }

  /// A unit that is 0 or 1 can be drawn, or stand where F is less; it takes no steps.
  private func checkBinary(_ root: Tree) throws(SchemaError) {
    let isFit = procedure.relaxes && [.gibbs, .evenOdd].contains(relaxation.updates)
    guard !isFit, let (path, _) = layers.first(where: { $0.activation.isBinary }) else { return }
    throw SchemaError(
      root.position(of: path + ".activation"),
      "'\(path).activation' is binary, but "
        + (procedure.relaxes ? "\(updates) moves states by steps" : "the rule \(rule.name) makes passes"),
      hint: "write relaxation.updates: gibbs, or use hard-sigmoid")
  }

  private func checkUnread(_ root: Tree) throws(SchemaError) {
    guard nudging.estimator == .covariance else { return }
    throw SchemaError(
      root.position(of: "nudging.estimator"),
      "'nudging.estimator' is covariance, but relaxation.updates: \(updates) comes to rest, where nothing varies",
      hint: "use updates: gibbs, or estimator: contrast")
  }

  /// States that are carried on are one of each example, or of each row of a batch.
  private func checkChains(_ root: Tree) throws(SchemaError) {
    guard relaxation.sampling.chains > 1 else { return }
    let path = "relaxation.chains"
    func refuse(_ what: String, _ hint: String) -> SchemaError {
      SchemaError(
        root.position(of: path), "'\(path)' is \(relaxation.sampling.chains), but \(what)", hint: hint)
    }
    if relaxation.start == .persistent {
      throw refuse("start: persistent carries on one chain an example", "delete it, or write start: zero")
    }
    if rule.rule.needsNoise {
      throw refuse("the rule \(rule.name) has a chain for each row of a batch", "use a larger training.batch")
    }
  }

  private func checkSweeps(_ root: Tree) throws(SchemaError) {
    guard nudging.estimator == .covariance, relaxation.sampling.average < 2 else { return }
    throw SchemaError(
      root.position(of: "relaxation.average"),
      "'relaxation.average' is 1, but a covariance needs more states than one", hint: "use 20 or more")
  }

  private func checkRule(_ root: Tree) throws(SchemaError) {
    var drawn = procedure.scheme
    drawn.relaxation.sampling.temperature = 1
    let contrast = rule.rule.contrast(drawn, sign: 1)
    guard rule.rule.needsNoise || contrast.terms.allSatisfy(\.isAveraged), contrast.learns == .once else {
      throw SchemaError(
        root.position(of: nudging.kind == .points ? "nudging.kind" : "rule"),
        "'relaxation.updates' is \(updates), but "
          + (nudging.kind == .points ? "n-point nudging" : "the rule \(rule.name)")
          + " contrasts states at rest, which drawn ones never are",
        hint: nudging.kind == .points
          ? "write kind: centered" : "use equilibrium-propagation, or updates: even-odd")
    }
    if nudging.estimator == .covariance, contrast.terms != [.covariance(0)] {
      throw SchemaError(
        root.position(of: "nudging.estimator"),
        "'nudging.estimator' is covariance, but the rule \(rule.name) contrasts phases",
        hint: "use rule: equilibrium-propagation, or estimator: contrast")
    }
    guard nudging.form == .full else {
      throw SchemaError(
        root.position(of: "nudging.form"),
        "'nudging.form' is \(nudging.form.name), but states that are drawn feel the whole cost",
        hint: "delete it")
    }
  }

  private func checkLayers(_ root: Tree) throws(SchemaError) {
    for (path, activation) in layers {
      func refuse(_ why: String, _ others: [Activation], _ other: String = "") -> SchemaError {
        SchemaError(
          root.position(of: path + ".activation", or: path),
          "'\(path).activation' is \(activation.rawValue), \(why)",
          hint: "use \(Spelling.listed(others.map(\.rawValue)))\(other)")
      }
      let known = Activation.ofStates.filter { !$0.isOwn }
      if activation.isReadOut {
        throw refuse(
          "whose force is no energy's that could be drawn from", [.linear], ", and cost: squared-error")
      }
      if activation.isOwn { throw refuse("which no kernel draws states of", known) }
      if relaxation.updates == .gibbs, !activation.isStraight {
        throw refuse(
          "whose states have no distribution in closed form, which gibbs draws from",
          known.filter(\.isStraight), ", or relaxation.updates: mala or langevin")
      }
    }
    guard relaxation.updates == .gibbs,
      let index = network.joined.firstIndex(where: {
        $0.coupling.pooling.map { $0.kind != .average } ?? false
      })
    else { return }
    let path = network.connections == nil ? "network.layers.\(index)" : "network.connections.\(index)"
    throw SchemaError(
      root.position(of: path + ".pool"),
      "'\(path).pool' is \(network.joined[index].coupling.pooling?.kind.rawValue ?? ""), under which states have no "
        + "distribution in closed form, which gibbs draws from",
      hint: "write pool: average, or relaxation.updates: mala or langevin")
  }
}
