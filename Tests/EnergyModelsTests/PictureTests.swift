import EnergyModels
import Tensors
import TestBasis
import Testing

/// Networks on pictures: convolutions, pooling of each kind, a skip with a stride.
enum Pictures {
  static let input = Shape(height: 6, width: 5, units: 2)

  static func network(_ layers: [Layer], _ connections: [Connection]) -> Network {
    do {
      return try Network(input: input, layers: layers, connections: connections)
    } catch {
      preconditionFailure("a test misspells its network: \(error)")
    }
  }

  static func chain(_ activation: Activation, _ pooling: PoolingKind?, units: [Int] = [3, 4]) -> Network {
    let pool = pooling.map { Pooling(kind: $0, size: 2) }
    return network(
      [
        Layer(units: units[0], activation: activation), Layer(units: units[1], activation: activation),
        Layer(units: 3, activation: .linear),
      ],
      [
        Connection(from: 0, to: 1, by: Convolution(kernel: 3, padding: 1)),
        Connection(from: 1, to: 2, by: Convolution(kernel: 3, padding: 1, pooling: pool)),
        Connection(from: 2, to: 3),
      ])
  }

  static func skips(_ activation: Activation, units: [Int] = [3, 4]) -> Network {
    network(
      [
        Layer(units: units[0], activation: activation), Layer(units: units[1], activation: activation),
        Layer(units: 3, activation: .linear),
      ],
      [
        Connection(from: 0, to: 1, by: Convolution(kernel: 3, padding: 1)),
        Connection(from: 1, to: 2, by: Convolution(kernel: 3, stride: 2, padding: 1)),
        Connection(from: 0, to: 2, by: Convolution(kernel: 1, stride: 2)),
        Connection(from: 2, to: 3), Connection(from: 1, to: 3),
      ])
  }

  static let all =
    [nil, .max, .average, .soft].map { chain(.sigmoid, $0) } + [
      skips(.tanh), chain(.hardSigmoid, .max),
      network(
        [Layer(units: 4, activation: .tanh), Layer(units: 3, activation: .tanh)],
        [
          Connection(from: 0, to: 1, by: Convolution(kernel: 2, pooling: Pooling(kind: .soft, size: 2))),
          Connection(from: 1, to: 2),
        ]), transposed(.tanh),
    ]

  /// Narrower by a kernel with a stride, and as wide again.
  static func transposed(_ activation: Activation, units: [Int] = [3, 4]) -> Network {
    network(
      [
        Layer(units: units[0], activation: activation), Layer(units: units[1], activation: activation),
        Layer(units: 3, activation: .linear),
      ],
      [
        Connection(from: 0, to: 1, by: Convolution(kernel: 3, stride: 2, padding: 1)),
        Connection(from: 1, to: 2, by: TransposedConvolution(kernel: 3, stride: 2)),
        Connection(from: 2, to: 3),
      ])
  }
}

@Suite("Energies of pictures") struct PictureTests {
  /// The energy moved along one state, one weight or one bias.
  private func slope(_ energy: (Double) -> Double) -> Double { (energy(1e-5) - energy(-1e-5)) / 2e-5 }

  @Test("ρ′ · drive − s is −∂E/∂s, on both sides of every connection", arguments: Pictures.all.indices)
  func forces(number: Int) {
    let example = Example(Pictures.all[number])
    let network = example.network
    var worst = 0.0
    for k in 1...network.depth {
      let (drive, activation) = (example.drive(k), network.activation(k))
      for row in 0..<Example.rows * network.positions(k) {
        for unit in 0..<network.units(k) {
          let found = slope { h in
            var state = example.state
            state[k].states[row, unit] += h
            state[k].refreshActivity(activation, rows: row..<row + 1, columns: 0..<network.units(k))
            return example.parameters.energy(
              state: state, clamped: example.clamped, rows: 0..<Example.rows)
          }
          let s = example.state[k].states[row, unit]
          let bend = (activation.value(s + 1e-5) - activation.value(s - 1e-5)) / 2e-5
          worst = max(worst, abs(bend * drive[row, unit] - s + found))
        }
      }
    }
    measured("network \(number): force against −∂E/∂s", worst)
    #expect(worst <= 1e-8)
  }

