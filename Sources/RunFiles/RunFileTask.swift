import DataSets
import Schema
import Tasks

extension Codec where Value == LearningTask {
  /// A classification that has no keys is not written.
  static let task = statement("task", among: TaskRegistry.tasks.map { $0.known }) {
    $0 == .classification ? nil : $0.task.written
  }
}

extension LearningTask {
  /// What the key means; tasks that a program adds, which no page of this package tells of, say it themselves.
  package static func meaning(adding tasks: [any Task.Type]) -> String {
    (["What the network is trained to do; `classification` without."]
      + tasks.map { "`\($0.name)`: \($0.summary)" }).joined(separator: " ")
  }
}

extension Task {
  private static var codec: Codec<Self> { .section(Self(), keys) }

  fileprivate static var known: KnownStatement<LearningTask> {
    KnownStatement(name: name, keys: codec.keys) { tree, path throws(SchemaError) in
      LearningTask(try codec.read(tree, path))
    }
  }

  fileprivate var written: Text { .statement(Self.name, keys: Self.codec.write(self)) }
}

extension RunFile {
  /// Opens the run's data, of which its task says what is needed; errors as of `DataSet.open`.
  public func openData(splits: [Split] = Split.allCases) throws(DataError) -> DataSet {
    try DataSet.open(data, for: supervision, splits: splits)
  }
}

extension RunFile {
  /// What classes are called: as the task says, else as the data do; empty where they have numbers alone.
  public func classNames(of data: DataSet) -> [String] {
    let names = task.task.classNames
    return names.isEmpty ? data.classNames : names
  }
}

/// What task, network and data must agree on.
extension RunFile {
  /// What must be known of examples: what answers them, or their labels where these clamp a layer.
  public var supervision: Supervision {
    network.layers.contains(where: \.isClamped) ? .labels : task.task.supervision
  }

  /// κ of the cost.
  public var costWeight: Double { task.task.costWeight(network.input) }

  func checkTask(_ root: Tree) throws(SchemaError) {
    let task = task.task
    if !data.format.has(supervision) {
      let others = DataFormat.allCases.filter { $0.has(supervision) }.map(\.rawValue)
      throw SchemaError(
        root.position(of: "data.format"),
        "'data.format' is \(data.format.rawValue), which has no \(supervision.rawValue) for "
          + (supervision == task.supervision ? "the task \(self.task.name)" : "a layer that they clamp"),
        hint: "use \(Spelling.listed(others)), or another task")
    }
    if let (costs, reason) = task.costs, !costs.contains(network.cost) {
      throw SchemaError(
        root.position(of: "network.cost"), "'network.cost' is \(network.cost.rawValue), which \(reason)",
        hint: "write cost: \(costs[0].rawValue)")
    }
    if let (what, hint) = task.mismatch(with: network.input, output: network.output) {
      throw SchemaError(root.position(of: "network.input", or: "network"), what, hint: hint)
    }
    let isInput = network.output == 0
    let path = isInput ? "network.input.activation" : "network.layers.\(network.output - 1).activation"
    let activation = network.outputActivation
    if let range = activation.range, let reason = task.reasonAgainstClipping(data) {
      throw SchemaError(
        root.position(of: path),
        "'\(path)' is \(activation.rawValue), which holds states within \(range.lowerBound) and "
          + "\(range.upperBound), but \(reason)", hint: "write activation: linear")
    }
  }
}
