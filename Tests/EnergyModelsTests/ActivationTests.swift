import EnergyModels
import Tensors
import Testing

@Suite("Activations") struct ActivationTests {
  @Test(
    "the kernels' curve is the formula", arguments: Activation.ofStates + [.relu, .gelu], Precision.allCases)
  func curves(activation: Activation, precision: Precision) {
    let states = Matrix(rows: 1, columns: 81, precision: precision) { Double($1 - 40) / 16 }
    var activity = Matrix(rows: 1, columns: 81, precision: precision)
    activity.activate(states, curve: activation.curve, rows: 0..<1, columns: 0..<81)
    // Of two curves, one within the other, twice as much.
    let tolerance = (precision == .float32 ? 2e-7 : 4e-16) * (activation == .cappedSilu ? 2 : 1)
    for j in 0..<81 {
      let exact = activation.value(states[0, j])
      #expect(abs(activity[0, j] - exact) <= tolerance * max(1, abs(exact)))
    }
  }

  @Test("names of the run file")
  func names() {
    let names = [
      "hard-sigmoid", "sigmoid", "tanh", "linear", "relu6", "half-hard-sigmoid", "silu", "capped-silu",
    ]
    #expect(Activation.ofStates.map(\.rawValue) == names && Activation.allCases.count == names.count + 5)
    #expect(Activation.ofStates.filter(\.isHolomorphic) == [.sigmoid, .tanh, .linear, .silu])
    #expect(Activation.sigmoid.value(0.5) == 0.5)
    #expect(Activation.hardSigmoid.value(-1) == 0 && Activation.hardSigmoid.value(2) == 1)
  }

  @Test("ρ′ and ρ″ are the slopes of ρ and of ρ′", arguments: Activation.ofStates + [.gelu])
  func derivatives(activation: Activation) {
    let step = 1e-4
    func slope(_ value: (Double) -> Double, _ s: Double) -> Double {
      (8 * (value(s + step) - value(s - step)) - (value(s + 2 * step) - value(s - 2 * step))) / (12 * step)
    }
    func first(_ s: Double) -> Double { activation.derivatives(s, activity: activation.value(s)).first }
    let range = activation.range ?? -4...4
    for i in 1..<40 {
      let s = range.lowerBound + (range.upperBound - range.lowerBound) * Double(i) / 40
      let found = activation.derivatives(s, activity: activation.value(s))
      #expect(abs(found.first - slope(activation.value, s)) <= 1e-10)
      #expect(abs(found.second - slope(first, s)) <= 1e-10)
    }
    for end in activation.range.map({ [$0.lowerBound, $0.upperBound] }) ?? [] {
      #expect(first(end) == first(range.upperBound / 2))
    }
  }

  /// E of one unit under a drive D is least at s = ρ′(s) D.
  @Test("the half hard sigmoid shows clip(D/2, 0, 1) at rest", arguments: [-1, 0.3, 1, 1.7, 2, 5.0])
  func half(drive: Double) {
    func energy(_ s: Double) -> Double { s * s / 2 - Activation.halfHardSigmoid.value(s) * drive }
    let states = (0...100_000).map { Double($0) / 100_000 * 2.0.squareRoot() }
    let rest = states.min { energy($0) < energy($1) } ?? .nan
    #expect(abs(Activation.halfHardSigmoid.value(rest) - min(max(drive / 2, 0), 1)) <= 1e-5)
  }

  @Test("states begin at 0, their activity at ρ(0)", arguments: Activation.ofStates + [.gelu])
  func start(activation: Activation) {
    let state = LayerState(rows: 2, units: 3, activation: activation, precision: .float64)
    #expect(state.states.row(1) == [0, 0, 0])
    #expect(state.activity.row(1) == Array(repeating: activation.value(0), count: 3))
  }
}
