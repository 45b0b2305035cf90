import Tensors

/// One term of the energy: what layer k contributes through one slice of its units, summed over some rows.
public struct EnergyTerm: Equatable, Sendable {
  public var layer: Int
  public var slice: Int
  public var value: Double
}

extension Parameters {
  /// The terms of E(s) = ½ Σ ‖s_k‖² − Σ ρ(s_{k−1})ᵀ W_k ρ(s_k) − Σ b_kᵀ ρ(s_k) that belong to this portion.
  ///
  /// A connection counts with the layer above it, but with the cut layer below where it leads into a whole one, so that
  /// every term is found where its states are. Sums run in Float64 over rows, then units; nothing is sent.
  public func energyTerms(state: State, clamped: Clamped, rows: Range<Int>) -> [EnergyTerm] {
    portion.layers.flatMap { k in
      let drive = countedDrive(of: k, state: state, clamped: clamped, rows: rows)
      let first = portion.units(k).lowerBound
      return portion.countedSlices(of: k).map { slice in
        let units = portion.slicing.units(k, slice: slice)
        let value = state[k].states.energy(
          activity: state.activity(k), drive: drive, driveFrom: units.lowerBound - first, rows: rows,
          columns: units)
        return EnergyTerm(layer: k, slice: slice, value: value)
      }
    }
  }

  /// b_k and the connections counted with layer k, applied to what is at their other ends: rows × units held.
  private func countedDrive(of k: Int, state: State, clamped: Clamped, rows: Range<Int>) -> Matrix {
    var drive = Matrix(rows: rows.upperBound, columns: portion.units(k).count, precision: precision)
    if k == 1, let inputDrive = clamped.inputDrive {
      drive.set(rows: rows, .matrix(inputDrive))
    } else {
      drive.set(rows: rows, .row(self[bias: k]))
    }
    if k > 1, !portion.isPartial(into: k, from: k - 1), let forward = self[connection: k].forward {
      drive.setProduct(rows: rows, of: state.activity(k - 1), with: forward, adding: .itself)
    }
    if k < portion.network.depth, portion.isPartial(into: k + 1, from: k),
      let backward = self[connection: k + 1].backward
    {
      drive.setProduct(rows: rows, of: state.activity(k + 1), with: backward, adding: .itself)
    }
    return drive
  }

  /// E(s) summed over some rows, where the portion is the whole network.
  public func energy(state: State, clamped: Clamped, rows: Range<Int>) -> Double {
    energyTerms(state: state, clamped: clamped, rows: rows).reduce(0) { $0 + $1.value }
  }
}

extension Portion {
  /// The slices of layer k that this portion alone accounts for: a whole layer belongs to the first slice.
  public func countedSlices(of k: Int) -> [Int] {
    slicing.isCut(k) ? Array(slices) : slices.contains(0) ? [0] : []
  }
}

extension Cost {
  /// C(y) = ½ ‖y − d‖² summed over some rows.
  public func value(outputs: Matrix, targets: Matrix, rows: Range<Int>) -> Double {
    outputs.squaredError(targets, rows: rows)
  }
}
