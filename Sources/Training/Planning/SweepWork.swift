import EnergyModels
import EquilibriumPropagation
import Tensors

extension StepWork {
  /// The work of moving some layers once at a place, for so many rows: what one set of an iteration costs there.
  init(moving layers: [Int], parts: DriveParts, rows: Int, at portion: Portion, precision: Precision) {
    scalarSize = precision.size
    for k in layers where portion.holds(k) { addMove(of: k, parts, rows, portion) }
    if let k = portion.drivenBelow, layers.contains(k), parts.contains(.above) {
      addDrive(into: k, from: k + 1, rows, portion)
    }
  }

  private mutating func addMove(of k: Int, _ parts: DriveParts, _ rows: Int, _ portion: Portion) {
    let units = portion.units(k).count
    for source in portion.sources(of: k) where parts.contains(source.layer < k ? .below : .above) {
      if !source.isElsewhere { addDrive(into: k, from: source.layer, rows, portion) }
      guard source.isElsewhere || source.isPartial else { continue }
      let times = source.isPartial ? portion.slicing.slices : 1
      addElements(.free, rows: rows, columns: units, times: Double(times), operations: 1, moves: 3)
    }
    let isBent = !portion.network.activation(k).isIdentityOnStates
    addElements(.free, rows: rows, columns: units, times: 1, operations: 4, moves: isBent ? 4 : 3)
  }

  /// What layer j sends into layer k through the weights held here.
  private mutating func addDrive(into k: Int, from j: Int, _ rows: Int, _ portion: Portion) {
    let columns = portion.units(k).count
    guard portion.isPartial(into: k, from: j) else {
      let depth = portion.units(of: j, driving: k).count
      return addProduct(.free, rows: rows, depth: depth, columns: columns, times: 1, ontoMatrix: true)
    }
    for slice in portion.holds(j) ? portion.slices : 0..<portion.slicing.slices {
      let depth = portion.slicing.units(j, slice: slice).count
      addProduct(.free, rows: rows, depth: depth, columns: columns, times: 1, ontoMatrix: false)
    }
  }
}
