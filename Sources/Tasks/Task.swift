import DataSets
import EnergyModels
import Records
import Schema

/// What a network is trained to do: what an example should be answered with, and how answers are judged.
///
/// Nothing else is told of a task: the data that ranks load, targets, metrics, the best epoch, tables, charts, exports,
/// `evaluate` and the reference of keys are folds over this statement.
public protocol Task: Equatable, Sendable {
  /// As a run file calls it.
  static var name: String { get }
  /// One sentence for the reference of keys.
  static var summary: String { get }
  /// The task's own keys; none unless it states them.
  static var keys: [Key<Self>] { get }
  /// With every key at its default.
  init()

  /// What answers an example.
  var supervision: Supervision { get }
  /// What tells how well examples are answered; the first figure picks the best epoch.
  var figures: [Figure] { get }
  /// What is added up over examples so that the figures follow from it, of so many outputs.
  func sums(outputs: Int) -> [ScoreSum]
  /// The figures' values, in their order, nil where one is not defined.
  ///
  /// - Parameter totals: of each sum its columns, over all examples, of which there is at least one.
  func values(of totals: [[Double]], examples: Int) -> [Double?]

  /// The costs that go with the task, and why no other does; nil where any cost does.
  var costs: (costs: [Cost], reason: String)? { get }
  /// The activation of an output of states for which the run file names none.
  var outputActivation: Activation { get }
  /// About how far from 0 targets lie: a cost far beyond tells that a run has exploded.
  ///
  /// - Parameter extent: between which numbers inputs lie.
  func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double
  /// Why targets made of this source lie beyond an output that is clipped; nil where they do not.
  func reasonAgainstClipping(_ source: DataSource) -> String?

  /// What tables, pages and predictions call the classes; empty where these have numbers or there are none.
  var classNames: [String] { get }
  /// κ of the cost κ C, over an input of this form.
  func costWeight(_ input: InputLayer) -> Double
  /// What of the task does not fit a network's input, or the layer that is its output, and what to write instead; nil where
  /// all does.
  func mismatch(with input: InputLayer, output: Int) -> (what: String, hint: String)?
  /// Whether an example on its own is answered: not where it is only a place to come to.
  var answersExamples: Bool { get }
  /// Whether it is to know how likely inputs are, by a model p(x) and not by answers.
  var isOfInputs: Bool { get }
  /// Whether its batches are made anew as a whole, which takes time: see `PreparedTask.remake`.
  var remakes: Bool { get }
  /// Whether examples count differently in what is learnt, so that every rank needs to know what answers them.
  var weighs: Bool { get }
  /// What of the task does not fit the data it is trained on, with the key to change; nil where all does.
  func mismatch(with data: DataSet) -> String?
  /// The units that the output needs, and what needs them: `the data 10 classes`.
  func outputs(for data: DataSet) -> (units: Int, reason: String)
  /// The task on data of this form.
  ///
  /// - Parameters:
  ///   - values: how stored numbers become inputs.
  ///   - input: the network's.
  ///   - seed: the key of what it draws.
  func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask
}

extension Task {
  public static var keys: [Key<Self>] { [] }
  public var costs: (costs: [Cost], reason: String)? { nil }
  public var outputActivation: Activation { .linear }
  public func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double { 1 }
  public func reasonAgainstClipping(_ source: DataSource) -> String? { nil }
  public var classNames: [String] { [] }
  public var remakes: Bool { false }
  public var weighs: Bool { false }
  public var isOfInputs: Bool { false }
  public var answersExamples: Bool { true }
  public func costWeight(_ input: InputLayer) -> Double { 1 }
  public func mismatch(with input: InputLayer, output: Int) -> (what: String, hint: String)? { nil }
  public func mismatch(with data: DataSet) -> String? { nil }
}

/// A sum over examples, kept apart by shard.
public struct ScoreSum: Equatable, Sendable {
  /// Its name in a checkpoint's `state.json`.
  public var key: String
  /// Numbers that are added apart: one, or one an output.
  public var columns: Int
  /// Whether it counts, and so holds whole numbers from 0 up.
  public var isCount: Bool

  public init(_ key: String, columns: Int = 1, isCount: Bool = false) {
    (self.key, self.columns, self.isCount) = (key, columns, isCount)
  }
}

/// A task as a run holds it, whichever it is.
public struct LearningTask: Hashable, Sendable, CustomStringConvertible {
  public let task: any Task

  public init(_ task: any Task) { self.task = task }

  /// As a run file calls it.
  public var name: String { type(of: task).name }
  public var description: String { name }

  public static func == (a: Self, b: Self) -> Bool { a.task.equals(b.task) }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Task {
  fileprivate func equals(_ other: any Task) -> Bool { other as? Self == self }
}
