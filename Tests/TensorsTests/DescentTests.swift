import Tensors
import Testing

@Suite("Descent") struct DescentTests {
  typealias Case = (name: String, descent: Descent, hasVelocity: Bool)

  /// Those that may learn in registers.
  static let plain: [Case] = [
    ("plain", Descent(rate: 0.1, scale: 1.0 / 20), false),
    ("decay", Descent(rate: 0.1, scale: 1.0 / 20, decay: 0.01), false),
    ("momentum", Descent(rate: 0.1, scale: -1.0 / 20, momentum: 0.9), true),
    ("momentum and decay", Descent(rate: 0.03, scale: 2.5, momentum: 0.9, decay: 2.5e-4), true),
  ]
  static let cases: [Case] =
    plain + [
      ("nesterov", Descent(rate: 0.1, scale: -1.0 / 20, momentum: 0.9, looksAhead: true), true),
      (
        "nesterov and decay",
        Descent(rate: 0.03, scale: 2.5, momentum: 0.8, decay: 2.5e-4, looksAhead: true), true
      ),
    ]

  /// v ← μ v + g, g = λ w − scale · contrast; w ← w − α v or w − α (g + μ v), three steps of it.
  @Test("equals the scalar rule bit by bit", arguments: Precision.allCases, 0..<cases.count)
  func scalar(precision: Precision, index: Int) {
    let (_, descent, hasVelocity) = Self.cases[index]
    var w = Panels(random: 61, depth: 9, columns: 37, precision: precision)
    var velocity = Panels(depth: 9, columns: 37, precision: precision)
    let panels = 0..<w.count
    var expected = (0..<9).map { k in (0..<37).map { (w: w[k, $0], v: 0.0) } }
    let (rate, scale) = (precision.rounded(descent.rate), precision.rounded(descent.scale))
    let (momentum, decay) = (precision.rounded(descent.momentum), precision.rounded(descent.decay))
    let gain = precision.rounded(descent.rate * descent.scale)
    for step in 0..<3 {
      var contrast = Panels(random: 62 + step, depth: 9, columns: 37, precision: precision)
      let c = contrast
      let velocities = hasVelocity ? velocity.scalars(panels: panels) : nil
      descent.apply(
        to: w.scalars(panels: panels), velocity: velocities, contrast: contrast.scalars(panels: panels))
      for k in 0..<9 {
        for j in 0..<37 {
          var (w, v) = expected[k][j]
          if !hasVelocity && decay == 0 {
            w = precision.fma(gain, c[k, j], w)
          } else {
            let g = precision.fma(-scale, c[k, j], precision.product(decay, w))
            v = precision.fma(momentum, v, g)
            w = precision.fma(-rate, descent.looksAhead ? precision.fma(momentum, v, g) : v, w)
          }
          expected[k][j] = (w, hasVelocity ? v : 0)
        }
      }
    }
    for k in 0..<9 {
      for j in 0..<37 {
        #expect(precision.bits(w[k, j]) == precision.bits(expected[k][j].w))
        #expect(precision.bits(velocity[k, j]) == precision.bits(expected[k][j].v))
      }
    }
    #expect(w.hasZeroPadding && velocity.hasZeroPadding)
  }

  /// Θ ← Θ + V, V ← μ V − α ∇f(Θ + μ V), as Sutskever et al. 2013 write it; ours stands at Θ + μ V.
  @Test("Nesterov's momentum is the gradient at the place ahead", arguments: Precision.allCases)
  func ahead(precision: Precision) {
    let (rate, momentum, curvature, target) = (0.1, 0.9, 0.7, 2.0)
    var (theta, speed) = (-1.0, 0.0)
    var w = Panels(depth: 1, columns: 1, precision: precision)
    var (velocity, contrast) = (w, w)
    w[0, 0] = theta
    let descent = Descent(rate: rate, scale: 1, momentum: momentum, looksAhead: true)
    for _ in 0..<60 {
      contrast[0, 0] = -curvature * (w[0, 0] - target)
      descent.apply(
        to: w.scalars(panels: 0..<1), velocity: velocity.scalars(panels: 0..<1),
        contrast: contrast.scalars(panels: 0..<1))
      speed = momentum * speed - rate * curvature * (theta + momentum * speed - target)
      theta += speed
      #expect(abs(w[0, 0] - (theta + momentum * speed)) <= 40 * precision.epsilon)
    }
    #expect(abs(theta - target) < 0.1)
  }

  /// Inputs with rows that are zero for the whole batch, which a plain descent may leave alone, and without.
  @Test("in registers, the bits of sum and descent one after the other", arguments: InstructionSet.all)
  func fused(set: InstructionSet) throws {
    let precision = set.precision
    let bounds = [0, 5, 9, 9, 20]
    let input = Matrix(rows: 20, columns: 61, precision: precision) { row, column in
      (20..<44).contains(column) && (row + column) % 3 == 0 ? Double(row - column) / 7 : 0
    }
    let live = try #require(LiveInputs(input, shards: bounds))
    let post = ContrastSum.End(Matrix(random: 67, rows: 20, columns: 50, precision: precision))
    let other = ContrastSum.End(Matrix(random: 68, rows: 20, columns: 61, precision: precision))
    let sums = [
      ContrastSum(pre: .init(input), post: post, live: live), ContrastSum(pre: .init(input), post: post),
      ContrastSum(pre: .init(input), post: post, and: (other, post)),
    ]
    for (name, descent, hasVelocity) in Self.plain {
      for sum in sums {
        var (one, two) = (
          Panels(random: 69, depth: 61, columns: 50, precision: precision),
          Panels(random: 69, depth: 61, columns: 50, precision: precision)
        )
        var (v, w): (Panels?, Panels?) = (nil, nil)
        if hasVelocity { (v, w) = (one, one) }
        var contrast = Panels(depth: 61, columns: 50, precision: precision)
        let all = 0..<one.count
        sum.write(panels: all, to: &contrast, at: 0, shards: bounds, kernels: set.kernels)
        descent.apply(
          to: one.scalars(panels: all), velocity: v?.scalars(panels: all),
          contrast: contrast.scalars(panels: all))
        sum.descend(&two, velocity: &w, by: descent, shards: bounds, kernels: set.kernels)
        #expect(one.bits == two.bits && v?.bits == w?.bits, "\(name)")
      }
    }
  }

  @Test("whole or panel by panel, the same bits", arguments: Precision.allCases)
  func strips(precision: Precision) {
    let start = Panels(random: 65, depth: 5, columns: 70, precision: precision)
    var contrast = Panels(random: 66, depth: 5, columns: 70, precision: precision)
    for (_, descent, hasVelocity) in Self.cases {
      func stepped(by strip: Int) -> [UInt64] {
        var (w, velocity) = (start, contrast)
        for first in stride(from: 0, to: w.count, by: strip) {
          let panels = first..<min(first + strip, w.count)
          let velocities = hasVelocity ? velocity.scalars(panels: panels) : nil
          descent.apply(
            to: w.scalars(panels: panels), velocity: velocities, contrast: contrast.scalars(panels: panels))
        }
        return w.bits + velocity.bits
      }
      let whole = stepped(by: 5)
      for strip in 1...4 { #expect(stepped(by: strip) == whole) }
    }
  }
}