  @Test("The energy is the formula's, position by position")
  func formula() {
    let example = Example(Pictures.skips(.tanh))
    let (network, parameters) = (example.network, example.parameters)
    var expected = 0.0
    for row in 1..<4 {
      func seen(_ k: Int, _ y: Int, _ x: Int, _ unit: Int) -> Double {
        let shape = network.shape(k)
        guard (0..<shape.height).contains(y), (0..<shape.width).contains(x) else { return 0 }
        let position = y * shape.width + x
        return k == 0
          ? example.clamped.input![row, position * shape.units + unit]
          : example.state.activity(k)[row * shape.positions + position, unit]
      }
      for k in 1...network.depth {
        let shape = network.shape(k)
        for position in 0..<shape.positions {
          for unit in 0..<shape.units {
            let s = example.state[k].states[row * shape.positions + position, unit]
            let rho = network.activation(k).value(s)
            expected += s * s / 2 - parameters[bias: k][0, unit] * rho
            for index in network.connections(into: k) {
              let j = network.connections[index].source
              let its = network.connections[index].coupling as? Convolution
              let window =
                its ?? Convolution(kernel: max(network.shape(j).height, network.shape(j).width))
              let (height, width) =
                its == nil
                ? (network.shape(j).height, network.shape(j).width) : (window.kernel, window.kernel)
              let forward = parameters[connection: index].forward
              for tap in 0..<height * width {
                let y = position / shape.width * window.stride + tap / width - window.padding
                let x = position % shape.width * window.stride + tap % width - window.padding
                for below in 0..<network.units(j) {
                  expected -= rho * forward[tap * network.units(j) + below, unit] * seen(j, y, x, below)
                }
              }
            }
          }
        }
      }
    }
    let energy = parameters.energy(state: example.state, clamped: example.clamped, rows: 1..<4)
    #expect(abs(energy - expected) <= 1e-12 * abs(expected))
  }

  @Test(
    "Cut layers find the drives and energies of whole ones",
    arguments: [
      Pictures.chain(.tanh, .max, units: [64, 96]), Pictures.chain(.tanh, .average, units: [96, 3]),
      Pictures.skips(.tanh, units: [70, 64]), Pictures.skips(.tanh, units: [3, 64]),
      Pictures.transposed(.tanh, units: [64, 70]),
    ])
  func slices(network: Network) {
    let (one, cut) = (Example(network), Example(network, portion: Portion(whole: network, slices: 4)))
    for k in 1...network.depth {
      let a = one.drive(k)
      let whole = { (example: Example) in
        var state = example.state
        // What kernels see through pooling must be of these states.
        for index in example.parameters.portion.pooled {
          var room = Parameters.poolRoom(
            index, of: example.parameters.portion, rows: Example.rows, precision: .float64)
          example.parameters.setPooled(&room, index, state: &state, rows: 0..<Example.rows)
          state.spread(index, rows: 0..<Example.rows)
        }
        return example.parameters.drive(
          of: k, state: state, clamped: example.clamped, rows: 0..<Example.rows)
      }
      for b in [cut.drive(k), whole(one), whole(cut)] {
        for row in 0..<a.rows {
          for unit in 0..<a.columns { #expect(abs(a[row, unit] - b[row, unit]) <= 1e-12) }
        }
      }
    }
    let energies = [one, cut].map {
      $0.parameters.energy(state: $0.state, clamped: $0.clamped, rows: 0..<Example.rows)
    }
    #expect(abs(energies[0] - energies[1]) <= 1e-10)
    for example in [one, cut] {
      let (parameters, state, clamped) = (example.parameters, example.state, example.clamped)
      let rows = (0..<Example.rows).map { $0..<$0 + 1 }
      let alone = rows.map { parameters.energyTerms(state: state, clamped: clamped, rows: $0) }
      #expect(parameters.energyTerms(state: state, clamped: clamped, parts: rows) == alone)
    }
  }
}
