import EnergyModels
import Tensors
import Testing

@Suite("Drives") struct DriveTests {
  /// The order of the sum is part of the meaning: bias and input, the layer below, the layer above, each one chain of
  /// fused multiply-adds; into a whole layer a cut one adds slice by slice, each slice's chain begun at 0.
  @Test("are summed in the one order that every grid keeps", arguments: 1...3)
  func order(slices: Int) throws {
    let network = Network(
      inputs: 12, layers: [96, 30, 80, 10].map { Layer(units: $0, activation: .sigmoid) })
    let example = Example(network, portion: Portion(whole: network, slices: slices))
    let slicing = example.parameters.portion.slicing
    let input = try #require(example.clamped.input)
    func chain(_ start: Double, _ units: Range<Int>, _ term: (Int) -> (Double, Double)) -> Double {
      units.reduce(start) {
        let (a, w) = term($1)
        return $0.addingProduct(a, w)
      }
    }
    for k in 1...4 {
      let drive = example.drive(k)
      let forward = try #require(example.parameters[connection: k].forward)
      let above = k < 4 ? example.parameters[connection: k + 1].forward : nil
      for row in 0..<Example.rows {
        for unit in 0..<network.units(k) {
          var expected = example.parameters[bias: k][0, unit]
          if k == 1 { expected = chain(expected, 0..<12) { (input[row, $0], forward[$0, unit]) } }
          for j in [k - 1, k + 1] where j >= 1 && j <= 4 {
            let activity = example.state.activity(j)
            func term(_ i: Int) -> (Double, Double) {
              (activity[row, i], j < k ? forward[i, unit] : above?[unit, i] ?? .nan)
            }
            if slicing.isCut(j), !slicing.isCut(k) {
              for slice in 0..<slices { expected += chain(0, slicing.units(j, slice: slice), term) }
            } else {
              expected = chain(expected, 0..<network.units(j), term)
            }
          }
          #expect(drive[row, unit].bitPattern == expected.bitPattern)
        }
      }
    }
  }

  @Test("from below only, as a forward sweep needs them")
  func belowOnly() {
    let network = Network(inputs: 5, layers: [7, 6, 4].map { Layer(units: $0, activation: .tanh) })
    let example = Example(network)
    var drive = Matrix(rows: Example.rows, columns: 6, precision: .float64)
    example.parameters.setDrive(
      &drive, of: 2, state: example.state, clamped: example.clamped, partials: { _ in nil },
      rows: 0..<Example.rows, fromBelowOnly: true)
    var silent = example.state
    silent[3].withActivity { $0.fill(0) }
    #expect((0..<Example.rows).allSatisfy { drive.row($0) == example.drive(2, state: silent).row($0) })
    #expect(drive.row(0) != example.drive(2).row(0))
  }
}
