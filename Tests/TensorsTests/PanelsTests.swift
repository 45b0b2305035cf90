import Tensors
import Testing

@Suite("Panels") struct PanelsTests {
  /// Sizes below, at and past a panel in both directions: the transposition has a path for whole blocks and one for the
  /// rest.
  @Test("the transpose, its padding zero", arguments: InstructionSet.all)
  func transpose(set: InstructionSet) {
    for (depth, columns) in [(1, 1), (16, 16), (1, 40), (40, 1), (17, 33), (32, 48), (50, 100), (784, 10)] {
      let w = Panels(random: 51, depth: depth, columns: columns, precision: set.precision)
      var t = Panels(depth: columns, columns: depth, precision: set.precision)
      guard let table = set.kernels?.table else { return }
      table.pointee.transpose(
        depth, columns, w.pointer(panel: 0, row: 0), w.panelStride, t.mutablePointer(panel: 0, row: 0),
        t.panelStride)
      for k in 0..<depth { for j in 0..<columns { #expect(t[j, k] == w[k, j]) } }
      #expect(t.hasZeroPadding)
      var same = Panels(depth: columns, columns: depth, precision: set.precision)
      same.setTranspose(of: w)
      #expect(same.bits == t.bits)
      var back = Panels(depth: depth, columns: columns, precision: set.precision)
      back.setTranspose(of: t)
      #expect(back.bits == w.bits)
    }
  }

  @Test("pack gives the matrix row-major, as files hold it", arguments: Precision.allCases)
  func pack(precision: Precision) {
    for (depth, columns) in [(3, 5), (4, 16), (7, 50)] {
      let w = Panels(random: 52, depth: depth, columns: columns, precision: precision)
      var bytes = Array(repeating: UInt8(0), count: depth * columns * precision.size)
      bytes.withUnsafeMutableBytes { w.pack(into: $0) }
      let bits = bytes.withUnsafeBytes { scalarBits($0.baseAddress!, count: depth * columns, precision) }
      #expect(bits == (0..<depth).flatMap { k in (0..<columns).map { precision.bits(w[k, $0]) } })
    }
  }

  @Test("element (k, j) stands at [j / 16][k][j mod 16]")
  func layout() {
    var w = Panels(depth: 3, columns: 40, precision: .float64)
    w[2, 37] = 5
    #expect(w.count == 3 && w.panelStride == 48)
    #expect(w.pointer(panel: 2, row: 2).load(fromByteOffset: 5 * 8, as: Double.self) == 5)
    let scalars = w.scalars(panels: 2..<3).buffer(of: Double.self)
    #expect(scalars.count == 48 && scalars[2 * 16 + 5] == 5)
    #expect(w.scalars(panels: 0..<2).buffer(of: Double.self).allSatisfy { $0 == 0 })
  }

  @Test("a digest is of elements and places, however they are laid out", arguments: Precision.allCases)
  func digest(precision: Precision) {
    for (depth, columns) in [(3, 5), (20, 16), (7, 50)] {
      let w = Panels(random: 55, depth: depth, columns: columns, precision: precision)
      var t = Panels(depth: columns, columns: depth, precision: precision)
      t.setTranspose(of: w)
      let whole = w.digest(rows: 0..<depth, first: 7, rowStep: columns, columnStep: 1)
      #expect(t.digest(rows: 0..<columns, first: 7, rowStep: 1, columnStep: columns) == whole)
      let parts = [0..<2, 2..<depth].map {
        w.digest(rows: $0, first: 7 + $0.lowerBound * columns, rowStep: columns, columnStep: 1)
      }
      #expect(parts[0] &+ parts[1] == whole)
      #expect(w.digest(rows: 0..<depth, first: 8, rowStep: columns, columnStep: 1) != whole)
      // Every bit counts, and two elements that change places.
      var seen: Set<UInt64> = [whole]
      for k in 0..<depth {
        for j in 0..<columns {
          for bit in 0..<precision.size * 8 {
            var flipped = w
            let scalar =
              flipped.mutablePointer(panel: j / panelWidth, row: k) + j % panelWidth * precision.size
            let byte = scalar.load(fromByteOffset: bit / 8, as: UInt8.self)
            scalar.storeBytes(of: byte ^ 1 << (bit % 8), toByteOffset: bit / 8, as: UInt8.self)
            seen.insert(flipped.digest(rows: 0..<depth, first: 7, rowStep: columns, columnStep: 1))
          }
        }
      }
      #expect(seen.count == 1 + depth * columns * precision.size * 8)
      var swapped = w
      (swapped[0, 1], swapped[2, 3]) = (w[2, 3], w[0, 1])
      #expect(swapped.digest(rows: 0..<depth, first: 7, rowStep: columns, columnStep: 1) != whole)
    }
  }

  @Test("squares of some rows of a panel, or of their differences, in Float64", arguments: Precision.allCases)
  func squares(precision: Precision) {
    let w = Panels(random: 53, depth: 40, columns: 43, precision: precision)
    let other = Panels(random: 54, depth: 40, columns: 20, precision: precision)
    for (panel, place) in [(0, 1), (1, 0), (2, 1)] {
      for rows in [0..<40, 7..<23, 5..<5] {
        func sum(_ x: (Int, Int) -> Double) -> Double {
          rows.reduce(0) { sum, k in (0..<16).reduce(sum) { $0 + x(k, $1) * x(k, $1) } }
        }
        func element(_ panels: Panels, _ k: Int, _ j: Int) -> Double { j < panels.columns ? panels[k, j] : 0 }
        let plain = sum { element(w, $0, 16 * panel + $1) }
        #expect(abs(w.squares(panel: panel, rows: rows) - plain) <= 1e-14 * plain)
        let apart = sum { element(w, $0, 16 * panel + $1) - element(other, $0, 16 * place + $1) }
        #expect(abs(w.squares(panel: panel, rows: rows, minus: other, at: place) - apart) <= 1e-14 * apart)
      }
    }
    #expect(w.squares(panel: 0, rows: 3..<9, minus: w, at: 0) == 0)
  }
}
