import CKernels

/// Stochastic gradient descent on some scalars of a tensor.
public struct Descent: Equatable, Sendable {
  /// α.
  public var rate: Double
  /// What the sum of contrasts is multiplied with to be minus the mean gradient: 1 / (β · batch).
  public var scale: Double
  /// μ, which is nothing without a velocity.
  public var momentum: Double
  /// λ, a part of the gradient, and so of the velocity.
  public var decay: Double
  /// Whether the step that the velocity will make next is made already: Nesterov's momentum.
  public var looksAhead: Bool

  public init(
    rate: Double, scale: Double, momentum: Double = 0, decay: Double = 0, looksAhead: Bool = false
  ) {
    self.rate = rate
    self.scale = scale
    self.momentum = momentum
    self.decay = decay
    self.looksAhead = looksAhead
  }

  /// v ← μ v + g, g = λ w − scale · contrast; w ← w − α v, or w ← w − α (g + μ v) where it looks ahead. Without a
  /// velocity μ is 0.
  ///
  /// Source of the second form: Sutskever et al. 2013, as it is written for the point that the gradient was taken at.
  package func apply(to weights: Scalars, velocity: Scalars?, contrast: Scalars) {
    precondition(weights.count == contrast.count, "shapes do not meet")
    precondition(velocity == nil || velocity?.count == weights.count, "shapes do not meet")
    var descent = kernelForm
    let kernels = weights.precision.kernels
    guard looksAhead else {
      return kernels.pointee.descend(
        weights.count, &descent, contrast.start, velocity?.start, weights.start)
    }
    precondition(velocity != nil, "momentum without a velocity")
    kernels.pointee.descend_ahead(
      weights.count, &descent, contrast.start, velocity?.start, weights.start)
  }

  /// As the kernels read it.
  var kernelForm: eq_descent { eq_descent(rate: rate, scale: scale, momentum: momentum, decay: decay) }
}
