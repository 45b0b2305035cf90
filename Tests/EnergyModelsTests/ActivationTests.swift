import EnergyModels
import Tensors
import Testing

@Suite("Activations") struct ActivationTests {
  @Test("the kernels' curve is the formula", arguments: Activation.allCases, Precision.allCases)
  func curves(activation: Activation, precision: Precision) {
    let states = Matrix(rows: 1, columns: 81, precision: precision) { Double($1 - 40) / 16 }
    var activity = Matrix(rows: 1, columns: 81, precision: precision)
    activity.activate(states, curve: activation.curve, rows: 0..<1, columns: 0..<81)
    let tolerance = precision == .float32 ? 2e-7 : 4e-16
    for j in 0..<81 { #expect(abs(activity[0, j] - activation.value(states[0, j])) <= tolerance) }
  }

  @Test("names of the run file")
  func names() {
    #expect(Activation.allCases.map(\.rawValue) == ["hard-sigmoid", "sigmoid", "tanh", "linear"])
    #expect(Activation.sigmoid.value(0.5) == 0.5)
    #expect(Activation.hardSigmoid.value(-1) == 0 && Activation.hardSigmoid.value(2) == 1)
  }

  @Test("states begin at 0, their activity at ρ(0)", arguments: Activation.allCases)
  func start(activation: Activation) {
    let state = LayerState(rows: 2, units: 3, activation: activation, precision: .float64)
    #expect(state.states.row(1) == [0, 0, 0])
    #expect(state.activity.row(1) == Array(repeating: activation.value(0), count: 3))
  }
}
