import DataSets
import EnergyModels
import Schema

/// What no key can be judged by alone.
extension RunFile {
  /// Throws `SchemaError` where two keys contradict each other, at the one to change.
  func check(_ root: Tree) throws(SchemaError) {
    try checkConnections(root)
    try checkCouplings(root)
    try checkDensity(root)
    try checkLayerwise(root)
    try checkInput(root)
    try checkTask(root)
    try checkReadOut(root)
    try checkGains(root)
    try checkData(root)
    try checkRates(root)
    try checkMomentum(root)
    try checkStop(root)
    try checkNudging(root)
    try checkSampling(root)
    try checkShards(root)
    try checkSlices(root)
  }

  private func checkConnections(_ root: Tree) throws(SchemaError) {
    guard let connections = network.connections else { return }
    let depth = network.layers.count
    func mistake(_ index: Int, _ what: String, _ hint: String) -> SchemaError {
      SchemaError(root.position(of: "network.connections.\(index)"), what, hint: hint)
    }
    for (index, connection) in connections.enumerated() {
      let words = "the connection from \(connection.source) to \(connection.target)"
      if connection.target > depth {
        throw mistake(
          index, "\(words) leads to a layer that is not there",
          "layers are numbered 1 to \(depth), the input is 0")
      }
      if connection.source >= connection.target {
        throw mistake(
          index, "\(words) does not lead upwards",
          "connections work both ways; write the layer nearer to the input as 'from'")
      }
      if connections[..<index].contains(where: {
        $0.source == connection.source && $0.target == connection.target
      }) {
        throw mistake(index, "\(words) stands there twice", "delete one")
      }
    }
    let labels =
      rule.rule.labelling != nil ? network.layers.firstIndex(where: \.isClamped).map { $0 + 1 } : nil
    for k in 1...depth where k != labels && !connections.contains(where: { $0.target == k }) {
      throw SchemaError(
        root.position(of: "network.connections"), "nothing leads to layer \(k)",
        hint: "add {from: \(k - 1), to: \(k)}")
    }
  }

  private func checkCouplings(_ root: Tree) throws(SchemaError) {
    let inLayers = network.layers.map(\.coupling).enumerated().map { ("network.layers.\($0)", $1) }
    let inConnections = (network.connections ?? []).map(\.coupling).enumerated()
      .map { ("network.connections.\($0)", $1) }
    for (path, coupling) in inLayers {
      guard network.connections != nil, coupling != CouplingSettings() else { continue }
      let (what, keys) =
        coupling.named == nil ? ("kernel", "kernel, stride, padding and pool") : ("coupling", "it")
      throw SchemaError(
        root.position(of: path), "'\(path)' has a \(what), but the connections are listed",
        hint: "write \(keys) in network.connections")
    }
    for (path, coupling) in inLayers + inConnections where coupling.isConvolution {
      if let named = coupling.named {
        throw SchemaError(
          root.position(of: path + ".coupling"),
          "'\(path)' has the coupling \(named.name), and keys of a convolution beside it",
          hint: "write {kind: \(named.name), …} with its own keys, or delete it")
      }
      guard coupling.kernel == nil else { continue }
      throw SchemaError(
        root.position(of: path), "'\(path)' has stride, padding or pool, but no kernel",
        hint: "add kernel: 1, or delete them")
    }
    for (path, coupling) in inLayers + inConnections {
      guard let pool = coupling.coupling.pooling?.kind else { continue }
      let isRefused = nudgesAtPoints ? !pool.isHolomorphic : procedure.responds && !pool.isPiecewiseLinear
      guard isRefused else { continue }
      let what = nudgesAtPoints ? "nudging at points on a circle" : "recurrent backpropagation"
      throw SchemaError(
        root.position(of: path + (coupling.named == nil ? ".pool" : ".coupling")),
        "'\(path).pool' is \(pool.rawValue), which \(what) cannot go through",
        hint: nudgesAtPoints ? "write pool: average" : "write pool: max or pool: average")
    }
  }

  private var nudgesAtPoints: Bool { nudging.kind == .points && procedure.nudges }

