import EnergyModels
import EquilibriumPropagation
import Schema

/// What rule, nudging and activations need of each other.
extension RunFile {
  /// Throws `SchemaError` where the rule cannot nudge as the run file asks for, at the key to change.
  ///
  /// Rules that do not nudge leave kind and beta unread: every comparison is one changed `rule` away.
  func checkNudging(_ root: Tree) throws(SchemaError) {
    try checkPoints(root)
    try checkKind(root)
    try checkReject(root)
    try checkDuration(root)
    try checkOrder(root)
    try checkSlopes(root)
    guard procedure.nudges else { return }
    try checkForm(root)
    try checkActivations(root)
    try checkBeta(root)
  }

  /// Points on a circle go by the whole cost.
  private func checkForm(_ root: Tree) throws(SchemaError) {
    guard nudging.kind == .points, nudging.form != .full else { return }
    throw SchemaError(
      root.position(of: "nudging.form"),
      "'nudging.form' is \(nudging.form.name), but n-point nudging takes the whole cost",
      hint: "delete it, or write kind: centered")
  }

  private func checkPoints(_ root: Tree) throws(SchemaError) {
    switch (nudging.kind, nudging.points) {
    case (.points, nil):
      throw SchemaError(
        root.position(of: "nudging"), "missing required key 'nudging.points'", hint: "add points: 4")
    case (.points, _?), (_, nil):
      break
    case (let kind, _?):
      throw SchemaError(
        root.position(of: "nudging.points"), "'nudging.points' is of no use to \(kind.rawValue) nudging",
        hint: "delete it or write kind: \(NudgingKind.points.rawValue)")
    }
  }

  private func checkKind(_ root: Tree) throws(SchemaError) {
    guard let (kinds, reason) = rule.rule.kinds, !kinds.contains(nudging.kind) else { return }
    throw SchemaError(
      root.position(of: "nudging.kind", or: "rule"),
      "'nudging.kind' is \(nudging.kind.rawValue), but the rule \(rule.name) \(reason)",
      hint: "use nudging.kind: \(Spelling.listed(kinds.map(\.rawValue)))")
  }

  private func checkReject(_ root: Tree) throws(SchemaError) {
    guard nudging.reject, !procedure.canReject else { return }
    throw SchemaError(
      root.position(of: "nudging.reject"), "'nudging.reject' is of no use to the rule \(rule.name)",
      hint: "delete it or set it to false")
  }

  /// Between updates of the weights there is no rest to be told by a tolerance.
  private func checkDuration(_ root: Tree) throws(SchemaError) {
    guard procedure.contrast.learns == .everyIteration, relaxation.nudged.tolerance != nil else { return }
    throw SchemaError(
      root.position(of: "relaxation.nudged"),
      "'relaxation.nudged' has a tolerance, but the rule \(rule.name) changes the weights at each of its iterations",
      hint: "use a count, such as 15")
  }

  /// Layers that move all at once have no order.
  private func checkOrder(_ root: Tree) throws(SchemaError) {
    guard procedure.relaxes, !relaxation.updates.alternates, relaxation.order != SweepOrders() else { return }
    throw SchemaError(
      root.position(of: "relaxation.order"),
      "'relaxation.order' is of no use to \(relaxation.updates.rawValue) updates, which move all layers at once",
      hint: "delete it, or write updates: even-odd or over-relaxed")
  }

  /// The feed-forward twin keeps of each layer only what it shows.
  private func checkSlopes(_ root: Tree) throws(SchemaError) {
    guard procedure.phases.contains(where: \.dynamics.takesSlopesFromActivity),
      let layer = network.layers.firstIndex(where: { !$0.activation.showsSlope })
    else { return }
    let path = "network.layers.\(layer).activation"
    let others = Activation.ofStates.filter(\.showsSlope).map(\.rawValue)
    throw SchemaError(
      root.position(of: path),
      "'\(path)' is \(network.layers[layer].activation.rawValue), but the rule \(rule.name) takes a layer's "
        + "slopes from what it shows, from which they do not follow here",
      hint: "use \(Spelling.listed(others))")
  }

  /// N-point nudging relaxes complex states.
  private func checkActivations(_ root: Tree) throws(SchemaError) {
    let layers = network.layers.enumerated().map { ("network.layers.\($0)", $1.activation) }
    guard nudging.kind == .points,
      let (layer, activation) = ([("network.input", network.input.activation)] + layers).first(where: {
        !$0.1.isHolomorphic
      })
    else { return }
    let path = "\(layer).activation"
    let holomorphic = Activation.allCases.filter(\.isHolomorphic).map(\.rawValue)
    throw SchemaError(
      root.position(of: path),
      "'\(path)' is \(activation.rawValue), but n-point nudging relaxes complex states, "
        + "which need a holomorphic activation", hint: "use \(Spelling.listed(holomorphic))")
  }

  /// Even-odd updates put a nudged output at (… + β d)/(1 + β), which is a minimum for β > −1 only; a spring on it adds its
  /// stiffness to the 1, and κ β stands for β where the cost has a weight.
  private func checkBeta(_ root: Tree) throws(SchemaError) {
    guard relaxation.updates.alternates, !nudging.form.isBounded else { return }
    let beta = nudging.beta
    let spring = network.output == 0 ? network.input.stiffness : 0
    let most = (1 + spring) / costWeight
    let bound = most == 1 ? "-1" : "-\(most)"
    let reason: String
    switch nudging.kind {
    case .oneSided where beta <= -most:
      reason = "but even-odd updates have a minimum only above \(bound)"
    case .randomSign where abs(beta) >= most, .centered where abs(beta) >= most:
      reason =
        "but \(nudging.kind.rawValue) nudging also uses \(-abs(beta)) and even-odd updates have a minimum only "
        + "above \(bound)"
    case .points where abs(beta) >= most:
      reason =
        "but the circle of n-point nudging must not reach \(bound), where even-odd updates have no minimum"
    case .oneSided, .randomSign, .centered, .points:
      return
    }
    let range = nudging.kind == .oneSided ? "above \(bound)" : "between \(bound) and \(bound.dropFirst())"
    throw SchemaError(
      root.position(of: "nudging.beta"), "'nudging.beta' is \(beta), \(reason)",
      hint: "use a beta \(range), or relaxation.updates: euler")
  }
}
