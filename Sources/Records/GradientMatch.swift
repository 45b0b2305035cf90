/// How well an estimate a of a gradient matches the exact one, b.
public struct GradientMatch: Codable, Equatable, Sendable {
  /// a · b / ‖a‖ ‖b‖; 1 where both are zero, 0 where one is.
  public var cosine: Double
  /// ‖a − b‖ / ‖b‖; where b is zero, 0 if a is zero too and infinite if not.
  public var relativeError: Double
  /// The share of the elements whose sign is that of the exact one, among those where the exact one is not 0 (an
  /// estimate of 0 has neither sign), 0…1; nil where the exact gradient is zero.
  public var equalSigns: Double?

  public init(cosine: Double, relativeError: Double, equalSigns: Double? = nil) {
    (self.cosine, self.relativeError, self.equalSigns) = (cosine, relativeError, equalSigns)
  }
}

/// One gradient against the exact one: each layer's weights and biases together, and all of them.
public struct LayerMatches: Codable, Equatable, Sendable {
  /// From layer 1 to the output.
  public var layers: [GradientMatch]
  /// Every weight and bias as one vector.
  public var all: GradientMatch

  public init(layers: [GradientMatch], all: GradientMatch) { (self.layers, self.all) = (layers, all) }

  /// The smallest cosine of a layer; NaN where any is.
  public var cosine: Double { layers.map(\.cosine).worst { $0.min() } }
  /// The largest relative error of a layer; NaN where any is.
  public var relativeError: Double { layers.map(\.relativeError).worst { $0.max() } }
  /// The layers whose gradient has not been reached at all, counted from 1.
  public var silentLayers: [Int] { layers.indices.filter { layers[$0].cosine == 0 }.map { $0 + 1 } }
}

/// The contrast after so many nudged steps, against backpropagation through the last so many free steps
/// (Ernoult et al. 2019, arXiv:1905.13633).
public struct StepMatch: Codable, Equatable, Sendable {
  /// Nudged Euler steps made from rest, t, from 1.
  public var step: Int
  /// A cosine for each layer, the first one's first; nil while the exact gradient is zero there.
  public var cosines: [Double?]

  public init(step: Int, cosines: [Double?]) { (self.step, self.cosines) = (step, cosines) }

  /// The smallest of them; NaN where any is.
  public var cosine: Double { cosines.compactMap { $0 }.worst { $0.min() } }
}

extension [Double] {
  /// The one that is picked, or NaN where there is a NaN, which `min` and `max` may pass over.
  fileprivate func worst(_ pick: (Self) -> Double?) -> Double {
    contains(where: \.isNaN) ? .nan : pick(self) ?? .nan
  }
}