  private func checkStop(_ root: Tree) throws(SchemaError) {
    guard let name = training.stop?.figure else { return }
    let splits = data.validation > 0 ? ["training", "validation", "test"] : ["training", "test"]
    let names = splits.flatMap { split in task.task.figures.map { "\(split)_\($0.key)" } } + ["cost"]
    guard !names.contains(name) else { return }
    throw SchemaError(
      root.position(of: "training.stop.figure"), "'training.stop.figure' is '\(SchemaError.shown(name))'",
      hint: "it takes \(Spelling.listed(names))")
  }

  private func checkGains(_ root: Tree) throws(SchemaError) {
    guard network.initialization == .glorotUniform,
      let index = network.layers.firstIndex(where: { $0.gain != nil })
    else { return }
    let path = "network.layers.\(index).gain"
    throw SchemaError(
      root.position(of: path), "'\(path)' is of no use to the glorot-uniform initialization",
      hint: "delete it, or write initialization: {uniform: 0.7}")
  }

  /// A soft-max read-out and the cross-entropy go together.
  private func checkReadOut(_ root: Tree) throws(SchemaError) {
    let last = network.layers.count - 1
    if let index = network.layers.indices.first(where: {
      $0 < last && network.layers[$0].activation.isReadOut
    }) {
      let path = "network.layers.\(index).activation"
      throw SchemaError(
        root.position(of: path), "'\(path)' is softmax, but only the output can be a read-out",
        hint: "use another activation")
    }
    let path = "network.layers.\(last).activation"
    switch (network.cost, network.layers[last].activation.isReadOut) {
    case (.crossEntropy, false):
      throw SchemaError(
        root.position(of: path), "the cost is cross-entropy, but '\(path)' is not softmax",
        hint: "write activation: softmax in the last layer")
    case (.squaredError, true):
      throw SchemaError(
        root.position(of: path), "'\(path)' is softmax, but the cost is the squared error",
        hint: "write cost: cross-entropy in network")
    case (.crossEntropy, true) where procedure.holdsOutput:
      throw SchemaError(
        root.position(of: "rule"),
        "'rule' is \(rule.name), which holds the output, but a read-out is no state",
        hint: "use equilibrium-propagation, or cost: squared-error")
    case (.crossEntropy, true) where nudgesAtPoints:
      throw SchemaError(
        root.position(of: "nudging.kind"), "'nudging.kind' is n-point, but a read-out has no complex states",
        hint: "use centered")
    default: break
    }
    if last == 0, network.layers[0].activation.isReadOut {
      throw SchemaError(
        root.position(of: "network.layers"), "a read-out needs a layer of states below it",
        hint: "add one, such as {units: 500}")
    }
  }

  private func checkData(_ root: Tree) throws(SchemaError) {
    switch (data.format, data.path) {
    case (let format, _?) where format.isEmbedded:
      let examples = format == .digits ? "the digits" : format.rawValue
      throw SchemaError(
        root.position(of: "data.path"),
        "'data.path' is of no use to \(examples), which \(format == .digits ? "are" : "is") embedded",
        hint: "delete it")
    case (_, _?): break
    case (let format, nil) where format.isEmbedded: break
    case (let format, nil):
      throw SchemaError(
        root.position(of: "data"), "missing required key 'data.path'",
        hint:
          format == .csv
          ? "name the table, as in path: data/wine.csv"
          : format == .pictures
            ? "name the folder that holds a folder a class, as in path: photos"
            : "name the folder of the \(format.rawValue) files, as in path: \(format == .cifar ? "data/cifar10" : "data/mnist")"
      )
    }
    if data.target != nil, data.format != .csv {
      throw SchemaError(
        root.position(of: "data.target"),
        "'data.target' names a column, but 'data.format' is \(data.format.rawValue)",
        hint: "delete it")
    }
    if data.standardizes,
      let other = data.normalize != nil ? "normalize" : data.augment != nil ? "augment" : nil
    {
      throw SchemaError(
        root.position(of: "data.\(other)"), "'data.\(other)' does not go with standardised inputs",
        hint: data.format == .csv ? "write standardize: false" : "delete one of them")
    }
    if let normalize = data.normalize, normalize.mean.count != normalize.deviation.count {
      throw SchemaError(
        root.position(of: "data.normalize.deviation"),
        "'data.normalize' has \(normalize.mean.count) means and \(normalize.deviation.count) deviations",
        hint: "write one number a channel in each")
    }
    if let augment = data.augment, !augment.flip && augment.crop == 0 {
      throw SchemaError(
        root.position(of: "data.augment"), "'data.augment' changes nothing",
        hint: "write {flip: true, crop: 4}, or delete it")
    }
    if let training = data.training, training < self.training.batch {
      throw SchemaError(
        root.position(of: "training.batch"),
        "a batch of \(self.training.batch) is more than data.training, \(training)",
        hint: "use a batch of at most \(training)")
    }
  }

