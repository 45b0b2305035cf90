import EnergyModels
import Schema

// The input: what ties it to an example, and what that asks of the rest of a run file.

extension Codec where Value == InputLayer {
  /// `{anchor: …}` with what a layer of states may have; a held input is not written.
  static let input = Self(
    takes: Codec<LongInput>.long.takes, keys: Codec<LongInput?>.optional(.long).keys,
    read: { tree, path throws(SchemaError) in
      let input = try Codec<LongInput>.long.read(tree, path)
      if input.anchor == .clamped, input.activation != nil || input.bias != nil {
        throw SchemaError(
          tree.position, "'\(path)' is held, and has neither an activation nor a bias",
          hint: "add anchor: {spring: 15}, or delete it")
      }
      return InputLayer(input.anchor, activation: input.activation ?? .linear, hasBias: input.bias ?? true)
    },
    write: { input in
      guard input.anchor != .clamped else { return nil }
      return Codec<LongInput>.long.write(
        LongInput(anchor: input.anchor, activation: input.activation, bias: input.hasBias))
    })
}

private struct LongInput: Sendable {
  var anchor = Anchor.clamped
  var activation: Activation?
  var bias: Bool?
}

extension Codec where Value == LongInput {
  fileprivate static let long = section(
    LongInput(),
    [
      .init(
        "anchor", \.anchor, .anchor,
        meaning:
          "Held at the example, free to move from there, or tied to it by a spring: (λ/2)‖s₀ − x‖² in the energy."
      ),
      .init(
        "activation", \.activation, .optional(.word),
        meaning: "ρ of the input's units, where they are states; linear without."),
      .init(
        "bias", \.bias, .optional(.flag),
        meaning: "Whether an input of states has a bias, which learns at the rate of layer 1; true without."),
    ])
}

extension Codec where Value == Anchor {
  /// `clamped`, `free` or `{spring: λ}`.
  static let anchor = Self(
    takes: Spelling.listed(["clamped", "free", "{spring: 15}"]), keys: Codec<Spring>.spring.keys,
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content { return .spring(try Codec<Spring>.spring.read(tree, path).stiffness) }
      switch tree.text {
      case "clamped": return .clamped
      case "free": return .free
      default: throw .noWord(tree, path, of: ["clamped", "free"], or: "{spring: 15}")
      }
    },
    write: { anchor in
      switch anchor {
      case .clamped: .value("clamped")
      case .free: .value("free")
      case .spring(let stiffness): .value("{spring: \(stiffness)}")
      }
    })
}

private struct Spring: Sendable { var stiffness = 0.0 }

extension Codec where Value == Spring {
  fileprivate static let spring = section(
    Spring(),
    [
      .init(
        "spring", \.stiffness, .number("a number above 0", example: "15") { $0 > 0 }, required: "15",
        meaning: "λ, the stiffness.")
    ])
}

extension RunFile {
  /// Throws `SchemaError` where the rest of a run file does not go with its input, or with the layer that the cost stands on.
  func checkInput(_ root: Tree) throws(SchemaError) {
    try checkClamped(root)
    let (input, depth) = (network.input, network.layers.count)
    if let output = network.outputLayer {
      if output > depth || output == 0 && input.anchor == .clamped {
        throw SchemaError(
          root.position(of: "network.output"),
          "'network.output' is \(output), but that is no layer of states",
          hint: "layers are numbered 1 to \(depth)\(input.anchor == .clamped ? "" : ", the input is 0")")
      }
      if output < depth, !procedure.relaxes || network.cost == .crossEntropy {
        let what = procedure.relaxes ? "a read-out" : "the rule \(rule.name)"
        throw SchemaError(
          root.position(of: "network.output"),
          "'network.output' is \(output), but \(what) needs the last layer",
          hint: "delete it")
      }
    }
    guard input.anchor != .clamped else { return }
    let path = "network.input.anchor"
    if !procedure.relaxes {
      throw SchemaError(
        root.position(of: path), "the rule \(rule.name) makes passes from a held input",
        hint: "delete 'network.input', or write rule: equilibrium-propagation")
    }
    if network.joined.contains(where: {
      $0.source == 0 && $0.coupling.reach(over: Shape(units: 1))?.kernel != nil
    }) {
      throw SchemaError(
        root.position(of: path), "a kernel leads from the input, which must then be held",
        hint: "delete 'network.input'")
    }
    if input.activation.isReadOut {
      throw SchemaError(
        root.position(of: "network.input.activation"), "only the output can be a read-out",
        hint: "use another activation")
    }
    if input.anchor == .free, relaxation.start == .persistent {
      throw SchemaError(
        root.position(of: path), "a free input begins at its example, but 'relaxation.start' is persistent",
        hint: "write start: zero, or anchor: {spring: 15}")
    }
    try checkStep(root)
    guard network.output == 0, input.stiffness > 0, procedure.nudges else { return }
    if nudging.kind == .points {
      throw SchemaError(
        root.position(of: "nudging.kind"), "'nudging.kind' is n-point, but the output is tied by a spring",
        hint: "use centered")
    }
    if nudging.form == .full, procedure.strengths.contains(-input.stiffness / costWeight) {
      throw SchemaError(
        root.position(of: "nudging.beta"),
        "'nudging.beta' is \(nudging.beta), which undoes the spring of \(input.stiffness) exactly",
        hint: "use a smaller one")
    }
  }

  /// A layer that labels clamp stands beside an answer, and joins layers that move.
  func checkClamped(_ root: Tree) throws(SchemaError) {
    guard let index = network.layers.firstIndex(where: \.isClamped) else { return }
    if index == 0, rule.rule.labelling != nil { return }
    let path = "network.layers.\(index).anchor"
    func refuse(_ why: String, _ hint: String) -> SchemaError {
      SchemaError(root.position(of: path), "'\(path)' is clamped, \(why)", hint: hint)
    }
    if network.output == index + 1 {
      throw refuse("but this layer is the output", "write network.output, or delete it")
    }
    if task.task.supervision == .labels {
      throw refuse("but its labels are what the task \(task.name) asks for", "delete it")
    }
    if !procedure.relaxes || rule.rule.needsNoise {
      throw refuse("which the rule \(rule.name) has no use for", "write rule: equilibrium-propagation")
    }
    if let other = network.layers.lastIndex(where: \.isClamped), other != index {
      throw refuse("and so is layer \(other + 1)", "delete one of them")
    }
    let activation = network.layers[index].activation
    if activation != .linear {
      throw SchemaError(
        root.position(of: "network.layers.\(index).activation"),
        "'network.layers.\(index).activation' is \(activation.rawValue), but labels clamp the layer",
        hint: "write activation: linear")
    }
    if network.joined.contains(where: {
      $0.target == index + 1 && $0.coupling.reach(over: Shape(units: 1))?.kernel != nil
    }) {
      throw refuse("but a kernel leads to it", "delete the kernel")
    }
  }

  /// An Euler step ε multiplies the distance from where a spring wants its layer by 1 − ε (1 + λ).
  private func checkStep(_ root: Tree) throws(SchemaError) {
    let (step, curvature) = (relaxation.step, 1 + network.input.stiffness)
    guard !relaxation.updates.alternates || !network.input.activation.isStraight, step * curvature >= 2 else {
      return
    }
    throw SchemaError(
      root.position(of: "relaxation.step"),
      "'relaxation.step' is \(step), and the input's spring of \(network.input.stiffness) makes steps of 2/\(curvature) and more "
        + "swing for ever", hint: "use a step of \(1 / curvature)")
  }
}
