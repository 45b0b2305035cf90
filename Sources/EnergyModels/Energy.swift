import Foundation
import Tensors

/// One term of the energy: what layer k contributes through one slice of its units, summed over some rows.
public struct EnergyTerm: Equatable, Sendable {
  /// k = 0 … L.
  public var layer: Int
  /// Its number in the slicing; 0 of a whole layer, but for its unpooled connections to cut layers below.
  public var slice: Int
  /// A sum, not a mean, in Float64; 0 of a read-out.
  public var value: Double
}

extension Parameters {
  /// The terms of E(s) = ½ Σ ‖s_k‖² − Σ ρ(s_j)ᵀ W_{jk} ρ(s_k) − Σ b_kᵀ ρ(s_k) + (λ/2) ‖s₀ − x‖² that belong to this portion;
  /// the last one where a spring ties the input.
  ///
  /// A connection counts with the layer above it: where that is whole and the layer below cut, slice by slice of the
  /// layer below, so that every term is found where its states are. Sums run in Float64 over rows, then units; nothing
  /// is sent.
  public func energyTerms(state: State, clamped: Clamped, rows: Range<Int>) -> [EnergyTerm] {
    energyTerms(state: state, clamped: clamped, parts: [rows])[0]
  }

  /// The same of each of some parts that follow on each other, single rows or shards, with the bits that a call of that
  /// part alone gives; the drives of all rows are computed at once, in room for the rows.
  public func energyTerms(state: State, clamped: Clamped, parts: [Range<Int>]) -> [[EnergyTerm]] {
    var terms = [[EnergyTerm]](repeating: [], count: parts.count)
    guard let first = parts.first, let last = parts.last else { return terms }
    let rows = first.lowerBound..<last.upperBound
    for k in portion.layers {
      func add(_ slice: Int, _ value: (Range<Int>) -> Double) {
        for (part, rows) in parts.enumerated() {
          terms[part].append(
            EnergyTerm(layer: k, slice: slice, value: value(rows.times(portion.network.positions(k)))))
        }
      }
      if portion.network.activation(k).isReadOut {
        for slice in portion.countedSlices(of: k) { add(slice) { _ in 0 } }
      } else if portion.drivers(of: k).contains(where: { $0.isBelow && $0.isPartial }) {
        addOverSlices(k, state: state, clamped: clamped, rows: rows, add)
      } else {
        addBySlices(k, state: state, clamped: clamped, rows: rows, add)
      }
    }
    return terms
  }

  /// Each slice of layer k with all that drives it from below; `add` takes what gives the term of some of the rows, each
  /// at all its positions.
  private func addBySlices(
    _ k: Int, state: State, clamped: Clamped, rows: Range<Int>,
    _ add: (_ slice: Int, (Range<Int>) -> Double) -> Void
  ) {
    let drive = driveFromBelow(k, state: state, clamped: clamped, rows: rows)
    let (first, half) = (portion.units(k).lowerBound, half(k))
    let spring = k == 0 ? portion.network.input.stiffness : 0
    for slice in portion.countedSlices(of: k) {
      let units = portion.slicing.units(k, slice: slice)
      add(slice) {
        let energy =
          state[k].states.energy(
            activity: state.activity(k), drive: drive, driveFrom: units.lowerBound - first, rows: $0,
            columns: units) + meanExcess(k, state, half: half, rows: $0, units: units)
        guard spring > 0, let x = clamped.input else { return energy }
        return energy + spring * state[k].states.squaredError(x, rows: $0)
      }
    }
  }

  /// Bias, input and the layers below whose drive is not the sum of their slices'.
  private func driveFromBelow(_ k: Int, state: State, clamped: Clamped, rows: Range<Int>) -> Matrix {
    drive(
      of: k, state: state, clamped: clamped, rows: rows, parts: [.constant, .below], addsSlices: false)
  }

