import CKernels
import Foundation
import Tensors
import Testing

/// What models of inputs are counted by: means given the neighbours, and sums of ln(1 + e^x).
@Suite("Means and log sums") struct MeanTests {
  private static let (rows, columns) = (5, 37)

  /// Small and large numbers, in no order.
  private func drives(_ precision: Precision) -> Matrix {
    let random = CounterRandom(seed: 8, purpose: .weights)
    return Matrix(rows: Self.rows, columns: Self.columns, precision: precision) { i, j in
      let size = [1e-3, 1, 10, 80][(i + j) % 4]
      return size * (2 * random.unit(i, j, 3) - 1)
    }
  }

  private func bound(_ precision: Precision) -> Double { precision == .float32 ? 1e-6 : 1e-14 }

  private func means(_ set: InstructionSet, _ activation: eq_activation, temperature: Double) -> Matrix {
    let drives = drives(set.precision)
    var next = Matrix(rows: Self.rows, columns: Self.columns, precision: set.precision)
    var update = eq_update()
    (update.rows, update.columns, update.activation) = (Self.rows, Self.columns, activation)
    update.states = drives.pointer(0, 0)
    update.drive = drives.pointer(0, 0)
    (update.states_stride, update.drive_stride, update.next_stride) = (
      drives.stride, drives.stride, next.stride
    )
    update.next = next.mutablePointer(0, 0)
    _ = set.kernels?.table.pointee.mean(&update, temperature)
    return next
  }

  @Test(
    "a binary unit's mean is 1 / (1 + e^−(D − ½)/T), a linear one's its drive", arguments: InstructionSet.all)
  func means(set: InstructionSet) {
    let drives = drives(set.precision)
    for temperature in [1.0, 0.25] {
      let (binary, linear) = (
        means(set, eq_binary, temperature: temperature), means(set, eq_linear, temperature: temperature)
      )
      for i in 0..<Self.rows {
        for j in 0..<Self.columns {
          let expected = 1 / (1 + exp(-(drives[i, j] - 0.5) / temperature))
          // Rounding of the exponent counts as often as that is large.
          let share = bound(set.precision) * max(1, abs(drives[i, j]) / temperature)
          #expect(abs(binary[i, j] - expected) <= share * expected + 1e-37, "\(drives[i, j])")
          #expect(linear[i, j] == drives[i, j])
        }
      }
    }
  }

  private func sums(_ set: InstructionSet, scale: Double, less: Double) -> [Double] {
    let drives = drives(set.precision)
    var sums = [Double](repeating: 0, count: Self.rows)
    set.kernels?.table.pointee.softplus_sums(
      Self.rows, Self.columns, drives.pointer(0, 0), drives.stride, scale, less, &sums)
    return sums
  }

  @Test(
    "sums of ln(1 + e^x) are within rounding, and the bits of every instruction set",
    arguments: Precision.allCases)
  func sums(precision: Precision) {
    let drives = drives(precision)
    let sets = InstructionSet.all.filter { $0.precision == precision }
    for (scale, less) in [(1.0, 0.0), (4, 0), (0.3, 0.2999), (1, 0.5)] {
      let found = sums(sets[0], scale: scale, less: less)
      for (i, sum) in found.enumerated() {
        func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
        let expected = (0..<Self.columns).reduce(0.0) { total, j in
          let a = drives[i, j] - 0.5
          return total + softplus(scale * a) - (less == 0 ? 0 : softplus(less * a))
        }
        let size = (0..<Self.columns).reduce(1.0) { $0 + softplus(scale * abs(drives[i, $1])) }
        #expect(abs(sum - expected) < bound(precision) * size, "\(sum), \(expected)")
      }
      for set in sets { #expect(sums(set, scale: scale, less: less) == found, "\(set.name)") }
    }
    for set in sets {
      let one = (0..<Self.rows).map { means(set, eq_binary, temperature: 1).row($0) }
      #expect(one == (0..<Self.rows).map { means(sets[0], eq_binary, temperature: 1).row($0) }, "\(set.name)")
    }
  }

  @Test(
    "rows are combined, and multiplied by a row, in the block and nowhere else", arguments: Precision.allCases
  )
  func rows(precision: Precision) {
    let (a, b) = (drives(precision), Matrix(random: 5, rows: 5, columns: 37, precision: precision))
    let shares = [0.5, -2, 3]
    let others = [1.0, 0, -0.25]
    let sum = a.combined(shares, with: b, others, rows: 0..<3)
    let dots = a.rowDots(b, rows: 1..<4, columns: 16..<37)
    var less = a
    less.subtract(row: b, rows: 2..<4)
    for i in 0..<5 {
      for j in 0..<37 {
        let expected = i < 3 ? shares[i] * a[i, j] + others[i] * b[i, j] : 0
        #expect(abs(sum[i, j] - expected) <= 1e-6 * (1 + abs(a[i, j])))
        #expect(less[i, j] == a[i, j] || 2..<4 ~= i)
      }
    }
    #expect(abs(less[3, 7] - (a[3, 7] - b[0, 7])) < 1e-5)
    for (index, dot) in dots.enumerated() {
      let expected = (16..<37).reduce(0.0) { $0 + a[1 + index, $1] * b[0, $1] }
      #expect(abs(dot - expected) < 1e-10 * (1 + abs(expected)))
    }
  }
}
