import Foundation
import Tensors

extension Parameters {
  /// −T S of each layer above the input and slice, its units at their means given the input: with E of these means the free
  /// energy of the input, exact where the units do not drive each other.
  ///
  ///     F(v) = −T ln Σ_h e^{−E(v, h)/T} = E(v, ⟨h⟩) − T S
  ///     S = −Σ p ln p + (1 − p) ln(1 − p) of binary units, ½ ln(2πT) of each linear one
  ///
  /// A linear unit's half of T is in neither: E of its mean has none.
  public func entropyTerms(state: State, at temperature: Double, rows: Range<Int>) -> [EnergyTerm] {
    guard !precision.isHollow else { return [] }
    return portion.layers.filter { $0 > 0 }.flatMap { k in
      portion.countedSlices(of: k).map { slice in
        let units = portion.slicing.units(k, slice: slice)
        guard portion.network.activation(k).isBinary else {
          let each = 0.5 * log(2 * Double.pi * temperature)
          return EnergyTerm(
            layer: k, slice: slice, value: -temperature * each * Double(units.count * rows.count))
        }
        var sum = 0.0
        for row in rows {
          for unit in units {
            let p = state[k].states[row, unit]
            if p > 0, p < 1 { sum += p * log(p) + (1 - p) * log1p(-p) }
          }
        }
        return EnergyTerm(layer: k, slice: slice, value: temperature * sum)
      }
    }
  }
}
