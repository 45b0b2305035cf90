import EnergyModels
import Tensors

/// Which labels a phase shows examples with, where every layer learns by itself.
extension Relaxer {
  /// The layer of labels as a phase, or its iteration, shows it, wherever it is known.
  func show(
    _ labels: Phase.Labels, _ start: consuming State, iteration: Int, clamped: Clamped
  ) throws -> State {
    var state = consume start
    guard let k = network.clampedLayers.first else { return state }
    if portion.holds(k) {
      guard let given = clamped.labels else {
        preconditionFailure("a layer that labels clamp without labels")
      }
      var shown = given
      switch labels {
      case .given: break
      case .neutral: shown.spread(0.1, rows: clamped.rows)
      case .other:
        let draws = clamped.draws
        shown.place(rows: clamped.rows) { row, label in
          let other = draws.below(given.columns - 1, row)
          return other + (other >= label ? 1 : 0)
        }
      case .drawn:
        var drawn = drawn ?? Matrix(rows: given.rows, columns: given.columns, precision: precision)
        if !portion.holds(network.output) {
          try neighbours.receive(.negatives, into: &drawn, rows: [clamped.rows])
        }
        shown.place(rows: clamped.rows) { row, _ in drawn.row(row).firstIndex { $0 != 0 } ?? 0 }
      case .each: shown.place(rows: clamped.rows) { _, _ in iteration }
      }
      state[k].setStates(shown, activation: network.activation(k), rows: clamped.rows)
    }
    return try share(consume state, layers: [k], rows: [clamped.rows])
  }

  /// Draws a wrong label for each row, as likely as the read-out takes it to be, and hands them to whoever holds the layer of
  /// labels.
  mutating func drawNegatives(_ path: Trajectory) throws {
    let (k, clamped) = (network.output, path.clamped)
    guard portion.holds(k), let targets = clamped.targets else { return }
    let draws = clamped.draws
    let outputs = path.state[k].states
    var drawn = targets
    drawn.place(rows: clamped.rows) { row, label in
      var shares = outputs.row(row)
      shares[label] = 0
      let total = shares.reduce(0, +)
      // A read-out that is sure of the label, or that has diverged.
      guard total > 0, total.isFinite else { return label == 0 ? shares.count - 1 : 0 }
      var left = total * draws.unit(row)
      for (number, share) in shares.enumerated() where share > 0 {
        left -= share
        if left < 0 { return number }
      }
      return shares.lastIndex { $0 > 0 } ?? 0
    }
    self.drawn = drawn
    try neighbours.send(.negatives, drawn, rows: [clamped.rows])
  }
}

/// What negatives are drawn by: a number for each example and step.
private struct Draws {
  let random: CounterRandom
  let clamped: Clamped

  private func counter(_ row: Int) -> (Int, Int, Int) {
    (clamped.examples[row] & 0xFFFF_FFFF, clamped.step & 0xFFFF_FFFF, clamped.step >> 32)
  }

  func below(_ bound: Int, _ row: Int) -> Int {
    let (a, b, c) = counter(row)
    return random.below(max(bound, 1), a, b, c)
  }

  func unit(_ row: Int) -> Double {
    let (a, b, c) = counter(row)
    return random.unit(a, b, c)
  }
}

extension Clamped {
  fileprivate var draws: Draws {
    Draws(random: CounterRandom(seed: random.seed, purpose: .negatives), clamped: self)
  }
}

extension Matrix {
  /// Moves what each row holds, one number in a place, to another place.
  fileprivate mutating func place(rows: Range<Int>, _ place: (_ row: Int, _ before: Int) -> Int) {
    guard !precision.isHollow else { return set(rows: rows, .zero) }
    for row in rows {
      let values = self.row(row)
      let before = values.firstIndex { $0 != 0 } ?? 0
      let after = place(row, before)
      guard after != before else { continue }
      (self[row, before], self[row, after]) = (0, values[before])
    }
  }

  /// Every column becomes a share of what its row held.
  fileprivate mutating func spread(_ share: Double, rows: Range<Int>) {
    guard !precision.isHollow else { return set(rows: rows, .zero) }
    for row in rows {
      let size = self.row(row).reduce(0, +)
      for column in 0..<columns { self[row, column] = share * size }
    }
  }
}
