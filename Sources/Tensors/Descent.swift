import CKernels

/// Stochastic gradient descent on some scalars of a tensor.
public struct Descent: Equatable, Sendable {
  /// α.
  public var rate: Double
  /// What the sum of contrasts is multiplied with to be minus the mean gradient: 1 / (β · batch).
  public var scale: Double
  public var momentum: Double
  public var decay: Double

  public init(rate: Double, scale: Double, momentum: Double = 0, decay: Double = 0) {
    self.rate = rate
    self.scale = scale
    self.momentum = momentum
    self.decay = decay
  }

  /// v ← μ v + (λ w − scale · contrast); w ← w − α v. Without a velocity μ is 0.
  package func apply(to weights: Scalars, velocity: Scalars?, contrast: Scalars) {
    precondition(weights.count == contrast.count, "shapes do not meet")
    precondition(velocity == nil || velocity?.count == weights.count, "shapes do not meet")
    var descent = kernelForm
    weights.precision.kernels.pointee.descend(
      weights.count, &descent, contrast.start, velocity?.start, weights.start)
  }

  /// As the kernels read it.
  var kernelForm: eq_descent { eq_descent(rate: rate, scale: scale, momentum: momentum, decay: decay) }
}
