import EnergyModels
import Foundation
import MessagePassing
import Tensors

/// ln Z of a restricted Boltzmann machine by annealed importance sampling, from both sides.
///
///     p_β(v) ∝ e^{(1−β) a·v + β b·v} Π_j (1 + e^{β x_j(v)}),   x = c + vᵀW,   β = 0 … 1
///     ln Z ≈ ln Z_0 + ln ⟨w⟩,   w = Π_t p*_{β_t}(v_{t−1}) / p*_{β_{t−1}}(v_{t−1}),   v_t ~ Gibbs sweep of p_{β_t}
///
/// a are the log odds of the data's means, so that Z_0 = 2^H Π (1 + e^{a_i}). In the mean ln Z is found too small. The
/// other way, from the model's own states down to β = 0, it is found too large.
///
/// Chains are dealt to ranks like examples; the numbers of each follow from its own number.
///
/// Source: Neal 2001, doi:10.1023/A:1008923215028; Salakhutdinov & Murray 2008, doi:10.1145/1390156.1390266.
struct AnnealedImportance {
  /// How much work it takes.
  package struct Effort: Equatable, Sendable {
    package var temperatures = 10_000
    package var chains = 100
    /// Sweeps of the model before the way back begins.
    package var burnIn = 1_000
  }

  /// What was found.
  struct Found: Equatable {
    /// ln Z on the way up, and three of its standard errors.
    var up: Double
    var error: Double
    /// On the way down.
    var down: Double
  }

  private let machine: RestrictedMachine
  private let effort: Effort
  /// a, over T as the machine's numbers are.
  private let base: [Double]
  private let random: CounterRandom
  /// The chains of this rank.
  private let mine: Range<Int>
  private var state: State

  /// - Parameter means: of the data, of each visible unit.
  init(
    _ machine: RestrictedMachine, means: [Double], effort: Effort, seed: UInt64, rank: Int, ranks: Int
  ) {
    (self.machine, self.effort) = (machine, effort)
    base = means.map { mean in
      let held = min(max(mean, 0.001), 0.999)
      return log(held / (1 - held))
    }
    random = CounterRandom(seed: seed, purpose: .noise)
    mine = effort.chains * rank / ranks..<effort.chains * (rank + 1) / ranks
    state = machine.state(rows: max(mine.count, 1))
  }

  private var rows: Int { mine.count }
  private func beta(_ t: Int) -> Double { Double(t) / Double(effort.temperatures) }

  private var baseLogPartition: Double {
    base.reduce(Double(machine.hidden) * log(2)) { $0 + max($1, 0) + log1p(exp(-abs($1))) }
  }

  /// Sends one sum of the chains' weights.
  mutating func run(over grid: Grid) throws -> Found {
    var numbers = Numbers(self, stream: 1 << 24)
    draw(0, beta: 0, &numbers)
    var weights = [Double](repeating: 0, count: rows)
    for t in 1...effort.temperatures {
      let drive = machine.drive(of: 1, state, rows: rows)
      add(to: &weights, drive, from: beta(t - 1), to: beta(t))
      sweep(beta(t), drive, &numbers)
    }
    let up = try joined(weights, over: grid)
    try drawModel(by: up, over: grid, &numbers)
    weights = Array(repeating: 0, count: rows)
    for t in stride(from: effort.temperatures, to: 0, by: -1) {
      let drive = machine.drive(of: 1, state, rows: rows)
      add(to: &weights, drive, from: beta(t), to: beta(t - 1))
      if t > 1 { sweep(beta(t - 1), drive, &numbers) }
    }
    let down = try joined(weights, over: grid)
    let mean = logSum(up) - log(Double(up.count))
    let ratios = up.map { exp($0 - mean) - 1 }
    let variance = ratios.reduce(0) { $0 + $1 * $1 } / Double(max(up.count - 1, 1))
    return Found(
      up: baseLogPartition + mean, error: 3 * (variance / Double(up.count)).squareRoot(),
      down: baseLogPartition - (logSum(down) - log(Double(down.count))))
  }

