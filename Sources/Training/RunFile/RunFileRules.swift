import DataSets
import EnergyModels

/// What no key can be judged by alone.
extension RunFile {
  /// Throws `RunFileError` where two keys contradict each other, at the one to change.
  func check(_ root: RunFileTree) throws(RunFileError) {
    try checkConnections(root)
    try checkData(root)
    try checkRates(root)
    try checkNudging(root)
    try checkShards(root)
    try checkSlices(root)
  }

  private func checkConnections(_ root: RunFileTree) throws(RunFileError) {
    guard let connections = network.connections else { return }
    let depth = network.layers.count
    func mistake(_ index: Int, _ what: String, _ hint: String) -> RunFileError {
      RunFileError(root.place(of: "network.connections.\(index)"), what, hint: hint)
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
      if connections[..<index].contains(connection) {
        throw mistake(index, "\(words) stands there twice", "delete one")
      }
    }
    for k in 1...depth where !connections.contains(where: { $0.target == k }) {
      throw RunFileError(
        root.place(of: "network.connections"), "nothing leads to layer \(k)",
        hint: "add {from: \(k - 1), to: \(k)}")
    }
  }

  private func checkData(_ root: RunFileTree) throws(RunFileError) {
    switch (data.format, data.path) {
    case (.digits, _?):
      throw RunFileError(
        root.place(of: "data.path"), "'data.path' is of no use to the digits, which are embedded",
        hint: "delete it")
    case (.digits, nil), (_, _?):
      break
    case (let format, nil):
      throw RunFileError(
        root.place(of: "data"), "missing required key 'data.path'",
        hint:
          "name the folder of the \(format.rawValue) files, as in path: \(format == .cifar ? "data/cifar10" : "data/mnist")"
      )
    }
    if let normalize = data.normalize, normalize.mean.count != normalize.deviation.count {
      throw RunFileError(
        root.place(of: "data.normalize.deviation"),
        "'data.normalize' has \(normalize.mean.count) means and \(normalize.deviation.count) deviations",
        hint: "write one number a channel in each")
    }
    if let augment = data.augment, !augment.flip && augment.crop == 0 {
      throw RunFileError(
        root.place(of: "data.augment"), "'data.augment' changes nothing",
        hint: "write {flip: true, crop: 4}, or delete it")
    }
    if let training = data.training, training < self.training.batch {
      throw RunFileError(
        root.place(of: "training.batch"),
        "a batch of \(self.training.batch) is more than data.training, \(training)",
        hint: "use a batch of at most \(training)")
    }
  }

  /// The other layers are balanced against the output.
  private func checkRates(_ root: RunFileTree) throws(RunFileError) {
    let path = "network.layers.\(network.layers.count - 1).rate"
    let areBalanced = network.layers.contains { $0.rate == .balanced }
    if areBalanced, network.layers.last?.rate == .fixed(0) {
      throw RunFileError(
        root.place(of: path), "'\(path)' is 0, and so would be every rate balanced against it",
        hint: "use a number above 0, such as 0.05")
    }
    guard network.layers.last?.rate == .balanced else { return }
    throw RunFileError(
      root.place(of: path), "'\(path)' is balanced, but this layer is the output",
      hint: "use a number such as 0.05: the other layers are balanced against it")
  }

  private func checkShards(_ root: RunFileTree) throws(RunFileError) {
    let (batch, shards) = (training.batch, tiling.shards)
    guard shards != TilingSettings.unset, !batch.isMultiple(of: shards) else { return }
    let divisors = (1...batch).lazy.filter { batch.isMultiple(of: $0) }
    let first = Array(divisors.prefix(12))
    let use = first.map { "\($0)" } + (first.last == batch ? [] : ["another divisor"])
    throw RunFileError(
      root.place(of: "tiling.shards"), "training.batch \(batch) cannot be dealt to \(shards) shards",
      hint: "use \(RunFileSpelling.listed(use))")
  }

  private func checkSlices(_ root: RunFileTree) throws(RunFileError) {
    guard tiling.slices != TilingSettings.unset, let layer = emptySlice(tiling.slices) else { return }
    let most = (1..<tiling.slices).last { emptySlice($0) == nil } ?? 1
    throw RunFileError(
      root.place(of: "tiling.slices"),
      "the \(network.layers[layer].units) units of network.layers.\(layer) cannot be cut into "
        + "\(tiling.slices) slices", hint: "use at most \(most)")
  }

  /// The first layer that so many slices would leave without a unit in one of them.
  private func emptySlice(_ slices: Int) -> Int? {
    let slicing = Slicing(network: network.network(inputs: 1), slices: slices)
    return network.layers.indices.first { index in
      (0..<slices).contains { slicing.units(index + 1, slice: $0).isEmpty }
    }
  }
}
