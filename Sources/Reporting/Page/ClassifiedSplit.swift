/// How a split's examples were classified.
public struct ClassifiedSplit: Equatable, Sendable {
  /// An example taken for another class.
  public struct Mistake: Equatable, Sendable {
    /// Its number in the split, from 0.
    public var example: Int
    /// Its class, from 0.
    public var label: Int
    /// The class of the largest output of the free state.
    public var predicted: Int
    /// C(y) at the free state.
    public var cost: Double
    /// The input, where it is an image.
    public var picture: Picture?

    public init(example: Int, label: Int, predicted: Int, cost: Double, picture: Picture?) {
      self.example = example
      self.label = label
      self.predicted = predicted
      self.cost = cost
      self.picture = picture
    }
  }

  /// `test`, or `validation` where the data have no test split.
  public var split: String
  /// Of all examples of the split.
  public var confusion: ConfusionTable
  /// Those of the largest cost, worst first.
  public var worst: [Mistake]
  /// What a reader must know to compare: `each example settles from zero`.
  public var note: String?

  public init(split: String, confusion: ConfusionTable, worst: [Mistake], note: String? = nil) {
    self.split = split
    self.confusion = confusion
    self.worst = worst
    self.note = note
  }
}
