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

  @Test("no two tensors of a network with skips are drawn alike")
  func independentTensors() throws {
    // Every two layers are joined, so that most connections are skips into a layer with others.
    let widths = [60, 80, 70, 90, 64, 10]
    let connections = widths.indices.flatMap { j in
      (j + 1..<widths.count).map { Connection(from: j, to: $0) }
    }
    let network = Network(
      inputs: widths[0], layers: widths.dropFirst().map { Layer(units: $0) }, connections: connections)
    var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    parameters.initialize(.uniform(gain: 1), seed: 3)
    let tensors = parameters.connections.map(\.forward)
    for (a, first) in tensors.enumerated() {
      for b in 0..<a {
        let second = tensors[b]
        let (rows, columns) = (min(first.depth, second.depth), min(first.columns, second.columns))
        var (product, squares) = (0.0, (0.0, 0.0))
        for i in 0..<rows {
          for j in 0..<columns {
            product += first[i, j] * second[i, j]
            squares.0 += first[i, j] * first[i, j]
            squares.1 += second[i, j] * second[i, j]
          }
        }
        let correlation = product / (squares.0 * squares.1).squareRoot()
        // Of n independent pairs the correlation has the deviation 1/√n.
        #expect(
          abs(correlation) < 5 / Double(rows * columns).squareRoot(),
          "\(network.connections[a]) and \(network.connections[b]): \(correlation)")
      }
    }
  }

  @Test("the weights of a chain keep their draws, whatever skips stand beside them")
  func chainBesideSkips() throws {
    let layers = [Layer(units: 20), Layer(units: 30), Layer(units: 10)]
    func weights(_ connections: [Connection]?) throws -> [[Double]] {
      let network = Network(inputs: 15, layers: layers, connections: connections)
      var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
      parameters.initialize(.uniform(gain: 0.7), seed: 4)
      return try (1...3).map { k in
        let forward = parameters[connection: try #require(network.connection(k - 1, k))].forward
        return (0..<forward.depth).flatMap { i in (0..<forward.columns).map { forward[i, $0] } }
      }
    }
    let chain = try weights(nil)
    #expect(
      try weights(Network.chain(3) + [Connection(from: 0, to: 2), Connection(from: 1, to: 3)]) == chain)
    // The draw of W₁₂'s element (3, 5): counters row, column and the layer above.
    let unit = CounterRandom(seed: 4, purpose: .weights).unit(3, 5, 2)
    #expect(chain[1][3 * 30 + 5] == (2 * unit - 1) * (0.7 / Double(20).squareRoot()))
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
