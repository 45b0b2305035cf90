import EnergyModels
import Foundation
import MessagePassing
import RunFiles
import Tensors

/// A restricted Boltzmann machine of binary units, whole on every rank, so that states are dealt like examples.
///
///     p(v, h) = e^{−E(v, h)/T} / Z,   −E/T = Σ_i v_i b_i + Σ_j h_j c_j + Σ_ij v_i W_ij h_j
///
/// where b and c are the parameters' biases less ½, over T as W is: ½s² of the energy is ½s of units that are 0 or 1.
package struct RestrictedMachine {
  let parameters: Parameters
  let temperature: Double
  private let clamped: Clamped

  var network: Network { parameters.portion.network }
  var visible: Int { network.units(0) }
  var hidden: Int { network.units(1) }

  /// Whether a run's model is one.
  package static func describes(_ run: RunFile) -> Bool {
    run.task.task.isOfInputs && run.network.input.activation.isBinary
      && run.network.layers.allSatisfy { $0.activation.isBinary }
  }

  /// Brings the parameters together. Sends, where there are several ranks, one sum of them all.
  package init(_ parameters: Parameters, of run: RunFile, grid: Grid, deal: Deal) throws {
    self.init(
      whole: try parameters.gathered(over: grid, deal: deal),
      temperature: run.relaxation.sampling.temperature)
  }

  /// Of parameters that are whole already.
  package init(whole parameters: Parameters, temperature: Double) {
    (self.parameters, self.temperature) = (parameters, temperature)
    // Nothing is held: what drives a layer is of the other one.
    clamped = Clamped(shards: [0, 0], input: nil, targets: nil, parameters: parameters)
  }

  func state(rows: Int) -> State {
    State(rows: rows, portion: parameters.portion, precision: parameters.precision)
  }

  /// What drives layer k in the first rows.
  func drive(of k: Int, _ state: State, rows: Int) -> Matrix {
    parameters.drive(of: k, state: state, clamped: clamped, rows: 0..<rows)
  }

  /// b or c, before they are divided by T: a row.
  func bias(_ k: Int) -> Matrix {
    Matrix(rows: 1, columns: network.units(k), precision: parameters.precision) { _, unit in
      parameters[bias: k][0, unit] - 0.5
    }
  }

  // MARK: Counted

  /// Hidden units that are few enough to be enumerated.
  package static let mostEnumerated = 20
  /// And so few that it may be done often: 16 take a fifth of a second of a core.
  package static let mostEnumeratedOften = 16
  /// States that one rank adds up at a time.
  private static let chunk = 4096

  /// ln Z, over all 2^H states of the hidden units; nil where these are too many.
  ///
  ///     Z = Σ_h e^{c·h} Π_i (1 + e^{b_i + Σ_j W_ij h_j})
  ///
  /// Chunks of states are dealt to the ranks and added in their order. Sends one sum of a number for each.
  package func logPartition(over grid: Grid) throws -> Double? { try logChunks(over: grid).map(logSum) }

  /// Of each chunk of hidden states, in order, the logarithm of its share of Z.
  private func logChunks(over grid: Grid) throws -> [Double]? {
    guard hidden <= Self.mostEnumerated else { return nil }
    var sums = [Double](repeating: 0, count: (1 << hidden) / chunk)
    for index in sums.indices where index % grid.world.count == grid.world.rank {
      sums[index] = logSum(logShares(chunk: index))
    }
    try grid.world.join(&sums)
    return sums
  }

  private var chunk: Int { min(Self.chunk, 1 << hidden) }

  /// ln of what each state of a chunk adds to Z.
  private func logShares(chunk index: Int) -> [Double] {
    var state = state(rows: chunk)
    for row in 0..<chunk { setHidden(index * chunk + row, row: row, of: &state) }
    let drive = drive(of: 0, state, rows: chunk)
    let shares = drive.softplusSums(scale: 1 / temperature, rows: 0..<chunk, columns: visible)
    let own = state[1].states.rowDots(bias(1), rows: 0..<chunk, columns: 0..<hidden)
    return zip(shares, own).map { $0 + $1 / temperature }
  }

  /// The hidden units of a row, by the number that they are the bits of.
  func setHidden(_ bits: Int, row: Int, of state: inout State) {
    for unit in 0..<hidden { state[1].states[row, unit] = Double(bits >> unit & 1) }
  }

  /// ⟨v hᵀ⟩, row-major, ⟨v⟩ and ⟨h⟩ of the model, by counting all states of the hidden units; nil where these are too many.
  package func modelMeans() -> (pairs: [Double], visible: [Double], hidden: [Double])? {
    guard hidden <= Self.mostEnumerated else { return nil }
    let chunks = (0..<(1 << hidden) / chunk).map(logShares)
    let partition = logSum(chunks.map(logSum))
    let precision = parameters.precision
    var pairs = Panels(depth: visible, columns: hidden, precision: precision)
    var (ones, twos) = (
      Panels(depth: 1, columns: visible, precision: precision),
      Panels(depth: 1, columns: hidden, precision: precision)
    )
    func add(_ sum: ContrastSum, to total: inout Panels) {
      var term = Panels(depth: total.depth, columns: total.columns, precision: precision)
      sum.write(panels: 0..<term.count, to: &term, at: 0, shards: [0, chunk])
      total.add(term, panels: 0..<total.count)
    }
    for (index, logs) in chunks.enumerated() {
      var state = State(rows: chunk, portion: parameters.portion, precision: precision)
      for row in 0..<chunk { setHidden(index * chunk + row, row: row, of: &state) }
      var mean = state[0]
      let update = LayerUpdate(move: .mean(temperature: temperature), curve: .binary, step: 1)
      _ = mean.apply(
        update, to: state[0], drive: drive(of: 0, state, rows: chunk), rows: 0..<chunk, columns: 0..<visible)
      let (shares, none) = (logs.map { exp($0 - partition) }, logs.map { _ in 0.0 })
      func weighed(_ matrix: Matrix) -> Matrix {
        matrix.combined(shares, with: matrix, none, rows: 0..<chunk)
      }
      let v = weighed(mean.states)
      add(ContrastSum(pre: .init(v), post: .init(state[1].states)), to: &pairs)
      add(ContrastSum(pre: .one(precision), post: .init(v)), to: &ones)
      add(ContrastSum(pre: .one(precision), post: .init(weighed(state[1].states))), to: &twos)
    }
    return (
      (0..<visible).flatMap { i in (0..<hidden).map { pairs[i, $0] } }, (0..<visible).map { ones[0, $0] },
      (0..<hidden).map { twos[0, $0] }
    )
  }

  /// Numbers of hidden states drawn from p(h), one for each uniform number; nil where they are too many.
  func hiddenStates(_ uniforms: [Double], over grid: Grid) throws -> [Int]? {
    guard let chunks = try logChunks(over: grid) else { return nil }
    /// The place among weights where a share of their sum ends, and what of it is left there.
    func find(_ share: Double, _ logs: [Double]) -> (Int, Double) {
      let total = logSum(logs)
      var left = share
      for (index, log) in logs.enumerated() {
        let weight = exp(log - total)
        if left < weight || index == logs.count - 1 { return (index, min(left / weight, 1)) }
        left -= weight
      }
      return (0, 0)
    }
    return uniforms.map { uniform in
      let (chunk, left) = find(uniform, chunks)
      return chunk * self.chunk + find(left, logShares(chunk: chunk)).0
    }
  }
}