  /// The other layers are balanced against the output.
  private func checkRates(_ root: Tree) throws(SchemaError) {
    let path = "network.layers.\(network.layers.count - 1).rate"
    let areBalanced = network.layers.contains { $0.rate == .balanced }
    if areBalanced, let output = network.outputLayer, output != network.layers.count {
      let layer = network.layers.firstIndex { $0.rate == .balanced } ?? 0
      throw SchemaError(
        root.position(of: "network.layers.\(layer).rate"),
        "'network.layers.\(layer).rate' is balanced, but the output is layer \(output), not the last one",
        hint: "use a number such as 0.05")
    }
    if areBalanced, network.layers.last?.rate == .fixed(0) {
      throw SchemaError(
        root.position(of: path), "'\(path)' is 0, and so would be every rate balanced against it",
        hint: "use a number above 0, such as 0.05")
    }
    guard network.layers.last?.rate == .balanced else { return }
    throw SchemaError(
      root.position(of: path), "'\(path)' is balanced, but this layer is the output",
      hint: "use a number such as 0.05: the other layers are balanced against it")
  }

  private func checkMomentum(_ root: Tree) throws(SchemaError) {
    switch (training.optimizer, training.momentum > 0) {
    case (.nesterov, false):
      throw SchemaError(
        root.position(of: "training.momentum", or: "training.optimizer"),
        "'training.optimizer' is nesterov, but 'training.momentum' is 0",
        hint: "use a momentum above 0, such as 0.9, or optimizer: sgd")
    case (.adam, true):
      throw SchemaError(
        root.position(of: "training.momentum"),
        "'training.momentum' is of no use to adam, which has moments of its own",
        hint: "delete it or set it to 0")
    case (.sgd, _), (.nesterov, true), (.adam, false):
      return
    }
  }

  private func checkShards(_ root: Tree) throws(SchemaError) {
    let (batch, shards) = (training.batch, tiling.shards)
    guard shards != TilingSettings.unset, !batch.isMultiple(of: shards) else { return }
    let divisors = (1...batch).lazy.filter { batch.isMultiple(of: $0) }
    let first = Array(divisors.prefix(12))
    let use = first.map { "\($0)" } + (first.last == batch ? [] : ["another divisor"])
    throw SchemaError(
      root.position(of: "tiling.shards"), "training.batch \(batch) cannot be dealt to \(shards) shards",
      hint: "use \(Spelling.listed(use))")
  }

  private func checkSlices(_ root: Tree) throws(SchemaError) {
    guard tiling.slices != TilingSettings.unset, let layer = emptySlice(tiling.slices) else { return }
    let most = (1..<tiling.slices).last { emptySlice($0) == nil } ?? 1
    throw SchemaError(
      root.position(of: "tiling.slices"),
      "the \(network.layers[layer].units) units of network.layers.\(layer) cannot be cut into "
        + "\(tiling.slices) slices", hint: "use at most \(most)")
  }

  /// The first layer that so many slices would leave without a unit in one of them.
  private func emptySlice(_ slices: Int) -> Int? {
    let layers = network.layers.map { Layer(units: $0.units, activation: $0.activation) }
    let network = Network(inputs: 1, layers: layers, first: network.input, output: network.outputLayer)
    let slicing = Slicing(network: network, slices: slices)
    return layers.indices.first { index in
      (0..<slices).contains { slicing.units(index + 1, slice: $0).isEmpty }
    }
  }
}
