import CKernels

/// Adam on some scalars of a tensor, with weight decay apart from the gradient.
///
///     g = −scale · contrast,   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     w ← w − α λ w − α m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
///
/// Source: Kingma & Ba 2015, arXiv:1412.6980; the decay: Loshchilov & Hutter 2019, arXiv:1711.05101 (AdamW).
public struct Adam: Equatable, Sendable {
  /// α.
  public var rate: Double
  /// What the sum of contrasts is multiplied with to be minus the mean gradient: 1 / (β · batch).
  public var scale: Double
  /// λ.
  public var decay: Double
  /// β₁, the share of the gradient's mean that is kept.
  public var mean: Double
  /// β₂, the share of its mean square that is kept.
  public var square: Double
  /// ε, above 0: a gradient that was always 0 moves nothing.
  public var epsilon: Double
  /// t, the number of this update, from 1 on.
  public var update: Int

  public init(
    rate: Double, scale: Double, decay: Double = 0, mean: Double, square: Double, epsilon: Double, update: Int
  ) {
    precondition(update > 0 && epsilon > 0, "updates are counted from 1, and ε is above 0")
    self.rate = rate
    self.scale = scale
    self.decay = decay
    self.mean = mean
    self.square = square
    self.epsilon = epsilon
    self.update = update
  }

  /// One update of some weights and of the moments beside them.
  package func apply(to weights: Scalars, mean: Scalars, square: Scalars, contrast: Scalars) {
    precondition(
      [mean, square, contrast].allSatisfy { $0.count == weights.count }, "shapes do not meet")
    var adam = eq_adam(
      rate: rate / (1 - Self.power(self.mean, update)), scale: scale, mean: self.mean, square: self.square,
      root: (1 / (1 - Self.power(self.square, update))).squareRoot(), epsilon: epsilon,
      keep: 1 - rate * decay)
    weights.precision.kernels.pointee.adam(
      weights.count, &adam, contrast.start, mean.start, square.start, weights.start)
  }

  /// baseⁿ by squaring, the same bits on every system.
  static func power(_ base: Double, _ n: Int) -> Double {
    var (result, square, left) = (1.0, base, n)
    while left > 0 {
      if left & 1 == 1 { result *= square }
      square *= square
      left >>= 1
    }
    return result
  }
}
