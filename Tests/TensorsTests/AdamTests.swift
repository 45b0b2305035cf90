import Tensors
import Testing

@Suite("Adam") struct AdamTests {
  private func step(
    _ adam: Adam, _ w: inout Panels, _ mean: inout Panels, _ square: inout Panels, _ c: Panels
  ) {
    let panels = 0..<w.count
    var contrast = c
    adam.apply(
      to: w.scalars(panels: panels), mean: mean.scalars(panels: panels),
      square: square.scalars(panels: panels),
      contrast: contrast.scalars(panels: panels))
  }

  /// As it is written, each operation rounded once.
  @Test("equals the scalar rule bit by bit", arguments: Precision.allCases, [0, 0.01])
  func scalar(precision: Precision, decay: Double) {
    let (rate, scale, beta1, beta2, epsilon) = (0.02, 1.0 / 20, 0.9, 0.999, 1e-8)
    var w = Panels(random: 71, depth: 9, columns: 37, precision: precision)
    var (mean, square) = (
      Panels(depth: 9, columns: 37, precision: precision), Panels(depth: 9, columns: 37, precision: precision)
    )
    var expected = (0..<9).map { k in (0..<37).map { (w: w[k, $0], m: 0.0, v: 0.0) } }
    let p = precision
    var (power1, power2) = (1.0, 1.0)
    for t in 1...3 {
      let c = Panels(random: 72 + t, depth: 9, columns: 37, precision: precision)
      let adam = Adam(
        rate: rate, scale: scale, decay: decay, mean: beta1, square: beta2, epsilon: epsilon, update: t)
      step(adam, &w, &mean, &square, c)
      (power1, power2) = (power1 * beta1, power2 * beta2)
      let root = p.rounded((1 / (1 - power2)).squareRoot())
      for k in 0..<9 {
        for j in 0..<37 {
          var (w, m, v) = expected[k][j]
          let g = p.product(-p.rounded(scale), c[k, j])
          m = p.fma(p.rounded(beta1), m, p.product(p.rounded(1 - beta1), g))
          v = p.fma(p.rounded(beta2), v, p.product(p.rounded(1 - beta2), p.product(g, g)))
          let size = p.fma(root, p.rounded(v.squareRoot()), p.rounded(epsilon))
          let kept = p.product(p.rounded(1 - rate * decay), w)
          w = p.fma(-p.rounded(rate / (1 - power1)), p.quotient(m, size), kept)
          expected[k][j] = (w, m, v)
        }
      }
    }
    for k in 0..<9 {
      for j in 0..<37 {
        #expect(p.bits(w[k, j]) == p.bits(expected[k][j].w))
        #expect(p.bits(mean[k, j]) == p.bits(expected[k][j].m))
        #expect(p.bits(square[k, j]) == p.bits(expected[k][j].v))
      }
    }
    #expect(w.hasZeroPadding && mean.hasZeroPadding && square.hasZeroPadding)
  }

