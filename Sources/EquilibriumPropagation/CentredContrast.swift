import EnergyModels
import Tensors

// A contrast whose activities are counted from offsets μ, near their means. Weights learn from
//
//     ΔW_{jk} = ⟨(ρ_j − μ_j)(ρ_k − μ_k)ᵀ⟩⁺ − ⟨·⟩⁻ = (ρ̄_j − μ_j) Δ_kᵀ + Δ_j (ρ̄_k − μ_k)ᵀ
//
// and biases from what is left of theirs once the weights have learnt: b_k of the centred energy
// E = −(ρ_j − μ_j)ᵀ W (ρ_k − μ_k) − b_kᵀ(ρ_k − μ_k) learns from Δ_k, and stands in the plain one as b_k − Σ_j W_{jk}ᵀ μ_j:
//
//     Δb_k = Σ Δ_k − Σ_j ΔW_{jk}ᵀ μ_j
//          = Σ Δ_k (1 − q̄) − (ρ̄_k − μ_k) q,   q̄ = Σ_j (ρ̄_j − μ_j)ᵀ μ_j,   q = Σ_j Δ_jᵀ μ_j
//
// row by row. So the weights and biases that are kept are those of the plain energy, and sliding offsets change no model.
//
// Source: Montavon & Müller 2012; Melchior et al. 2016, arXiv:1311.1354 (the centred gradient).

extension Method {
  /// Counts a contrast's activities from the batch's offsets.
  ///
  /// Sends one maximum of 2 numbers for each row, layer and slice.
  func center(_ contrast: inout Contrast, _ clamped: Clamped) throws {
    guard let offsets = clamped.offsets else { return }
    contrast.count(from: offsets, rows: clamped.rows)
    let (network, slicing, rows) = (self.network, portion.slicing, clamped.rows.count)
    let (first, slices) = (network.states.lowerBound, slicing.slices)
    /// [layer][slice][mean, change][row]: whoever holds a layer's slice knows its share.
    var shares = Array(repeating: -Double.infinity, count: network.states.count * slices * 2 * rows)
    for k in portion.layers {
      for slice in portion.countedSlices(of: k) {
        let dots = contrast.dots(
          k, with: offsets[k], units: slicing.units(k, slice: slice), rows: clamped.rows)
        for (index, values) in [dots.mean, dots.change].enumerated() {
          let start = (((k - first) * slices + slice) * 2 + index) * rows
          shares.replaceSubrange(start..<start + rows, with: values)
        }
      }
    }
    try neighbours.maximum(&shares)
    func sum(_ k: Int, _ index: Int) -> [Double] {
      let counted = slicing.isCut(k) ? slices : 1
      return (0..<rows).map { row in
        (0..<counted).reduce(0) { $0 + shares[(((k - first) * slices + $1) * 2 + index) * rows + row] }
      }
    }
    let dots = network.states.map { (mean: sum($0, 0), change: sum($0, 1)) }
    contrast.setBiases(rows: clamped.rows) { k in
      let neighbours = network.neighbours(k).map { dots[$0 - first] }
      return (0..<rows).map { row in
        neighbours.reduce(into: (mean: 0.0, change: 0.0)) {
          $0.mean += $1.mean[row]
          $0.change += $1.change[row]
        }
      }
    }
  }
}

extension Contrast {
  fileprivate mutating func count(from offsets: Offsets, rows: Range<Int>) {
    precondition(terms.count == 1, "a centred contrast is of two ends")
    terms[0].states.subtract(offsets, rows: rows)
  }

  /// (ρ̄_k − μ_k)ᵀ μ_k and Δ_kᵀ μ_k of some units, for each row.
  fileprivate func dots(
    _ k: Int, with offset: Matrix, units: Range<Int>, rows: Range<Int>
  ) -> (mean: [Double], change: [Double]) {
    (
      terms[0].states[k].rowDots(offset, rows: rows, columns: units),
      terms[0].change[k].rowDots(offset, rows: rows, columns: units)
    )
  }

  /// - Parameter dots: of a layer q̄ and q for each row.
  fileprivate mutating func setBiases(
    rows: Range<Int>, _ dots: (Int) -> [(mean: Double, change: Double)]
  ) {
    var levels = terms[0].change
    let states = terms[0].states
    levels.replaceEach { k, change in
      let dots = dots(k)
      return change.combined(dots.map { 1 - $0.mean }, with: states[k], dots.map { -$0.change }, rows: rows)
    }
    biases = levels
  }
}
