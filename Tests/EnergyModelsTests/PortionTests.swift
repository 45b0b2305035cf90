import EnergyModels
import Tensors
import Testing

/// Layers that are cut (64 units and more) and whole ones, next to each other in every order.
private let chains: [[Int]] = [[96, 10], [30, 96, 10], [96, 30, 80, 10], [64, 80, 10], [112, 33]]

/// The chains, and graphs with skips over a layer, from the input, into the output.
private let networks: [Network] =
  chains.enumerated().map { index, units in
    Network(
      inputs: 20, layers: units.map { Layer(units: $0, activation: index % 2 == 0 ? .hardSigmoid : .sigmoid) }
    )
  } + [
    Network(
      inputs: 20, layers: [96, 70, 10].map { Layer(units: $0) },
      connections: Network.chain(3) + [Connection(from: 0, to: 2), Connection(from: 1, to: 3)]),
    Network(
      inputs: 20, layers: [96, 30, 80, 64, 10].map { Layer(units: $0, activation: .tanh) },
      connections: Network.chain(5)
        + [(0, 3), (0, 5), (1, 3), (1, 4), (1, 5), (2, 5)].map { Connection(from: $0, to: $1) }),
  ]

/// How the layers are dealt to stages, from one stage to one layer each.
private func stages(_ depth: Int) -> [[ClosedRange<Int>]] {
  var cuts: [[ClosedRange<Int>]] = [[1...depth], (1...depth).map { $0...$0 }]
  if depth > 2 { cuts += [[1...1, 2...depth], [1...depth - 1, depth...depth]] }
  return cuts
}

@Suite("Portions of a network") struct PortionTests {
  struct Cut: CustomTestStringConvertible, Sendable {
    let network: Network
    let slices: Int
    let portions: [Portion]
    var testDescription: String {
      "\(network.layers.map(\.units)) \(network.connections.count), \(portions.map { "\($0.layers)×\($0.slices)" })"
    }
  }

  /// Every network, cut into stages × slices with 1 or all slices to a portion.
  static let cuts: [Cut] = networks.flatMap { network in
    [2, 3].flatMap { slices in
      let slicing = Slicing(network: network, slices: slices)
      return stages(network.depth).flatMap { stages in
        [1, slices].map { held in
          let portions = stages.flatMap { layers in
            stride(from: 0, to: slices, by: held).map {
              Portion(slicing: slicing, layers: layers, slices: $0..<$0 + held)
            }
          }
          return Cut(network: network, slices: slices, portions: portions)
        }
      }
    }
  }

  static func whole(_ cut: Cut, _ precision: Precision) -> Example {
    Example(cut.network, portion: Portion(whole: cut.network, slices: cut.slices), precision: precision)
  }

