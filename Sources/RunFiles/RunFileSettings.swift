import EnergyModels
import Tensors

/// The layers above the input, with their learning rates, and what they are trained for.
public struct NetworkSettings: Equatable, Sendable {
  /// What ties s₀ to an example's input.
  public var input = InputLayer()
  /// From the input side to the output.
  public var layers: [LayerSettings]
  /// Which layers are joined; nil for a chain, whose kernels stand in the layers.
  public var connections: [ConnectionSettings]?
  /// How the weights are drawn before the first step.
  public var initialization: Initialization
  /// What the output is trained to make small.
  public var cost: Cost
  /// The layer that it stands on; nil for the last one.
  public var outputLayer: Int?
  /// How labels enter where every layer learns by itself, which the rule says.
  public internal(set) var labelling: Labelling?

  public init(
    layers: [LayerSettings], connections: [ConnectionSettings]? = nil, initialization: Initialization,
    cost: Cost
  ) {
    self.layers = layers
    self.connections = connections
    self.initialization = initialization
    self.cost = cost
  }

  /// The network over an input; throws where kernels and layers do not fit it.
  ///
  /// - Parameter costWeight: κ of the cost κ C, which the task says.
  public func network(input: Shape, costWeight: Double = 1) throws(ShapeError) -> Network {
    try Network(
      input: input,
      layers: layers.map {
        Layer(units: $0.units, activation: $0.activation, gain: $0.gain, isClamped: $0.isClamped)
      },
      connections: joined, cost: cost, costWeight: costWeight, first: self.input, output: outputLayer,
      labelling: labelling)
  }

  /// The layer whose states are the outputs.
  public var output: Int { outputLayer ?? layers.count }

  /// ρ of the output.
  public var outputActivation: Activation { output == 0 ? input.activation : layers[output - 1].activation }

  /// The connections, those of a chain too.
  public var joined: [Connection] {
    if let connections { return connections.map(\.connection) }
    return layers.enumerated().map { Connection(from: $0, to: $0 + 1, by: $1.coupling.coupling) }
  }

  /// A chain and an output have one form, however they were written.
  mutating func simplify() {
    if outputLayer == layers.count { outputLayer = nil }
    guard let connections, connections.count == layers.count else { return }
    let sorted = connections.sorted { $0.connection < $1.connection }
    guard sorted.enumerated().allSatisfy({ $1.source == $0 && $1.target == $0 + 1 }) else {
      self.connections = sorted
      return
    }
    for (index, connection) in sorted.enumerated() { layers[index].coupling = connection.coupling }
    self.connections = nil
  }

  /// Whether layer k, an input with that above it, never learns.
  public func isFrozen(_ k: Int) -> Bool {
    layers.indices.contains(max(k, 1) - 1) && layers[max(k, 1) - 1].rate == .fixed(0)
  }

  /// α of each layer at the first step: a balanced layer starts with the output's.
  public var startingRates: [Double] {
    guard case .fixed(let output) = layers.last?.rate else {
      preconditionFailure("a run file with layers whose output has no number for a rate is refused")
    }
    return layers.map { layer in
      switch layer.rate {
      case .fixed(let rate): rate
      case .balanced: output
      }
    }
  }
}

/// A layer and the learning rate of the connection below it.
public struct LayerSettings: Equatable, Sendable {
  /// How many units the layer has.
  public var units: Int
  /// The units' ρ.
  public var activation: Activation
  /// α in ΔW = (α/β) · contrast, for the weight and the bias of this layer.
  public var rate: Rate
  /// Of the weights from below, in place of `network.initialization`'s.
  public var gain: Double?
  /// What ties its states to an example.
  public var anchor = LayerAnchor.free
  /// Whether labels clamp it.
  public var isClamped: Bool { anchor == .clamped }
  /// Of the connection from the layer below, in a chain.
  public var coupling = CouplingSettings()

  /// A layer without a gain or a kernel of its own.
  public init(units: Int, activation: Activation, rate: Rate) {
    self.units = units
    self.activation = activation
    self.rate = rate
  }
}

/// What ties a layer's states to an example.
public enum LayerAnchor: String, CaseIterable, Sendable {
  /// Nothing.
  case free
  /// They are 1 at the unit of the example's label, and 0 elsewhere.
  case clamped
}

/// How two layers are joined: by name, or by the keys of a convolution; without either every unit to every unit.
public struct CouplingSettings: Equatable, Sendable {
  /// Height and width, in positions.
  public var kernel: Int?
  /// From one position to the next; 1 where it is not set.
  public var stride: Int?
  /// Rows and columns of zeros around the layer below; none where it is not set.
  public var padding: Int?
  /// How squares of positions become one.
  public var pool: Pooling?
  /// In place of a convolution.
  public var named: ChosenCoupling?

