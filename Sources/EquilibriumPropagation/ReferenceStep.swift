import EnergyModels

/// One step of equilibrium propagation in plain Swift: no kernel, no rank, no batch of matrices. Read it first; the fast path
/// is tested against it, tensor by tensor.
///
/// The network is a chain of layers s₀ (the input x), s₁ … s_L (the output y), each joined to the one below by links:
///
///     E(s) = ½ Σ_k ‖s_k‖² − Σ_links w ρ(s_below) ρ(s_above) − Σ_k b_kᵀ ρ(s_k),   F(s) = E(s) + β ½ ‖y − d‖²
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024.
public struct ReferenceStep {
  /// A weight at work between two units; a convolution's weight has a link at every position.
  public struct Link {
    public var below: Int
    public var above: Int
    public var weight: Int
  }

  /// A layer of free units, with everything that leads to it from below.
  public struct Layer {
    public var units: Int
    public var activation: Activation
    public var links: [Link]
    public var weights: [Double]
    public var bias: [Double]
    /// α.
    public var rate: Double

    /// Every unit joined to every unit below: weight i · units + j leads from unit i to unit j.
    public init(dense below: Int, units: Int, _ activation: Activation, rate: Double) {
      let links = (0..<below * units).map { Link(below: $0 / units, above: $0 % units, weight: $0) }
      self.init(links, weights: below * units, positions: 1, channels: units, activation, rate)
    }

    /// A kernel that moves over a picture of some channels: its weights stand tap by tap, channels below × channels.
    public init(
      kernel: Int, stride: Int = 1, padding: Int = 0, over below: Shape, channels: Int,
      _ activation: Activation,
      rate: Double
    ) {
      let height = (below.height + 2 * padding - kernel) / stride + 1
      let width = (below.width + 2 * padding - kernel) / stride + 1
      var links: [Link] = []
      for position in 0..<height * width {
        for tap in 0..<kernel * kernel {
          let y = position / width * stride + tap / kernel - padding
          let x = position % width * stride + tap % kernel - padding
          guard (0..<below.height).contains(y), (0..<below.width).contains(x) else { continue }
          for i in 0..<below.units {
            for j in 0..<channels {
              links.append(
                Link(
                  below: (y * below.width + x) * below.units + i, above: position * channels + j,
                  weight: (tap * below.units + i) * channels + j))
            }
          }
        }
      }
      self.init(
        links, weights: kernel * kernel * below.units * channels, positions: height * width,
        channels: channels, activation, rate)
    }

    private init(
      _ links: [Link], weights: Int, positions: Int, channels: Int, _ activation: Activation, _ rate: Double
    ) {
      (self.links, units, self.activation, self.rate) = (links, positions * channels, activation, rate)
      (self.weights, bias) = (Array(repeating: 0, count: weights), Array(repeating: 0, count: channels))
    }

    fileprivate func activity(_ s: [Double]) -> [Double] { s.map(activation.value) }
    fileprivate func clip(_ s: Double) -> Double {
      activation.range.map { min(max(s, $0.lowerBound), $0.upperBound) } ?? s
    }
  }

  /// s₁ … s_L of one example.
  public typealias States = [[Double]]

  public var layers: [Layer]
  public let relaxation: Relaxation
  /// One-sided or centered.
  public let nudging: Nudging

  public init(_ layers: [Layer], _ relaxation: Relaxation, _ nudging: Nudging) {
    (self.layers, self.relaxation, self.nudging) = (layers, relaxation, nudging)
  }

  /// Learns from a batch: free phases, nudged phases, contrast, update. Returns each example's s⁰.
  public mutating func learn(_ inputs: [[Double]], _ targets: [[Double]]) -> [States] {
    let free = inputs.map(freePhase)
    let (weights, biases) = contrast(inputs, targets, free: free)
    for k in layers.indices {
      for w in layers[k].weights.indices { layers[k].weights[w] += layers[k].rate * weights[k][w] }
      for b in layers[k].bias.indices { layers[k].bias[b] += layers[k].rate * biases[k][b] }
    }
    return free
  }

  /// s⁰: relaxes with β = 0 from zero.
  public func freePhase(_ x: [Double]) -> States {
    let zero = layers.map { Array(repeating: 0.0, count: $0.units) }
    return relax(zero, x, iterations: relaxation.free.atMost, order: relaxation.order.free)
  }