  /// f(w) = ½ a (w − c)² in Float64, against the paper's algorithm line by line.
  @Test("the trajectory on a quadratic", arguments: [0, 0.05])
  func quadratic(decay: Double) {
    let (rate, beta1, beta2, epsilon) = (0.1, 0.9, 0.99, 1e-8)
    let (curvatures, target) = ([0.001, 0.1, 1, 50.0], 1.5)
    var w = Panels(depth: 1, columns: 4, precision: .float64)
    var (mean, square, contrast) = (w, w, w)
    var expected = curvatures.map { _ in (w: 0.0, m: 0.0, v: 0.0) }
    for t in 1...300 {
      for j in 0..<4 { contrast[0, j] = -curvatures[j] * (w[0, j] - target) }
      let adam = Adam(
        rate: rate, scale: 1, decay: decay, mean: beta1, square: beta2, epsilon: epsilon, update: t)
      step(adam, &w, &mean, &square, contrast)
      for j in 0..<4 {
        var (w, m, v) = expected[j]
        let g = curvatures[j] * (w - target)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        var (power1, power2) = (1.0, 1.0)
        for _ in 0..<t { (power1, power2) = (power1 * beta1, power2 * beta2) }
        let (unbiasedMean, unbiasedSquare) = (m / (1 - power1), v / (1 - power2))
        w -= rate * decay * w
        w -= rate * unbiasedMean / (unbiasedSquare.squareRoot() + epsilon)
        expected[j] = (w, m, v)
      }
      for j in 0..<4 { #expect(abs(w[0, j] - expected[j].w) <= 1e-10) }
    }
    // All arrive, however flat: steps do not depend on the gradient's size.
    if decay == 0 { for j in 0..<4 { #expect(abs(w[0, j] - target) < 0.05) } }
  }

  /// m̂ = g and v̂ = g² at every step: so is each step, in closed form.
  @Test("a constant gradient moves by α each step, whatever its size", arguments: Precision.allCases)
  func constant(precision: Precision) {
    let gradients = [1e-6, -0.3, 1, 4e3, 0]
    var w = Panels(depth: 1, columns: 5, precision: precision)
    var (mean, square, contrast) = (w, w, w)
    for j in 0..<5 { contrast[0, j] = -gradients[j] }
    for t in 1...1000 {
      let adam = Adam(rate: 0.01, scale: 1, mean: 0.9, square: 0.999, epsilon: 1e-8, update: t)
      step(adam, &w, &mean, &square, contrast)
      for (j, g) in gradients.enumerated() {
        let expected = -0.01 * Double(t) * g / (abs(g) + 1e-8)
        #expect(abs(w[0, j] - expected) <= 200 * precision.epsilon * Double(t) * 0.01, "\(g) after \(t)")
      }
    }
    #expect(w[0, 4] == 0)
  }

  @Test("decay shrinks weights beside the moments", arguments: Precision.allCases)
  func decay(precision: Precision) {
    var w = Panels(random: 76, depth: 3, columns: 20, precision: precision)
    var (mean, square) = (
      Panels(depth: 3, columns: 20, precision: precision), Panels(depth: 3, columns: 20, precision: precision)
    )
    let (start, none) = (w, mean)
    for t in 1...10 {
      let adam = Adam(rate: 0.1, scale: 1, decay: 0.5, mean: 0.9, square: 0.999, epsilon: 1e-8, update: t)
      step(adam, &w, &mean, &square, none)
    }
    var left = 1.0
    for _ in 0..<10 { left *= 0.95 }
    for k in 0..<3 {
      for j in 0..<20 { #expect(abs(w[k, j] - left * start[k, j]) <= 10 * precision.epsilon) }
    }
    #expect(mean.bits.allSatisfy { $0 << 1 == 0 } && square.bits.allSatisfy { $0 == 0 })
  }

  @Test("whole or panel by panel, the same bits", arguments: Precision.allCases)
  func strips(precision: Precision) {
    let start = Panels(random: 77, depth: 5, columns: 70, precision: precision)
    let adam = Adam(rate: 0.1, scale: 0.2, decay: 0.1, mean: 0.9, square: 0.999, epsilon: 1e-8, update: 7)
    func stepped(by strip: Int) -> [UInt64] {
      var (w, mean, square, contrast) = (start, start, start, start)
      for i in 0..<5 { for j in 0..<70 { square[i, j] = abs(start[i, j]) } }
      for first in stride(from: 0, to: w.count, by: strip) {
        let panels = first..<min(first + strip, w.count)
        adam.apply(
          to: w.scalars(panels: panels), mean: mean.scalars(panels: panels),
          square: square.scalars(panels: panels), contrast: contrast.scalars(panels: panels))
      }
      return w.bits + mean.bits + square.bits
    }
    let whole = stepped(by: 5)
    for strip in 1...4 { #expect(stepped(by: strip) == whole) }
  }
}
