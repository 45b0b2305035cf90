import EnergyModels
import Tensors
import Testing

@Suite("Slicing") struct SlicingTests {
  @Test("cuts at whole panels and covers every unit once", arguments: 1...9)
  func coverage(slices: Int) {
    for units in [1, 10, 63, 64, 65, 80, 100, 250, 500, 512, 1024] {
      let network = Network(inputs: 784, layers: [Layer(units: units), Layer(units: 300), Layer(units: 10)])
      let slicing = Slicing(network: network, slices: slices)
      for k in 0...3 where slicing.isCut(k) {
        let parts = (0..<slices).map { slicing.units(k, slice: $0) }
        #expect(parts.flatMap { Array($0) } == Array(0..<network.units(k)))
        #expect(parts.dropFirst().allSatisfy { $0.lowerBound % panelWidth == 0 || $0.isEmpty })
        let panels = parts.map { padded($0.count) / panelWidth }
        #expect((panels.max() ?? 0) - (panels.min() ?? 0) <= 1, "\(units) units: \(parts)")
        for first in 0..<slices {
          for last in first..<slices {
            let joined = slicing.units(k, slices: first..<last + 1)
            #expect(joined == parts[first].lowerBound..<parts[last].upperBound)
          }
        }
      }
    }
  }

  @Test("input, output and small layers stay whole")
  func whole() {
    let network = Network(
      inputs: 784, layers: [Layer(units: 63), Layer(units: 64), Layer(units: 128)])
    let slicing = Slicing(network: network, slices: 2)
    #expect((0...3).map(slicing.isCut) == [false, false, true, false])
    for k in [0, 1, 3] {
      #expect(slicing.units(k, slice: 0) == 0..<network.units(k))
      #expect(slicing.units(k, slice: 1) == 0..<network.units(k))
    }
    #expect((1...3).allSatisfy { !Slicing(network: network, slices: 1).isCut($0) })
  }

  @Test("a portion knows the blocks it needs of each connection")
  func blocks() {
    let network = Network(
      inputs: 20, layers: [Layer(units: 96), Layer(units: 128), Layer(units: 10)])
    let slicing = Slicing(network: network, slices: 2)
    let portion = Portion(slicing: slicing, layers: 2...3, slices: 1..<2)
    let parameters = Parameters(portion: portion, precision: .float64)
    #expect(parameters.connections.map(\.index) == [1, 2])
    // Layer 2 is driven by all of layer 1; the output, whole, by partial drives from the units of layer 2 held here.
    #expect(parameters[connection: 1].forwardBlock == Block(rows: 0..<96, columns: 64..<128))
    // What drives layer 1 from here is another portion's to add.
    #expect(parameters[connection: 1].backwardBlock == Block(rows: 48..<96, columns: 0..<128))
    #expect(portion.descending == [1] && portion.known == [1, 2, 3] && !portion.seesInput)
    #expect(parameters[connection: 2].forwardBlock == Block(rows: 64..<128, columns: 0..<10))
    #expect(parameters[connection: 2].backwardBlock == Block(rows: 64..<128, columns: 0..<10))
    #expect(parameters[connection: 2].isMirrored)
    // Where the cut layer is another portion's, the output's portion computes the partial drives of every slice.
    let output = Parameters(
      portion: Portion(slicing: slicing, layers: 3...3, slices: 0..<1), precision: .float64)
    #expect(output[connection: 2].forwardBlock == Block(rows: 0..<128, columns: 0..<10))
    #expect(output[connection: 2].backwardBlock == Block(rows: 0..<64, columns: 0..<10))
    let lowest = Portion(slicing: slicing, layers: 1...1, slices: 0..<1)
    #expect(lowest.descending.isEmpty && lowest.known == [1] && lowest.seesInput)
  }
}
