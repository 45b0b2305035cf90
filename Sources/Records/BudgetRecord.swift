/// The least sweeps that a run's gradient needs to keep a cosine with the exact one in every layer, as it was measured.
public struct BudgetRecord: Codable, Equatable, Sendable {
  /// One way to relax.
  public struct Row: Codable, Equatable, Sendable {
    /// `over-relaxed`.
    public var updates: String
    /// Of sweeps, as a run file has it: `{free: upwards, nudged: downwards}`.
    public var order: String
    /// ω.
    public var factor: Double
    /// Where free states begin.
    public var start: String
    /// Sweeps of the free phase, and of each nudged one.
    public var free: Int
    public var nudged: Int
    /// Of all phases of a step; a forward start is half of one.
    public var sweeps: Double
    /// Of each layer, the first one's first.
    public var cosines: [Double]

    public init(
      updates: String, order: String, factor: Double, start: String, free: Int, nudged: Int, sweeps: Double,
      cosines: [Double]
    ) {
      (self.updates, self.order, self.factor, self.start) = (updates, order, factor, start)
      (self.free, self.nudged, self.sweeps, self.cosines) = (free, nudged, sweeps, cosines)
    }
  }

  /// The run's name.
  public var run: String
  /// Units from input to output: `64-100-10`.
  public var network: String
  /// Examples that the gradients are means over.
  public var examples: Int
  /// What every layer's cosine is to reach.
  public var cosine: Double
  /// The run's own relaxation.
  public var own: Row
  /// The cheapest of each kind that reach it, the cheapest first.
  public var rows: [Row]

  public init(run: String, network: String, examples: Int, cosine: Double, own: Row, rows: [Row]) {
    (self.run, self.network, self.examples) = (run, network, examples)
    (self.cosine, self.own, self.rows) = (cosine, own, rows)
  }

  /// Whether any reaches it.
  public var isKept: Bool { !rows.isEmpty }
}