  @Test("hold the same parameters as the whole, in every bit and both directions", arguments: cuts)
  func parameters(cut: Cut) throws {
    let whole = Self.whole(cut, .float32).parameters
    for portion in cut.portions {
      let part = Example(cut.network, portion: portion, precision: .float32).parameters
      for connection in part.connections {
        let reference = whole[connection: connection.index].forward
        let block = connection.forwardBlock
        for (i, row) in block.rows.enumerated() {
          for (j, column) in block.columns.enumerated() {
            #expect(connection.forward[i, j] == reference[row, column])
          }
        }
        if let block = connection.backwardBlock, let weights = connection.backward {
          for (i, row) in block.rows.enumerated() {
            for (j, column) in block.columns.enumerated() { #expect(weights[j, i] == reference[row, column]) }
          }
        }
      }
    }
  }

  /// The drives of a portion's units once neighbours' activities and partial drives have been handed to it.
  @Test("drive their units with the whole's bits", arguments: cuts, Precision.allCases)
  func drives(cut: Cut, precision: Precision) {
    let whole = Self.whole(cut, precision)
    let parts = cut.portions.map { Example(cut.network, portion: $0, precision: precision) }
    for k in 1...cut.network.depth {
      let expected = whole.drive(k)
      for part in parts where part.parameters.portion.holds(k) {
        let drive = part.drive(k, partials: exchanged(into: k, for: part, among: parts))
        for row in 0..<Example.rows {
          for (place, unit) in part.parameters.portion.units(k).enumerated() {
            #expect(drive[row, place].bitPattern == expected[row, unit].bitPattern)
          }
        }
      }
    }
  }

  /// The partial drives into layer k: a portion's own slices, the others' copied from whoever computed them, and what
  /// the portion above hands down.
  private func exchanged(into k: Int, for part: Example, among parts: [Example]) -> [Int: PartialDrives] {
    let portion = part.parameters.portion
    var partials = part.partialDrives(into: k, state: part.state)
    let width = padded(portion.network.units(k))
    for j in partials.keys {
      let isPartial = portion.isPartial(into: k, from: j)
      for other in parts {
        let theirs = other.parameters.portion
        // From below every portion computes all slices itself.
        guard theirs.holds(j), theirs.holds(max(j, k)), isPartial || theirs.slices == portion.slices,
          !(theirs.layers == portion.layers && theirs.slices == portion.slices),
          let partial = other.partialDrives(into: k, state: other.state)[j]
        else { continue }
        let columns =
          isPartial
          ? theirs.slices.lowerBound * width..<theirs.slices.upperBound * width : 0..<partial.columns
        partials[j]?.copy(
          rows: 0..<Example.rows, columns: columns, from: partial, rows: 0, columns: columns.lowerBound)
      }
    }
    return partials
  }

  @Test("have energies that add up to the whole's", arguments: cuts)
  func energies(cut: Cut) {
    let whole = Self.whole(cut, .float64)
    for rows in [0..<Example.rows, 2..<5] {
      let expected = whole.parameters.energyTerms(state: whole.state, clamped: whole.clamped, rows: rows)
      let terms = cut.portions.flatMap { portion in
        let part = Example(cut.network, portion: portion)
        return part.parameters.energyTerms(state: part.state, clamped: part.clamped, rows: rows)
      }
      // Each term stands once, with the bits it has in the whole: summed in one order, energies are equal on every grid.
      let sorted = terms.sorted { ($0.layer, $0.slice) < ($1.layer, $1.slice) }
      #expect(sorted == expected.sorted { ($0.layer, $0.slice) < ($1.layer, $1.slice) })
      let energy = expected.reduce(0) { $0 + $1.value }
      #expect(abs(terms.reduce(0) { $0 + $1.value } - energy) <= 1e-12 * abs(energy))
      let uncut = Example(cut.network)
      let plain = uncut.parameters.energy(state: uncut.state, clamped: uncut.clamped, rows: rows)
      #expect(abs(energy - plain) <= 1e-12 * abs(plain))
    }
  }
  @Test("have energies of each row with the bits of a call of that row alone", arguments: cuts)
  func rowEnergies(cut: Cut) {
    for precision in Precision.allCases {
      for portion in cut.portions {
        let part = Example(cut.network, portion: portion, precision: precision)
        let single = { (rows: Range<Int>) in rows.map { $0..<$0 + 1 } }
        for parts in [single(0..<Example.rows), single(2..<5), [0..<2, 2..<2, 2..<5], []] {
          let found = part.parameters.energyTerms(state: part.state, clamped: part.clamped, parts: parts)
          let alone = parts.map {
            part.parameters.energyTerms(state: part.state, clamped: part.clamped, rows: $0)
          }
          #expect(found == alone)
        }
      }
    }
  }

  /// The whole batch's drives are made once: in a call a row they took room for all rows before it too.
  @Test("make tensors of a size that grows with the rows, not with their square")
  func rowEnergiesRoom() {
    let network = Network(inputs: 20, layers: [96, 30, 10].map { Layer(units: $0) })
    let portion = Portion(whole: network, slices: 2)
    func bytes(_ rows: Int) -> Int {
      let parameters = Parameters(portion: portion, precision: .float32)
      let clamped = Clamped(
        shards: [0, rows], input: Matrix(rows: rows, columns: 20, precision: .float32),
        targets: Matrix(rows: rows, columns: 10, precision: .float32), parameters: parameters)
      let state = State(rows: rows, portion: portion, precision: .float32)
      // Other tests make tensors meanwhile, which only adds.
      return (0..<50).map { _ in
        let before = TensorBytes.made
        #expect(parameters.energies(state: state, clamped: clamped, rows: 0..<rows).count == rows)
        return TensorBytes.made - before
      }.min() ?? 0
    }
    let (few, many) = (bytes(32), bytes(256))
    #expect(few > 0 && many <= 9 * few, "\(few) bytes of 32 rows, \(many) of 256")
  }
}