  /// A whole layer over cut ones: the first slice below with all else, the others with their part of the connections.
  private func addOverSlices(
    _ k: Int, state: State, clamped: Clamped, rows: Range<Int>,
    _ add: (_ slice: Int, (Range<Int>) -> Double) -> Void
  ) {
    let (units, half) = (0..<portion.network.units(k), half(k))
    let positions = portion.network.positions(k)
    let silent = Matrix(rows: rows.upperBound * positions, columns: units.count, precision: precision)
    let partials = portion.drivers(of: k).filter { $0.isBelow && $0.isPartial }.map { source in
      var partials = Parameters.partialDrives(
        into: k, from: source.layer, of: portion, rows: rows.upperBound, precision: precision)
      setSliceDrives(&partials, into: k, from: source.layer, state: state, rows: rows)
      return partials
    }
    for slice in portion.slices {
      var drive = slice == 0 ? driveFromBelow(k, state: state, clamped: clamped, rows: rows) : silent
      for partial in partials {
        drive.add(rows: rows.times(positions), partial, from: slice * padded(units.count))
      }
      let states = slice == 0 ? state[k].states : silent
      add(slice) {
        states.energy(activity: state.activity(k), drive: drive, driveFrom: 0, rows: $0, columns: units)
          + (slice == 0 ? meanExcess(k, state, half: half, rows: $0, units: units) : 0)
      }
    }
  }

  /// Σ ½ (s − s²) of binary units: ½s² is ½s where s is 0 or 1, and of means of such states, in which E is linear, ½⟨s⟩.
  ///
  /// - Parameter half: a row of ½; nil of other units.
  private func meanExcess(
    _ k: Int, _ state: State, half: Matrix?, rows: Range<Int>, units: Range<Int>
  ) -> Double {
    guard let half else { return 0 }
    let states = state[k].states
    let sum = states.rowDots(half, rows: rows, columns: units).reduce(0, +)
    // ½s² − s·s.
    return sum
      + states.energy(
        activity: states, drive: states, driveFrom: units.lowerBound, rows: rows, columns: units)
  }

  private func half(_ k: Int) -> Matrix? {
    guard portion.network.activation(k).curve == .binary else { return nil }
    return Matrix(rows: 1, columns: portion.network.units(k), precision: precision) { _, _ in 0.5 }
  }

  /// E(s) summed over some rows, where the portion is the whole network.
  public func energy(state: State, clamped: Clamped, rows: Range<Int>) -> Double {
    energyTerms(state: state, clamped: clamped, rows: rows).reduce(0) { $0 + $1.value }
  }

  /// E(s) of each of some rows, where the portion is the whole network.
  public func energies(state: State, clamped: Clamped, rows: Range<Int>) -> [Double] {
    energyTerms(state: state, clamped: clamped, parts: rows.map { $0..<$0 + 1 })
      .map { $0.reduce(0) { $0 + $1.value } }
  }
}

extension Portion {
  /// The slices of layer k that this portion alone accounts for: a whole layer belongs to the first slice.
  public func countedSlices(of k: Int) -> [Int] {
    slicing.isCut(k) ? Array(slices) : slices.contains(0) ? [0] : []
  }
}

extension WeighedCost {
  /// κ C(y) summed over some rows.
  public func value(outputs: Matrix, targets: Matrix, rows: Range<Int>) -> Double {
    weight * form.value(outputs: outputs, targets: targets, rows: rows)
  }
}

extension Cost {
  /// C(y) summed over some rows.
  func value(outputs: Matrix, targets: Matrix, rows: Range<Int>) -> Double {
    switch self {
    case .squaredError: outputs.squaredError(targets, rows: rows)
    case .crossEntropy:
      rows.reduce(0) { sum, row in
        (0..<targets.columns).reduce(sum) { sum, j in
          // A share too small for a number costs as much as the smallest one.
          let share = max(outputs[row, j], Double(Float.leastNormalMagnitude))
          return targets[row, j] == 0 ? sum : sum - targets[row, j] * log(share)
        }
      }
    }
  }
}
