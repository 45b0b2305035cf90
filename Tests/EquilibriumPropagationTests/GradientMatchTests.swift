import EnergyModels
import EquilibriumPropagation
import Records
import Testing

@Suite("How gradients are compared") struct GradientMatchTests {
  @Test("cosine, relative error and share of equal signs of known vectors")
  func known() {
    let match = GradientMatch([4, 3, 0, -1], exact: [3, 4, 0, 1])
    #expect(abs(match.cosine - 23 / 26) <= 1e-15)
    #expect(abs(match.relativeError - (6.0 / 26).squareRoot()) <= 1e-15)
    #expect(match.equalSigns == 2.0 / 3)
    #expect(GradientMatch([-1, -2], exact: [1, 2]).cosine <= -1 + 1e-15)
    #expect(GradientMatch([1, 0], exact: [0, 3]) == GradientMatch([2, 0], exact: [0, 6]))
  }

  @Test("an estimate of 0 has neither sign; an exact 0 asks for none")
  func signs() {
    #expect(GradientMatch([0, -0.0, 1], exact: [1, -1, 1]).equalSigns == 1.0 / 3)
    #expect(GradientMatch([5, 1], exact: [0, 1]).equalSigns == 1)
    #expect(GradientMatch([5, 1], exact: [0, 0]).equalSigns == nil)
  }

  @Test("zero gradients: alike to each other, unlike anything else")
  func zeros() {
    let both = GradientMatch([0, 0], exact: [0, -0.0])
    #expect(both.cosine == 1 && both.relativeError == 0 && both.equalSigns == nil)
    let exact = GradientMatch([1, 0], exact: [0, 0])
    #expect(exact.cosine == 0 && exact.relativeError == .infinity && exact.equalSigns == nil)
    let estimate = GradientMatch([0, 0], exact: [1, 0])
    #expect(estimate.cosine == 0 && estimate.relativeError == 1 && estimate.equalSigns == 0)
  }

  @Test("vectors whose squares vanish or overflow", arguments: [1e-200, 1e-300, 1e200])
  func extremes(scale: Double) {
    let match = GradientMatch([4 * scale, 3 * scale], exact: [3 * scale, 4 * scale])
    #expect(abs(match.cosine - 0.96) <= 1e-12)
    #expect(abs(match.relativeError - 0.08.squareRoot()) <= 1e-12)
    #expect(match.equalSigns == 1)
  }

  @Test("a NaN is seen and never taken for a zero")
  func notANumber() {
    for (estimate, exact) in [([Double.nan, 1], [1.0, 1]), ([.nan, .nan], [1, 1]), ([.nan, 0], [0, 0])] {
      let match = GradientMatch(estimate, exact: exact)
      #expect(!(match.cosine > 0))
      #expect(!(match.relativeError < .infinity))
    }
    #expect(GradientMatch([1, 1], exact: [.nan, 1]).cosine.isNaN)
    #expect(GradientMatch([.nan, 1], exact: [1, 1]).equalSigns == 0.5)
  }

  @Test("a layer's weight and bias, apart and together")
  func parts() {
    let exact = Gradient(weights: [[1, 2], [3, 4, 5]], biases: [[6], [7, 8]])
    var estimate = exact
    estimate.biases[1][0] = -7
    #expect(exact.layers == 2 && exact.all == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(exact.elements(layer: 2) == [3, 4, 5, 7, 8])
    #expect(estimate.match(exact, layer: 2, .weight).relativeError == 0)
    #expect(estimate.match(exact, layer: 2, .bias).equalSigns == 0.5)
    #expect(estimate.match(exact, layer: 2).equalSigns == 0.8)
    #expect(estimate.match(exact, layer: 1, .both).relativeError == 0)
    #expect(estimate.match(exact).equalSigns == 7.0 / 8)
  }
}
