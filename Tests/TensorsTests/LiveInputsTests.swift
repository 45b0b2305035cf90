import CKernels
import Tensors
import Testing

/// Leaving out the zeros of the inputs must not change one bit of what they are multiplied into.
@Suite("Inputs with many zeros") struct LiveInputsTests {
  /// Most elements 0, some rows and columns wholly so, and one row full.
  private static func sparse(rows: Int, columns: Int, precision: Precision) -> Matrix {
    Matrix(rows: rows, columns: columns, precision: precision) { i, j in
      if i == 3 { return noise(i, j, 101) }
      return i % 5 == 1 || j % 7 == 2 || noise(i, j, 102) < 0.8 ? 0 : noise(i, j, 101)
    }
  }

  private static let shapes: [(rows: Int, depth: Int, columns: Int)] = [
    (1, 40, 16), (5, 64, 33), (6, 65, 47), (13, 100, 10), (24, 784, 32), (29, 50, 83),
  ]

  /// The lists, as the kernels of one instruction set write and read them.
  private struct Lists {
    var columnStarts: [Int]
    var columns: [Int32]
    var rowStarts: [Int]
    var rows: [Int32]
    let blocks: Int

    init(_ a: Matrix, bounds: [Int], table: UnsafePointer<eq_kernels>) {
      let width = Int(eq_live_group)
      let groups = (a.columns + width - 1) / width
      blocks = (a.rows + Int(eq_live_rows) - 1) / Int(eq_live_rows)
      columnStarts = Array(repeating: -1, count: blocks + 1)
      columns = Array(repeating: -1, count: blocks * a.columns + 1)
      rowStarts = Array(repeating: -1, count: groups * (bounds.count - 1) + 1)
      rows = Array(repeating: -1, count: a.rows * groups + 1)
      var masks = Array(repeating: UInt16.max, count: a.rows * a.stride / panelWidth)
      table.pointee.list_live(
        a.rows, a.columns, a.pointer(0, 0), a.stride, blocks, &columnStarts, &columns, bounds.count - 1,
        bounds, &rowStarts, &rows, &masks)
    }
  }

  @Test("the lists hold every non-zero and nothing wholly zero", arguments: InstructionSet.all)
  func lists(set: InstructionSet) throws {
    let table = try #require(set.kernels).table
    let a = Self.sparse(rows: 29, columns: 50, precision: set.precision)
    let bounds = [0, 4, 4, 17, 29]
    let lists = Lists(a, bounds: bounds, table: table)
    for block in 0..<lists.blocks {
      let rows = 29 * block / lists.blocks..<29 * (block + 1) / lists.blocks
      let expected = (0..<50).filter { k in rows.contains { a[$0, k] != 0 } }
      let listed = lists.columns[lists.columnStarts[block]..<lists.columnStarts[block + 1]].map(Int.init)
      #expect(listed == expected)
    }
    for group in 0..<13 {
      for shard in 0..<4 {
        let place = group * 4 + shard
        let listed = lists.rows[lists.rowStarts[place]..<lists.rowStarts[place + 1]].map(Int.init)
        let columns = group * 4..<min(group * 4 + 4, 50)
        let expected = (bounds[shard]..<bounds[shard + 1]).filter { row in
          columns.contains { a[row, $0] != 0 }
        }
        #expect(listed == expected)
      }
    }
  }

  @Test("products: the whole product's bits", arguments: InstructionSet.all)
  func products(set: InstructionSet) throws {
    let table = try #require(set.kernels).table
    for (rows, depth, columns) in Self.shapes {
      let a = Self.sparse(rows: rows, columns: depth, precision: set.precision)
      let w = Panels(random: 103, depth: depth, columns: columns, precision: set.precision)
      let bias = Panels(random: 104, depth: 1, columns: columns, precision: set.precision)
      var expected = Matrix(rows: rows, columns: columns, precision: set.precision)
      expected.setProduct(rows: 0..<rows, of: a, with: w, adding: .row(bias))

      let lists = Lists(a, bounds: [0, rows], table: table)
      var c = Matrix(random: 105, rows: rows, columns: columns, precision: set.precision)
      lists.columnStarts.withUnsafeBufferPointer { starts in
        lists.columns.withUnsafeBufferPointer { listed in
          var live = eq_live()
          live.blocks = lists.blocks
          live.column_starts = starts.baseAddress
          live.columns = listed.baseAddress
          table.pointee.product_live(
            rows, w.count, &live, a.pointer(0, 0), a.stride, w.pointer(panel: 0, row: 0), w.panelStride,
            bias.pointer(panel: 0, row: 0), 0, c.mutablePointer(0, 0), c.stride)
        }
      }
      for i in 0..<rows { for j in 0..<columns { #expect(c.bits(i, j) == expected.bits(i, j)) } }

      guard let live = LiveInputs(a, shards: [0, rows]) else { continue }
      var offered = Matrix(rows: rows, columns: columns, precision: set.precision)
      offered.setProduct(of: a, live: live, rows: rows, with: w, bias: bias)
      #expect(offered.bits == expected.bits)
    }
  }

  @Test("contrasts: the whole sum's bits, for 1 to 9 shards", arguments: InstructionSet.all)
  func contrasts(set: InstructionSet) throws {
    let a = Self.sparse(rows: 29, columns: 50, precision: set.precision)
    let post = Matrix(random: 106, rows: 29, columns: 83, precision: set.precision)
    for shards in 1...9 {
      let bounds = (0...shards).map { shards > 2 && $0 == 2 ? 29 / shards : 29 * $0 / shards }
      let live = try #require(LiveInputs(a, shards: bounds))
      func written(_ live: LiveInputs?, from: Int = 0, depth: Int = 50) -> Panels {
        var out = Panels(random: 107, depth: depth, columns: padded(83), precision: set.precision)
        let sum = ContrastSum(pre: .init(a, from: from), post: .init(post), live: live)
        sum.write(panels: 0..<out.count, to: &out, at: 0, shards: bounds, kernels: set.kernels)
        return out
      }
      #expect(written(live).bits == written(nil).bits)
      // Lists that begin at another column than the sum are of no use, and not used.
      #expect(written(live, from: 3, depth: 40).bits == written(nil, from: 3, depth: 40).bits)
    }
  }

  @Test("inputs with few zeros are not listed")
  func dense() {
    let matrix = Matrix(random: 108, rows: 12, columns: 40, precision: .float32)
    #expect(LiveInputs(matrix, shards: [0, 12]) == nil)
    #expect(LiveInputs(matrix, shards: [0, 0]) == nil)
  }

  /// A NaN is no zero: it must reach the states, where it is seen.
  @Test("a NaN among the inputs is kept", arguments: Precision.allCases)
  func notANumber(precision: Precision) throws {
    var a = Self.sparse(rows: 12, columns: 64, precision: precision)
    a[6, 9] = .nan
    let live = try #require(LiveInputs(a, shards: [0, 12]))
    let w = Panels(random: 109, depth: 64, columns: 16, precision: precision)
    var c = Matrix(rows: 12, columns: 16, precision: precision)
    c.setProduct(
      of: a, live: live, rows: 12, with: w, bias: Panels(depth: 1, columns: 16, precision: precision))
    #expect(!c.isFinite(rows: 6..<7, columns: 0..<16))
    #expect(c.isFinite(rows: 0..<6, columns: 0..<16) && c.isFinite(rows: 7..<12, columns: 0..<16))
  }
}
