import EquilibriumPropagation
import Records

/// Mean and variance of gradients, element by element.
struct GradientSpread {
  private(set) var mean: Gradient
  private(set) var count = 0
  /// Σ (x − mean)².
  private var squares: Gradient

  init(zerosFor gradient: Gradient) {
    mean = gradient
    mean.apply { _ in 0 }
    squares = mean
  }

  /// A gradient that is known, and does not spread.
  init(exactly gradient: Gradient) {
    self.init(zerosFor: gradient)
    (mean, count) = (gradient, 2)
  }

  mutating func add(_ gradient: Gradient) {
    count += 1
    let n = Double(count)
    var step = gradient
    step.combine(mean) { $0 - $1 }
    mean.combine(step) { $0 + $1 / n }
    squares.combine(step) { $0 + $1 * $1 * (n - 1) / n }
  }

  /// The deviation of one gradient as a whole, over the norm of another.
  func deviation(over other: [Double]) -> Double { deviation(squares.all, over: other) }

  private func deviation(_ squares: [Double], over other: [Double]) -> Double {
    let variance = squares.reduce(0, +) / Double(max(count - 1, 1))
    return (variance / max(other.reduce(0) { $0 + $1 * $1 }, .leastNormalMagnitude)).squareRoot()
  }

  /// A layer against another spread's.
  func layer(_ k: Int, against other: GradientSpread) -> DrawnGradient.Layer {
    let (mine, theirs) = (mean.elements(layer: k), other.mean.elements(layer: k))
    let errors = zip(squares.elements(layer: k), other.squares.elements(layer: k)).map {
      ($0 / Double(count - 1) / Double(count) + $1 / Double(other.count - 1) / Double(other.count))
        .squareRoot()
    }
    // An element that never moves has no score.
    let scores = zip(zip(mine, theirs), errors).compactMap { $1 > 0 ? abs($0.0 - $0.1) / $1 : nil }
    let square = scores.reduce(0) { $0 + $1 * $1 } / Double(max(scores.count, 1))
    return .init(
      match: mean.match(other.mean, layer: k),
      deviation: deviation(squares.elements(layer: k), over: theirs), meanScore: square.squareRoot(),
      largestScore: scores.max() ?? 0)
  }
}

extension Gradient {
  fileprivate mutating func apply(_ body: (Double) -> Double) {
    for index in weights.indices { weights[index] = weights[index].map(body) }
    for index in biases.indices { biases[index] = biases[index].map(body) }
  }

  fileprivate mutating func combine(_ other: Gradient, _ body: (Double, Double) -> Double) {
    for index in weights.indices { weights[index] = zip(weights[index], other.weights[index]).map(body) }
    for index in biases.indices { biases[index] = zip(biases[index], other.biases[index]).map(body) }
  }
}
