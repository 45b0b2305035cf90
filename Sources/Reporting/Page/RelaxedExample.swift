/// How one example settled, phase by phase.
public struct RelaxedExample: Equatable, Sendable {
  /// A phase.
  public struct Phase: Equatable, Sendable {
    /// `free phase`, `nudged phase, β = 0.5`.
    public var name: String
    /// E(s) at the phase's start and after each iteration.
    public var energies: [Double]
    /// C(y) at the same moments.
    public var costs: [Double]

    public init(name: String, energies: [Double], costs: [Double]) {
      self.name = name
      self.energies = energies
      self.costs = costs
    }
  }

  /// `test no. 3`.
  public var name: String
  /// What its line in a chart is called: `label 7`, or `no. 3`.
  public var line: String
  /// How it is answered: `label 7, taken for 3`.
  public var caption: String
  /// The input, where it is an image.
  public var picture: Picture?
  /// The free phase, then those that start where it ends.
  public var phases: [Phase]

  public init(name: String, line: String, caption: String, picture: Picture?, phases: [Phase]) {
    self.name = name
    self.line = line
    self.caption = caption
    self.picture = picture
    self.phases = phases
  }
}
