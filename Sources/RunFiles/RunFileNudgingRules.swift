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
    try checkSlopes(root)
    guard rule.nudges else { return }
    try checkActivations(root)
    try checkBeta(root)
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
    guard let (kinds, reason) = rule.kinds, !kinds.contains(nudging.kind) else { return }
    throw SchemaError(
      root.position(of: "nudging.kind", or: "rule"),
      "'nudging.kind' is \(nudging.kind.rawValue), but the rule \(rule.rawValue) \(reason)",
      hint: "use nudging.kind: \(Spelling.listed(kinds.map(\.rawValue)))")
  }

  private func checkReject(_ root: Tree) throws(SchemaError) {
    guard nudging.reject, !rule.canReject else { return }
    throw SchemaError(
      root.position(of: "nudging.reject"), "'nudging.reject' is of no use to the rule \(rule.rawValue)",
      hint: "delete it or set it to false")
  }

  /// Between updates of the weights there is no rest to be told by a tolerance.
  private func checkDuration(_ root: Tree) throws(SchemaError) {
    guard rule == .continual, relaxation.nudged.tolerance != nil else { return }
    throw SchemaError(
      root.position(of: "relaxation.nudged"),
      "'relaxation.nudged' has a tolerance, but the rule continual changes the weights at each of its iterations",
      hint: "use a count, such as 15")
  }

  /// The feed-forward twin keeps of each layer only what it shows.
  private func checkSlopes(_ root: Tree) throws(SchemaError) {
    guard rule == .backpropagation,
      let layer = network.layers.firstIndex(where: { !$0.activation.showsSlope })
    else { return }
    let path = "network.layers.\(layer).activation"
    let others = Activation.ofStates.filter(\.showsSlope).map(\.rawValue)
    throw SchemaError(
      root.position(of: path),
      "'\(path)' is \(network.layers[layer].activation.rawValue), but the rule backpropagation takes a layer's "
        + "slopes from what it shows, from which they do not follow here",
      hint: "use \(Spelling.listed(others))")
  }

  /// N-point nudging relaxes complex states.
  private func checkActivations(_ root: Tree) throws(SchemaError) {
    guard nudging.kind == .points,
      let layer = network.layers.firstIndex(where: { !$0.activation.isHolomorphic })
    else { return }
    let path = "network.layers.\(layer).activation"
    let holomorphic = Activation.allCases.filter(\.isHolomorphic).map(\.rawValue)
    throw SchemaError(
      root.position(of: path),
      "'\(path)' is \(network.layers[layer].activation.rawValue), but n-point nudging relaxes complex states, "
        + "which need a holomorphic activation", hint: "use \(Spelling.listed(holomorphic))")
  }

  /// Even-odd updates put a nudged output at (… + β d)/(1 + β), which is a minimum for β > −1 only.
  private func checkBeta(_ root: Tree) throws(SchemaError) {
    guard relaxation.updates.alternates else { return }
    let beta = nudging.beta
    let reason: String
    switch nudging.kind {
    case .oneSided where beta <= -1:
      reason = "but even-odd updates have a minimum only above -1"
    case .randomSign where abs(beta) >= 1, .centered where abs(beta) >= 1:
      reason =
        "but \(nudging.kind.rawValue) nudging also uses \(-abs(beta)) and even-odd updates have a minimum only "
        + "above -1"
    case .points where abs(beta) >= 1:
      reason =
        "but the circle of n-point nudging must not reach -1, where even-odd updates have no minimum"
    case .oneSided, .randomSign, .centered, .points:
      return
    }
    let range = nudging.kind == .oneSided ? "above -1" : "between -1 and 1"
    throw SchemaError(
      root.position(of: "nudging.beta"), "'nudging.beta' is \(beta), \(reason)",
      hint: "use a beta \(range), or relaxation.updates: euler")
  }
}

extension Rule {
  /// The kinds of nudging a rule can use and why it can use no other; nil where any kind loads.
  fileprivate var kinds: (kinds: [NudgingKind], reason: String)? {
    switch self {
    case .continual:
      ([.oneSided, .randomSign], "learns along a single nudged phase")
    case .coupled:
      ([.oneSided, .randomSign, .centered], "clamps the output at real values")
    case .equilibriumPropagation, .contrastiveHebbian, .backpropagation, .recurrentBackpropagation:
      nil
    }
  }

  /// Whether the rule relaxes its output under β C, rather than clamping it or not using β at all.
  fileprivate var nudges: Bool {
    switch self {
    case .equilibriumPropagation, .continual: true
    case .contrastiveHebbian, .coupled, .backpropagation, .recurrentBackpropagation: false
    }
  }

  /// Whether the rule knows which examples violate the proposition before it learns from them.
  fileprivate var canReject: Bool {
    switch self {
    case .equilibriumPropagation, .contrastiveHebbian, .coupled: true
    case .continual, .backpropagation, .recurrentBackpropagation: false
    }
  }
}
