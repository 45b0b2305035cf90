import EnergyModels
import Tensors
import Testing

@Suite("Wirings") struct WiringTests {
  private func network(
    _ input: Shape, _ layers: [(units: Int, (any Coupling)?)], _ connections: [Connection]? = nil
  ) throws -> Network {
    let chain = layers.enumerated().map { Connection(from: $0, to: $0 + 1, by: $1.1 ?? Dense()) }
    return try Network(
      input: input, layers: layers.map { Layer(units: $0.units) }, connections: connections ?? chain)
  }

  @Test("A kernel, its stride, a border and pooling make the shapes of the published networks")
  func shapes() throws {
    let mnist = try network(
      Shape(height: 28, width: 28, units: 1),
      [
        (32, Convolution(kernel: 5, pooling: Pooling(kind: .max, size: 2))),
        (64, Convolution(kernel: 5, pooling: Pooling(kind: .max, size: 2))), (10, nil),
      ])
    #expect((0...3).map { "\(mnist.shape($0))" } == ["28×28×1", "12×12×32", "4×4×64", "10"])
    #expect((0..<3).map(mnist.weightRows) == [25, 25 * 32, 16 * 64])
    #expect(mnist.inputs == 784 && mnist.positions(2) == 16 && mnist.units(2) == 64)
    let odd = try network(
      Shape(height: 7, width: 6, units: 3),
      [
        (4, Convolution(kernel: 3, stride: 2, padding: 1, pooling: Pooling(kind: .average, size: 2))),
        (2, nil),
      ])
    #expect("\(odd.wirings[0].before) \(odd.shape(1))" == "4×3×4 2×1×4")
  }

  @Test("Without a kernel every unit is joined to every unit, and a flat input stays one row")
  func dense() throws {
    let flat = try network(Shape(height: 4, width: 5, units: 3), [(7, nil), (2, nil)])
    #expect(flat.shape(0) == Shape(units: 60) && flat.wirings.allSatisfy(\.isPlain))
    #expect(flat == Network(inputs: 60, layers: [Layer(units: 7), Layer(units: 2)]))
    let picture = try network(Shape(height: 4, width: 4, units: 1), [(3, Convolution(kernel: 3)), (2, nil)])
    #expect(picture.wirings[1].taps == 4 && picture.wirings[1].upward.pairs == 4)
    #expect(!picture.wirings[1].isPlain && picture.weightRows(1) == 12)
  }

  @Test(
    "A transposed kernel joins the pairs that a kernel joins from the other end", arguments: [1, 2, 3],
    [0, 1])
  func transposed(stride: Int, padding: Int) throws {
    let (below, kernel) = (Shape(height: 3, width: 4, units: 2), 4)
    let up = try network(
      below, [(5, TransposedConvolution(kernel: kernel, stride: stride, padding: padding)), (2, nil)])
    let above = up.shape(1)
    #expect(above.height == 2 * stride + kernel - 2 * padding && above.width == above.height + stride)
    let down = try network(
      Shape(height: above.height, width: above.width, units: 5),
      [(2, Convolution(kernel: kernel, stride: stride, padding: padding)), (2, nil)])
    #expect(down.shape(1) == below)
    #expect(Set(pairs(up.wirings[0].pairs)) == Set(pairs(down.wirings[0].pairs.reversed)))
    #expect(up.weightRows(0) == 16 * 2 && up.wirings[0].kernel == [4, 4])
    let small = Shape(height: 1, width: 1, units: 2)
    #expect(throws: ShapeError.self) {
      _ = try network(small, [(5, TransposedConvolution(kernel: 2, padding: 1)), (2, nil)])
    }
  }

  /// The residual block: 0→1 3×3, 1→2 3×3 stride 2, 0→2 1×1 stride 2.
  @Test("A skip with a stride meets the way round it, or is refused")
  func skips() throws {
    let input = Shape(height: 8, width: 8, units: 2)
    func block(_ skip: Convolution) throws -> Network {
      try self.network(
        input, [(4, nil), (6, nil)],
        [
          Connection(from: 0, to: 1, by: Convolution(kernel: 3, padding: 1)),
          Connection(from: 1, to: 2, by: Convolution(kernel: 3, stride: 2, padding: 1)),
          Connection(from: 0, to: 2, by: skip),
        ])
    }
    let network = try block(Convolution(kernel: 1, stride: 2))
    #expect(network.shape(2) == Shape(height: 4, width: 4, units: 6))
    let error = #expect(throws: ShapeError.self) { _ = try block(Convolution(kernel: 1)) }
    #expect(
      error?.description
        == "the connection from 1 to 2 makes a layer of 4×4×6 units, another one into the same layer 8×8×6")
    let large = #expect(throws: ShapeError.self) {
      _ = try self.network(input, [(4, Convolution(kernel: 9))])
    }
    #expect(large?.connection.target == 1)
    #expect(large?.description.contains("larger than the 8×8×2 units of layer 0") == true)
    _ = try self.network(input, [(4, Convolution(kernel: 9, padding: 1))])
    #expect(throws: ShapeError.self) {
      _ = try self.network(input, [(4, Convolution(kernel: 8, pooling: Pooling(kind: .max, size: 2)))])
    }
  }

  @Test("Each way of a kernel joins the same pairs of positions")
  func ways() throws {
    let wiring = try network(
      Shape(height: 5, width: 4, units: 1), [(2, Convolution(kernel: 3, stride: 2, padding: 1)), (2, nil)]
    ).wirings[0]
    #expect(wiring.upward.pairs == wiring.downward.pairs && wiring.taps == 9)
    #expect(wiring.upward.positions == 6 && wiring.downward.positions == 20)
    #expect(wiring.upward.mostTaps == 9 && wiring.downward.mostTaps == 4)
    #expect(wiring.pairs.reversed.reversed == wiring.pairs)
    #expect(TapPairs(wiring.downward, taps: 9).reversed != wiring.pairs.reversed)
  }

  /// Tap, position below, position above.
  private func pairs(_ pairs: TapPairs) -> [[Int]] {
    (0..<pairs.taps).flatMap { tap in pairs.joined(by: tap).map { [tap, $0.pre, $0.post] } }
  }
}
