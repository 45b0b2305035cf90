/// A layer of free units above the clamped input.
public struct Layer: Equatable, Sendable {
  public var units: Int
  public var activation: Activation

  public init(units: Int, activation: Activation = .hardSigmoid) {
    self.units = units
    self.activation = activation
  }
}

/// The cost C(y) whose gradient is wanted.
public enum Cost: String, CaseIterable, Sendable {
  /// C(y) = ½ ‖y − d‖².
  case squaredError = "squared-error"
}

/// How the weights are drawn before the first step; biases start at zero.
public enum Initialization: Equatable, Sendable {
  /// U(±√(6 / (fan-in + fan-out))).
  case glorotUniform
  /// U(±gain / √fan-in).
  case uniform(gain: Double)
  /// U(±gain √3 / (√fan-in + √fan-out)), whose largest singular value is the gain (Marchenko & Pastur 1967; within 3 % of
  /// it from 400 units a side). Below 1 relaxation settles in a few sweeps, whatever the layers' widths.
  case spectral(gain: Double)
}

/// A chain of dense layers s₁ … s_L above a clamped input s₀; s_L is the output.
public struct Network: Equatable, Sendable {
  /// Units of the clamped input, n₀.
  public var inputs: Int
  /// s₁ … s_L.
  public var layers: [Layer]
  public var cost: Cost

  public init(inputs: Int, layers: [Layer], cost: Cost = .squaredError) {
    self.inputs = inputs
    self.layers = layers
    self.cost = cost
  }

  /// L, the number of free layers and of connections.
  public var depth: Int { layers.count }

  /// n_k for k = 0 … L.
  public func units(_ k: Int) -> Int { k == 0 ? inputs : layers[k - 1].units }

  /// ρ of layer k ≥ 1.
  public func activation(_ k: Int) -> Activation { layers[k - 1].activation }
}
