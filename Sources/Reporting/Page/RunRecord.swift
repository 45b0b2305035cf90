import Records

/// All that a report shows of one run.
public struct RunRecord: Equatable, Sendable {
  /// What decides the run, said in a few words.
  public struct Facts: Equatable, Sendable {
    /// `name` of the run file; the folder may have another.
    public var name: String
    /// Units from input to output: `784-500-10`; without the input's where the data cannot be read.
    public var network: String
    /// The data set, its splits and extents.
    public var data: String
    /// The rule and the relaxation: `equilibrium-propagation, even-odd updates, one-sided nudging, β = 0.5`.
    public var method: String

    public init(name: String, network: String, data: String, method: String) {
      self.name = name
      self.network = network
      self.data = data
      self.method = method
    }
  }

  /// A key of the run file and its value.
  public struct Setting: Equatable, Sendable {
    /// Dotted, a list's elements from 0: `network.layers.0.units`.
    public var key: String
    /// As the resolved run file writes it, a text that needs quotes in quotes.
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The checkpoint whose weights are shown.
  public struct Checkpoint: Equatable, Sendable {
    /// Its folder's: `step-000001800`.
    public var name: String
    /// Epochs completed at the checkpoint.
    public var epoch: Int
    /// Steps made at the checkpoint.
    public var step: Int

    public init(name: String, epoch: Int, step: Int) {
      self.name = name
      self.epoch = epoch
      self.step = step
    }
  }

  /// What decides it.
  public var facts: Facts
  /// The last part of the run directory's path.
  public var folder: String
  /// The task's; the first one picks the best epoch.
  public var figures: [Figure]
  /// Its epochs, in order.
  public var metrics: Recorded<[EpochMetrics]>
  /// Where the time went.
  public var times: Recorded<TimesFile>
  /// The checkpoint that all below is taken from.
  public var checkpoint: Recorded<Checkpoint>
  /// How a few examples settle.
  public var relaxations: Recorded<[RelaxedExample]>
  /// Chains of a model of inputs; nil of other runs.
  public var chains: Recorded<DrawnChains>?
  /// Where a flow leads; nil of other runs.
  public var flow: Recorded<DrawnFlow>?
  /// What examples come to in layers that learn by themselves; nil of other runs.
  public var goodness: Recorded<DrawnGoodness>?
  /// What the first layer looks for.
  public var fields: Recorded<ReceptiveFields>
  /// How a split's examples are answered.
  public var answers: Answers
  /// The resolved run file.
  public var runFile: String
  /// Every key of the run file, in its order.
  public var settings: [Setting]
  /// Why the run ended before its end, where a search has noted it.
  public var failure: String?
  /// What should be shown and cannot be, and why, a line a reason.
  public var unshown: [String] = []

  public init(
    facts: Facts, folder: String, figures: [Figure] = [.error], metrics: Recorded<[EpochMetrics]>,
    times: Recorded<TimesFile>, checkpoint: Recorded<Checkpoint>,
    relaxations: Recorded<[RelaxedExample]>, fields: Recorded<ReceptiveFields>,
    answers: Answers, runFile: String, settings: [Setting]
  ) {
    self.facts = facts
    self.folder = folder
    self.figures = figures
    self.metrics = metrics
    self.times = times
    self.checkpoint = checkpoint
    self.relaxations = relaxations
    self.fields = fields
    self.answers = answers
    self.runFile = runFile
    self.settings = settings
  }

  var epochs: [EpochMetrics] { metrics.value ?? [] }

  /// The epoch that the first figure judges best, of equals the first.
  var best: EpochMetrics? { epochs.best(by: figures.first).map { epochs[$0] } }

  /// The ranks that trained the last epoch, where that was recorded.
  var ranks: Int? { epochs.last?.ranks }

  /// What does the same again.
  var command: String {
    "launch/run -n \(ranks ?? 2) train run.yaml --output runs/\(HTML.shellWord(facts.name))"
  }
}
