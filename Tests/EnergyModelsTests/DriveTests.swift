import EnergyModels
import Tensors
import Testing

@Suite("Drives") struct DriveTests {
  /// The order of the sum is part of the meaning: one chain of fused multiply-adds through bias, input and the layer
  /// below, then one of its own for the layer above; into a whole layer a cut one adds a tree over its slices, each slice's chain begun at 0.
  @Test("are summed in the one order that every grid keeps", arguments: 1...5)
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
      let forward = example.parameters[connection: k - 1].forward
      let above = k < 4 ? example.parameters[connection: k].forward : nil
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
              var sums = (0..<slices).map { chain(0, slicing.units(j, slice: $0), term) }
              while sums.count > 1 {
                sums = stride(from: 0, to: sums.count, by: 2).map {
                  $0 + 1 < sums.count ? sums[$0] + sums[$0 + 1] : sums[$0]
                }
              }
              expected += sums[0]
            } else if j > k {
              expected += chain(0, 0..<network.units(j), term)
            } else {
              expected = chain(expected, 0..<network.units(j), term)
            }
          }
          #expect(drive[row, unit].bitPattern == expected.bitPattern)
        }
      }
    }
  }

  @Test("parts of them are what the other parts' sources leave when they are silent")
  func parts() {
    let network = Network(inputs: 5, layers: [7, 6, 4].map { Layer(units: $0, activation: .tanh) })
    let example = Example(network)
    func drive(_ k: Int, _ parts: DriveParts) -> Matrix {
      example.parameters.drive(
        of: k, state: example.state, clamped: example.clamped, rows: 0..<Example.rows, parts: parts)
    }
    for k in 1...3 {
      for parts in (0..<8).map(DriveParts.init(rawValue:)) {
        var quiet = example
        if !parts.contains(.below), k > 1 { quiet.state[k - 1].withActivity { $0.fill(0) } }
        if !parts.contains(.above), k < 3 { quiet.state[k + 1].withActivity { $0.fill(0) } }
        if !parts.contains(.constant) { quiet.silenceConstants(of: k) }
        let (found, expected) = (drive(k, parts), quiet.drive(k))
        #expect((0..<Example.rows).allSatisfy { found.row($0) == expected.row($0) }, "\(k) \(parts)")
        let sources: DriveParts = k == 1 ? [.constant, .above] : k == 3 ? [.constant, .below] : .all
        #expect((found.row(0) == example.drive(k).row(0)) == parts.isSuperset(of: sources))
      }
    }
  }
}

extension Example {
  /// Sets b_k, and at layer 1 the input, to 0.
  fileprivate mutating func silenceConstants(of k: Int) {
    for j in 0..<network.units(k) { parameters[bias: k][0, j] = 0 }
    guard k == 1 else { return }
    clamped.input?.fill(0)
    clamped.live = nil
    clamped.setInputDrives(parameters)
  }
}
