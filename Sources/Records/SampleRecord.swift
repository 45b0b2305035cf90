/// How samples compare with the data that they should be like.
public struct SampleRecord: Equatable, Sendable {
  /// Samples that were drawn, and examples of the data.
  public var samples: Int
  public var examples: Int
  /// Fréchet distances between samples and data, in inputs, and that between two halves of the data.
  public var frechetPixels: Double
  public var frechetFloor: Double
  /// How far samples lie from the nearest example beside how far examples do, medians.
  public var nearestRatio: Double
  /// The share of samples that lie nearer to an example than 99 % of examples do.
  public var copiedShare: Double
  /// What a classifier makes of the samples; nil where the data have no labels.
  public var classes: Classes?

  /// What a classifier makes of samples.
  public struct Classes: Equatable, Sendable {
    /// Its error on examples that it was not trained on, in percent.
    public var error: Double
    /// Fréchet distances in the activity of its last hidden layer: of samples and data, and of two halves of the data.
    public var frechetFeatures: Double
    public var frechetFeaturesFloor: Double
    /// The share of samples of each class.
    public var shares: [Double]
    /// The share of samples, and of the data, whose class has a probability of .9 or more.
    public var confidentShare: Double
    public var confidentData: Double
    /// The share of samples that are of the class they were asked for; nil where none were.
    public var labelShare: Double?

    public init(
      error: Double, frechetFeatures: Double, frechetFeaturesFloor: Double, shares: [Double],
      confidentShare: Double, confidentData: Double, labelShare: Double? = nil
    ) {
      (self.error, self.shares) = (error, shares)
      (self.frechetFeatures, self.frechetFeaturesFloor) = (frechetFeatures, frechetFeaturesFloor)
      (self.confidentShare, self.confidentData) = (confidentShare, confidentData)
      self.labelShare = labelShare
    }
  }

  public init(
    samples: Int, examples: Int, frechetPixels: Double, frechetFloor: Double, nearestRatio: Double,
    copiedShare: Double, classes: Classes? = nil
  ) {
    (self.samples, self.examples, self.classes) = (samples, examples, classes)
    (self.frechetPixels, self.frechetFloor) = (frechetPixels, frechetFloor)
    (self.nearestRatio, self.copiedShare) = (nearestRatio, copiedShare)
  }
}

extension SampleRecord {
  /// A figure that a threshold may be set for.
  public enum Measure: String, CaseIterable, Sendable {
    case frechetPixels = "frechet_pixels"
    case frechetFeatures = "frechet_features"
    case classShares = "class_shares"
    case confidentShare = "confident_share"
    case labelShare = "label_share"
    case nearestRatio = "nearest_ratio"
    case copiedShare = "copied_share"

    /// Whether less is better.
    public var isBetterLower: Bool {
      switch self {
      case .frechetPixels, .frechetFeatures, .copiedShare: true
      case .classShares, .confidentShare, .labelShare, .nearestRatio: false
      }
    }
  }

  /// A figure's value, of shares the least; nil where it was not to be had.
  public func value(_ measure: Measure) -> Double? {
    switch measure {
    case .frechetPixels: frechetPixels
    case .frechetFeatures: classes?.frechetFeatures
    case .classShares: classes?.shares.min()
    case .confidentShare: classes?.confidentShare
    case .labelShare: classes?.labelShare
    case .nearestRatio: nearestRatio
    case .copiedShare: copiedShare
    }
  }

  /// Whether a figure keeps a threshold.
  public func keeps(_ threshold: Double, of measure: Measure) -> Bool {
    guard let value = value(measure) else { return false }
    return measure.isBetterLower ? value <= threshold : value >= threshold
  }
}
