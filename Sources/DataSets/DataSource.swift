/// The file formats examples are read from.
public enum DataFormat: String, CaseIterable, Sendable {
  /// Four IDX files, gzipped or not, named as MNIST's.
  case idx
  /// The binary version of CIFAR-10 or CIFAR-100, gzipped or not.
  case cifar
  /// NumPy arrays, gzipped or not: `training-images.npy` and `test-images.npy`, and beside them `training-labels.npy` and
  /// `test-labels.npy` or `training-targets.npy` and `test-targets.npy`.
  case npy
  /// Tables of comma-separated values, gzipped or not: one file, or `training.csv` and `test.csv`.
  case csv
  /// PNG and JPEG files of one size in a folder a class, below `training` and `test` or all together.
  case pictures
  /// The embedded UCI 8×8 handwritten digits.
  case digits
  /// Friedman's regression problem, made by the program.
  case friedman

  /// Whether its examples are part of the program.
  public var isEmbedded: Bool { self == .digits || self == .friedman }

  /// Whether it may hold what answers an example.
  public func has(_ supervision: Supervision) -> Bool {
    switch supervision {
    case .labels: self != .friedman
    case .targets: self == .npy || self == .csv || self == .friedman
    case .inputs: true
    }
  }
}

/// The parts a data set is split into.
public enum Split: String, CaseIterable, Sendable {
  case training, validation, test
}

/// Where the examples come from, how they are split, and how they become inputs.
public struct DataSource: Equatable, Sendable {
  public var format: DataFormat
  /// The folder of the files, or of tables the one file; nil for embedded examples.
  public var path: String?
  /// The first `training` rows train; nil takes all that `validation` leaves.
  public var training: Int?
  /// The next `validation` rows validate. The rest of embedded examples, and the test files of the other formats, test.
  public var validation: Int
  /// An input is its stored number divided by this; nil stands for the largest byte of the format (digits 16, others
  /// 255), and for 1 where the stored numbers are floats.
  public var divisor: Double?
  /// What follows the division, channel by channel.
  public var normalize: Normalization?
  /// How the training examples are changed at random.
  public var augment: Augmentation?
  /// Of a table the column that answers; nil takes the last.
  public var target: String?
  /// Whether each number of an input is brought to a mean of 0 and a deviation of 1 over the training rows; nil does so with
  /// tables.
  public var standardize: Bool?
  /// Whether a table that is one file, or a folder of pictures that are not split, only tests, all of it and in its order.
  public var onlyTests = false

  /// The same, settled.
  public var standardizes: Bool { standardize ?? (format == .csv) }

  /// By default every row that is not kept for the test trains, none validates, and inputs are only divided.
  public init(
    format: DataFormat, path: String? = nil, training: Int? = nil, validation: Int = 0,
    divisor: Double? = nil, normalize: Normalization? = nil, augment: Augmentation? = nil
  ) {
    self.format = format
    self.path = path
    self.training = training
    self.validation = validation
    self.divisor = divisor
    self.normalize = normalize
    self.augment = augment
  }
}

/// Brings the numbers of each channel to a mean of 0 and a deviation of 1: x = (stored/divisor − mean)/deviation.
public struct Normalization: Equatable, Sendable {
  /// One number a channel.
  public var mean: [Double]
  /// One number a channel, above 0.
  public var deviation: [Double]

  public init(mean: [Double], deviation: [Double]) {
    self.mean = mean
    self.deviation = deviation
  }
}