/// ln Σ e^x.
func logSum(_ values: [Double]) -> Double {
  let most = values.max() ?? 0
  return most + log(values.reduce(0) { $0 + exp($1 - most) })
}

extension Communicator {
  /// Numbers of which one rank knows each and the others hold 0: nothing is rounded.
  borrowing func join(_ values: inout [Double]) throws {
    guard count > 1 else { return }
    try values.withUnsafeMutableBufferPointer { try sumByMPI($0) }
  }
}

extension Parameters {
  /// The parameters of the whole network, on every rank.
  func gathered(over grid: Grid, deal: Deal) throws -> Parameters {
    let (network, slicing) = (portion.network, portion.slicing)
    var whole = Parameters(
      portion: Portion(whole: network, slices: slicing.slices), precision: precision)
    let model = Model(self)
    func values(_ content: CheckpointLayout.Content, columns: Int, count: Int) throws -> [Double] {
      var values = [Double](repeating: 0, count: count)
      for piece in CheckpointLayout.pieces(of: content, at: grid.place, deal: deal) {
        var bytes = [UInt8](repeating: 0, count: piece.count * precision.size)
        bytes.withUnsafeMutableBytes { model.pack(content, piece, firstShard: 0, into: $0) }
        let width = piece.columns.count
        let rows = piece.rows
        for i in 0..<piece.count {
          values[rows[i / width] * columns + piece.columns.lowerBound + i % width] =
            precision == .float32
            ? Double(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: i * 4, as: Float.self) })
            : bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: i * 8, as: Double.self) }
        }
      }
      try grid.world.join(&values)
      return values
    }
    for (index, connection) in network.connections.enumerated() {
      let columns = network.units(connection.target)
      let weights = try values(
        .weight(connection: index, moment: nil), columns: columns, count: network.weightRows(index) * columns)
      whole.connections[index].fill { weights[$0 * columns + $1] }
    }
    for k in network.biased {
      let bias = try values(.bias(layer: k, moment: nil), columns: network.units(k), count: network.units(k))
      for unit in bias.indices { whole[bias: k][0, unit] = bias[unit] }
    }
    return whole
  }
}