  /// Puts the chains at states of the model: exact ones where hidden states are counted, else those that came up, each as
  /// often as its weight asks for, after some sweeps.
  private mutating func drawModel(by weights: [Double], over grid: Grid, _ numbers: inout Numbers) throws {
    let chains = effort.chains
    let uniforms = (0..<chains).map { random.unit($0, chains, 1) }
    if let hidden = try machine.hiddenStates(mine.map { uniforms[$0] }, over: grid) {
      for (row, bits) in hidden.enumerated() { machine.setHidden(bits, row: row, of: &state) }
      draw(0, beta: 1, &numbers)
      numbers.sweep += 1
      return
    }
    let visible = machine.visible
    var all = [Double](repeating: 0, count: chains * visible)
    for (row, chain) in mine.enumerated() {
      for unit in 0..<visible { all[chain * visible + unit] = state[0].states[row, unit] }
    }
    try grid.world.join(&all)
    let total = logSum(weights)
    var (ends, sum) = ([Double](), 0.0)
    for weight in weights {
      sum += exp(weight - total)
      ends.append(sum)
    }
    for (row, chain) in mine.enumerated() {
      // One number for all: their places are evenly spread.
      let place = (Double(chain) + uniforms[0]) / Double(chains)
      let source = ends.firstIndex { place < $0 } ?? chains - 1
      for unit in 0..<visible { state[0].states[row, unit] = all[source * visible + unit] }
    }
    for _ in 0..<effort.burnIn { sweep(1, machine.drive(of: 1, state, rows: rows), &numbers) }
  }

  private func joined(_ weights: [Double], over grid: Grid) throws -> [Double] {
    var all = [Double](repeating: 0, count: effort.chains)
    all.replaceSubrange(mine, with: weights)
    try grid.world.join(&all)
    return all
  }

  /// ln p*_after(v) − ln p*_before(v) of each row.
  private func add(to weights: inout [Double], _ drive: Matrix, from before: Double, to after: Double) {
    guard rows > 0 else { return }
    let t = machine.temperature
    let own = Matrix(rows: 1, columns: machine.visible, precision: drive.precision) { _, unit in
      (machine.parameters[bias: 0][0, unit] - 0.5) / t - base[unit]
    }
    let visible = state[0].states.rowDots(own, rows: 0..<rows, columns: 0..<machine.visible)
    // What is not seen at β = 0 is a factor of 2 of each unit.
    let none = before == 0 || after == 0 ? Double(machine.hidden) * log(2) : 0
    let hidden = drive.softplusSums(
      scale: max(before, after) / t, less: min(before, after) / t, rows: 0..<rows, columns: machine.hidden)
    let sign: Double = after > before ? 1 : -1
    for row in 0..<rows { weights[row] += (after - before) * visible[row] + sign * (hidden[row] - none) }
  }

  /// Hidden units given the visible ones at β, then these.
  private mutating func sweep(_ beta: Double, _ drive: Matrix, _ numbers: inout Numbers) {
    guard rows > 0 else { return }
    numbers.draw(1, in: &state, drive: drive, at: machine.temperature / beta)
    draw(0, beta: beta, &numbers)
    numbers.sweep += 1
  }

  /// Visible units given the hidden ones: P(1) = 1 / (1 + e^{−(1−β) a − β x}).
  private mutating func draw(_ k: Int, beta: Double, _ numbers: inout Numbers) {
    guard rows > 0 else { return }
    let (t, precision) = (machine.temperature, machine.parameters.precision)
    let shift = Matrix(rows: 1, columns: machine.visible, precision: precision) { _, unit in
      (1 - beta) * base[unit] + 0.5 - beta * 0.5 / t
    }
    let drive = machine.drive(of: k, state, rows: rows)
    let mixed = drive.combined(
      Array(repeating: beta / t, count: rows), with: shift, Array(repeating: 1, count: rows), rows: 0..<rows)
    numbers.draw(k, in: &state, drive: mixed, at: 1)
  }

  /// The random numbers of the chains, sweep after sweep.
  private struct Numbers {
    var sweep = 0
    private var noise: [Noise]
    private let rows: Int

    init(_ sampling: AnnealedImportance, stream: Int) {
      rows = sampling.rows
      noise = (0...1).map { k in
        Noise(
          sampling.random, layer: k, stream: stream, step: 0, chains: Array(sampling.mine), temperature: 1,
          positions: 1, units: sampling.machine.network.units(k))
      }
    }

    mutating func draw(_ k: Int, in state: inout State, drive: Matrix, at temperature: Double) {
      var update = LayerUpdate(move: .gibbs, curve: .binary, step: 1)
      (noise[k].sweep, noise[k].temperature) = (sweep, temperature)
      update.noise = noise[k]
      let before = state[k]
      _ = state[k].apply(
        update, to: before, drive: drive, rows: 0..<rows, columns: 0..<state.network.units(k))
    }
  }
}
