import EnergyModels
import Tensors
import Testing

@Suite("Initialisation") struct InitializationTests {
  static let network = Network(inputs: 50, layers: [Layer(units: 70), Layer(units: 30), Layer(units: 10)])

  private func check(_ initialization: Initialization, bound: (Int, Int) -> Double) throws {
    var parameters = Parameters(portion: Portion(whole: Self.network), precision: .float64)
    parameters.initialize(initialization, seed: 1)
    for k in 1...3 {
      let (below, above) = (Self.network.units(k - 1), Self.network.units(k))
      let bound = bound(below, above)
      let forward = parameters[connection: k - 1].forward
      let weights = (0..<below).flatMap { i in (0..<above).map { forward[i, $0] } }
      let n = Double(weights.count)
      #expect(weights.allSatisfy { abs($0) <= bound })
      // The largest of n draws falls below (1 − 12/n) bound with probability e⁻¹².
      #expect((weights.map(abs).max() ?? 0) > bound * (1 - 12 / n))
      let (mean, square) = (weights.reduce(0, +) / n, weights.reduce(0) { $0 + $1 * $1 } / n)
      #expect(abs(mean) < 5 * bound / (3 * n).squareRoot())
      #expect(abs(square - bound * bound / 3) < 5 * bound * bound * (4.0 / 45 / n).squareRoot())
      #expect((0..<above).allSatisfy { parameters[bias: k][0, $0] == 0 })
      // Both directions of a connection are one matrix.
      if let backward = parameters[connection: k - 1].backward {
        for i in 0..<below { for j in 0..<above { #expect(backward[j, i] == forward[i, j]) } }
      } else {
        #expect(k == 1)
      }
    }
  }

  @Test("Glorot: U(±√(6 / (fan-in + fan-out)))")
  func glorot() throws {
    try check(.glorotUniform) { (6 / Double($0 + $1)).squareRoot() }
  }

  @Test("spectral: the largest singular value is the gain", arguments: [(500, 500), (1024, 256), (400, 800)])
  func spectral(below: Int, above: Int) throws {
    let network = Network(inputs: 4, layers: [Layer(units: below), Layer(units: above)])
    var parameters = Parameters(portion: Portion(whole: network), precision: .float32)
    parameters.initialize(.spectral(gain: 0.8), seed: 5)
    let connection = parameters[connection: 1]
    let (forward, backward) = (connection.forward, try #require(connection.backward))
    // Power iteration on WᵀW, whose rows come out through both directions.
    var up = Matrix(rows: 1, columns: below, precision: .float32) { _, j in 1 + Double(j % 7) }
    var gain = 0.0
    for _ in 0..<60 {
      var down = Matrix(rows: 1, columns: above, precision: .float32)
      down.setProduct(rows: 0..<1, of: up, with: forward, adding: .zero)
      func norm(_ x: Matrix) -> Double { (0..<x.columns).reduce(0) { $0 + x[0, $1] * x[0, $1] }.squareRoot() }
      gain = norm(down) / norm(up)
      let scale = norm(down)
      let unit = Matrix(rows: 1, columns: above, precision: .float32) { down[0, $1] / scale }
      up = Matrix(rows: 1, columns: below, precision: .float32)
      up.setProduct(rows: 0..<1, of: unit, with: backward, adding: .zero)
    }
    #expect(abs(gain - 0.8) <= 0.03 * 0.8, "\(gain)")
  }

  @Test("uniform: U(±gain / √fan-in)")
  func uniform() throws {
    try check(.uniform(gain: 0.7)) { below, _ in 0.7 / Double(below).squareRoot() }
  }

  @Test("the seed decides, the precision only rounds")
  func seeds() throws {
    func weights(_ seed: UInt64, _ precision: Precision) throws -> [Double] {
      var parameters = Parameters(portion: Portion(whole: Self.network), precision: precision)
      parameters.initialize(.glorotUniform, seed: seed)
      let forward = parameters[connection: 1].forward
      return (0..<70).flatMap { i in (0..<30).map { forward[i, $0] } }
    }
    let first = try weights(1, .float64)
    #expect(try weights(1, .float64) == first && weights(2, .float64) != first)
    #expect(try weights(1, .float32) == first.map { Double(Float($0)) })
  }
}