  public init(kernel: Int? = nil, stride: Int? = nil, padding: Int? = nil, pool: Pooling? = nil) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.pool = pool
  }

  /// The same as the network knows it.
  public var coupling: any Coupling {
    if let named { return named.coupling }
    guard let kernel else { return Dense() }
    return Convolution(kernel: kernel, stride: stride ?? 1, padding: padding ?? 0, pooling: pool)
  }

  /// Whether keys of a convolution are set.
  var isConvolution: Bool { kernel != nil || stride != nil || padding != nil || pool != nil }
}

/// Two layers that are joined.
public struct ConnectionSettings: Equatable, Sendable {
  /// The layer below; 0 is the input.
  public var source: Int
  /// The layer above.
  public var target: Int
  /// Where connections are listed, kernels stand here and not in the layers.
  public var coupling = CouplingSettings()

  /// A connection without a kernel.
  public init(from source: Int, to target: Int) {
    self.source = source
    self.target = target
  }

  /// The same as the network knows it.
  public var connection: Connection { Connection(from: source, to: target, by: coupling.coupling) }
}

/// How many steps are made, and how a step follows from the contrasts.
public struct TrainingSettings: Equatable, Sendable {
  /// Passes over the training set.
  public var epochs: Int
  /// Examples a step.
  public var batch: Int
  /// Whether every epoch deals the examples in another order.
  public var shuffle: Bool
  /// How a step follows from the gradient.
  public var optimizer: OptimizerSettings
  /// Share of the last step's change that is made again, in [0, 1); `adam` has moments of its own.
  public var momentum: Double
  /// Weight decay λ: adds −α λ W to a step (of `adam` beside its moments, else through momentum's velocity).
  public var decay: Double
  /// How the rates change from epoch to epoch.
  public var schedule: Schedule
  /// Steps over which the rates rise to what the schedule says; none where it is not set.
  public var warmup: Int?
  /// The largest norm of a step's gradient: a longer one is shortened to it; nil leaves all as they are.
  public var clip: Double?
  /// a of the averages of weights and biases w̄ ← a w̄ + (1 − a) w over steps; nil keeps none.
  public var average: Double?
  /// What ends training before all epochs are done; nil for nothing.
  public var stop: EarlyStop?
  /// The share of hidden units that each pass of a step leaves out, the others counting for them; none where it is not set.
  public var dropout: Double?
  /// Who sums the updates of the replicas.
  public var reduction: Reduction
  /// The number type of states and weights.
  public var precision: Precision

  public init(
    epochs: Int, batch: Int, shuffle: Bool, optimizer: OptimizerSettings = .sgd, momentum: Double,
    decay: Double, schedule: Schedule, reduction: Reduction, precision: Precision
  ) {
    self.epochs = epochs
    self.batch = batch
    self.shuffle = shuffle
    self.optimizer = optimizer
    self.momentum = momentum
    self.decay = decay
    self.schedule = schedule
    self.reduction = reduction
    self.precision = precision
  }
}

/// Training ends once a figure has not become better for some epochs.
public struct EarlyStop: Equatable, Sendable {
  /// As `metrics.jsonl` calls it; nil for the one that picks the best epoch.
  public var figure: String?
  /// Epochs without a better one.
  public var patience = 1

  public init() {}
}

extension TrainingSettings {
  /// What the rates are multiplied with in a step of the run, both counted from 0:
  ///
  ///     schedule(epoch) · min(1, (step + 1) / warmup)
  package func factor(epoch: Int, step: Int) -> Double {
    let scheduled = schedule.factor(epoch: epoch, of: epochs)
    guard let warmup, step < warmup else { return scheduled }
    return scheduled * (Double(step + 1) / Double(warmup))
  }
}

/// Who sums the updates of the replicas.
public enum Reduction: String, CaseIterable, Sendable {
  /// A fixed binary tree over the shards: the same bits on every grid.
  case reproducible
  /// `MPI_Allreduce`: bits belong to the grid.
  case mpi
}

/// When checkpoints are written and how many stay.
public struct CheckpointSettings: Equatable, Sendable {
  /// Steps between checkpoints; nil writes one at each epoch's end only.
  public var every: Int?
  /// Checkpoints kept besides the best one.
  public var keep: Int
  /// Whether training waits until a checkpoint is on disk.
  public var wait: Bool

  public init(every: Int?, keep: Int, wait: Bool) {
    self.every = every
    self.keep = keep
    self.wait = wait
  }
}

/// What a run writes into its directory to be looked at.
public struct ReportSettings: Equatable, Sendable {
  /// `report.html`, at the ends of epochs, left out where it would take more than a twentieth of the time.
  public var html: Bool
  /// `tensorboard/events.out.tfevents…`, a line of scalars an epoch.
  public var tensorboard: Bool
  /// Steps between lines of figures within an epoch; nil tells of epochs alone.
  public var every: Int?

  public init(html: Bool, tensorboard: Bool, every: Int? = nil) {
    self.html = html
    self.tensorboard = tensorboard
    self.every = every
  }
}
