import DataSets
import Schema
import Tasks

extension Codec where Value == LearningTask {
  static let task = task(among: TaskRegistry.tasks)

  /// The name of a task, or `{kind: name, …}` with its own keys; a classification that has none is not written.
  package static func task(among tasks: [any Task.Type]) -> Self {
    let names = tasks.map { $0.name }
    @Sendable func task(_ tree: Tree, _ path: Path) throws(SchemaError) -> any Task.Type {
      if let task = tasks.first(where: { $0.name == tree.text }) { return task }
      throw .noWord(tree, path, of: names)
    }
    let takes = Spelling.listed(names)
    let kind = KeyReference(
      key: "kind", takes: takes, isRequired: true, meaning: "The task; the map is for keys of its own.")
    return Self(
      takes: takes, keys: [kind] + tasks.flatMap { $0.ownKeys },
      read: { tree, path throws(SchemaError) in
        guard case .map = tree.content else { return LearningTask(try task(tree, path).init()) }
        guard let kind = tree.value("kind") else {
          throw SchemaError(
            tree.position, "missing required key '\(path.appending("kind"))'", hint: "add kind: \(names[0])")
        }
        return try task(kind, path.appending("kind")).read(tree.without("kind"), path)
      },
      write: { $0 == .classification ? nil : $0.task.written })
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
  fileprivate static var codec: Codec<Self> { .section(Self(), keys) }
  fileprivate static var ownKeys: [KeyReference] { codec.keys }

  fileprivate static func read(_ tree: Tree, _ path: Path) throws(SchemaError) -> LearningTask {
    LearningTask(try codec.read(tree, path))
  }

  /// The name alone where the task has no keys that are written.
  fileprivate var written: Text {
    guard case .map(let entries) = Self.codec.write(self), !entries.isEmpty else { return .value(Self.name) }
    return .map([.init(key: "kind", text: .value(Self.name))] + entries)
  }
}

extension RunFile {
  /// Opens the run's data, of which its task says what is needed; errors as of `DataSet.open`.
  public func openData() throws(DataError) -> DataSet {
    try DataSet.open(data, for: task.task.supervision)
  }
}

/// What task, network and data must agree on.
extension RunFile {
  func checkTask(_ root: Tree) throws(SchemaError) {
    let task = task.task
    if !data.format.has(task.supervision) {
      let others = DataFormat.allCases.filter { $0.has(task.supervision) }.map(\.rawValue)
      throw SchemaError(
        root.position(of: "data.format"),
        "'data.format' is \(data.format.rawValue), which has no \(task.supervision.rawValue) for the task "
          + self.task.name, hint: "use \(Spelling.listed(others)), or another task")
    }
    if let (costs, reason) = task.costs, !costs.contains(network.cost) {
      throw SchemaError(
        root.position(of: "network.cost"), "'network.cost' is \(network.cost.rawValue), which \(reason)",
        hint: "write cost: \(costs[0].rawValue)")
    }
    let isInput = network.output == 0
    let path = isInput ? "network.input.activation" : "network.layers.\(network.output - 1).activation"
    let activation = isInput ? network.input.activation : network.layers[network.output - 1].activation
    if let range = activation.range, let reason = task.reasonAgainstClipping(data) {
      throw SchemaError(
        root.position(of: path),
        "'\(path)' is \(activation.rawValue), which holds states within \(range.lowerBound) and "
          + "\(range.upperBound), but \(reason)", hint: "write activation: linear")
    }
  }
}