  /// s^β: relaxes from s⁰ with the output pulled towards the target.
  public func nudgedPhase(_ x: [Double], from free: States, beta: Double, target: [Double]) -> States {
    relax(
      free, x, beta: beta, target: target, iterations: relaxation.nudged.atMost,
      order: relaxation.order.nudged)
  }

  /// (1/β) · mean of [ρ(s^β) ρ(s^β) − ρ(s⁰) ρ(s⁰)] over every link, and of [ρ(s^β) − ρ(s⁰)] over every unit; between phases
  /// at ±β where the nudging is centered.
  public func contrast(
    _ inputs: [[Double]], _ targets: [[Double]], free: [States]
  ) -> (weights: [[Double]], biases: [[Double]]) {
    var weights = layers.map { Array(repeating: 0.0, count: $0.weights.count) }
    var biases = layers.map { Array(repeating: 0.0, count: $0.bias.count) }
    let isCentered = nudging.kind == .centered
    let strength = (isCentered ? 2 : 1) * nudging.beta * Double(inputs.count)
    for (x, (target, s0)) in zip(inputs, zip(targets, free)) {
      let plus = nudgedPhase(x, from: s0, beta: nudging.beta, target: target)
      let minus = isCentered ? nudgedPhase(x, from: s0, beta: -nudging.beta, target: target) : s0
      for (states, sign) in [(plus, 1.0), (minus, -1)] {
        for (k, layer) in layers.enumerated() {
          let (below, above) = (activity(below: k, states, x), layer.activity(states[k]))
          for link in layer.links {
            weights[k][link.weight] += sign * below[link.below] * above[link.above] / strength
          }
          for j in above.indices { biases[k][j % layer.bias.count] += sign * above[j] / strength }
        }
      }
    }
    return (weights, biases)
  }

  /// Iterations of all layers at once, or of the even layers and then the odd ones.
  private func relax(
    _ start: States, _ x: [Double], beta: Double = 0, target: [Double] = [], iterations: Int,
    order: SweepOrder
  ) -> States {
    var states = start
    let all = Array(1...layers.count)
    let ordered =
      switch order {
      case .evenOdd: [all.filter { $0.isMultiple(of: 2) }, all.filter { !$0.isMultiple(of: 2) }]
      case .upwards: all.map { [$0] }
      case .downwards: all.reversed().map { [$0] }
      }
    let sets = relaxation.updates.alternates ? ordered : [all]
    for _ in 0..<iterations {
      for set in sets {
        let before = states
        for k in set { states[k - 1] = moved(k - 1, before, x, beta: k == layers.count ? beta : 0, target) }
      }
    }
    return states
  }

  /// A layer after one move: an Euler step s − ε ∂F/∂s, or on the way to its minimiser given its neighbours.
  private func moved(_ k: Int, _ states: States, _ x: [Double], beta: Double, _ target: [Double]) -> [Double]
  {
    let (layer, drive) = (layers[k], drive(k, states, x))
    return drive.indices.map { j in
      let s = states[k][j]
      let slope = layer.activation.derivatives(s, activity: layer.activation.value(s)).first
      let nudge = beta == 0 ? 0 : beta * target[j]
      if relaxation.updates.alternates, layer.activation.isStraight {
        let minimiser = (slope * drive[j] + nudge) / (1 + beta)
        let factor = relaxation.updates == .overRelaxed ? relaxation.factor : 1
        return layer.clip(s + factor * (minimiser - s))
      }
      return layer.clip(s + relaxation.step * (slope * drive[j] - s + nudge - beta * s))
    }
  }

  /// W_kᵀ ρ(s_{k−1}) + W_{k+1} ρ(s_{k+1}) + b_k.
  private func drive(_ k: Int, _ states: States, _ x: [Double]) -> [Double] {
    var drive = (0..<layers[k].units).map { layers[k].bias[$0 % layers[k].bias.count] }
    let below = activity(below: k, states, x)
    for link in layers[k].links { drive[link.above] += layers[k].weights[link.weight] * below[link.below] }
    guard k + 1 < layers.count else { return drive }
    let above = layers[k + 1].activity(states[k + 1])
    for link in layers[k + 1].links {
      drive[link.below] += layers[k + 1].weights[link.weight] * above[link.above]
    }
    return drive
  }

  /// ρ(s_{k−1}), or x.
  private func activity(below k: Int, _ states: States, _ x: [Double]) -> [Double] {
    k == 0 ? x : layers[k - 1].activity(states[k - 1])
  }
}
