import CKernels

/// How a matrix holds the positions of a layer's examples.
///
/// A layer of P positions and C units at each has rows example · P + position and C columns; an input is one row an
/// example, its positions one after the other.
public struct PositionLayout: Equatable, Sendable {
  /// Positions of an example.
  public let positions: Int
  /// Units at a position where a row holds all of them; nil where each position has a row.
  public let unitsInRow: Int?

  public init(positions: Int, unitsInRow: Int? = nil) {
    self.positions = positions
    self.unitsInRow = unitsInRow
  }

  /// Rows of the matrix for so many examples.
  public func rows(_ examples: Range<Int>) -> Range<Int> {
    unitsInRow == nil ? examples.times(positions) : examples
  }

  /// Scalars from one position to the next.
  func positionStride(_ matrix: Matrix) -> Int { unitsInRow ?? matrix.stride }
  /// Scalars from one example to the next.
  func exampleStride(_ matrix: Matrix) -> Int {
    unitsInRow == nil ? positions * matrix.stride : matrix.stride
  }
}

extension Matrix {
  /// self[position] = addend[position] + Σ over taps of a[source, from …] w[tap, depth], for some examples.
  ///
  /// The convolution of `a` with a kernel, or the way back through it, as `taps` say. Each element is one chain of
  /// fused multiply-adds over its taps in order, and in each tap in ascending order of the units, so its bits do not
  /// depend on how examples or columns are cut into calls. One core with AVX2, 12 × 12 × 32 under 5 × 5 × 64, batch 10: 90
  /// GFLOP/s up and 77 to 87 down, where oneDNN 2.6 has 92 and 63, OpenBLAS over unfolded patches 66 and 57.
  ///
  /// - Parameters:
  ///   - examples: whose positions are driven; this matrix has a row for each position.
  ///   - a: what the taps read; column `from` meets the first row of `depth`.
  ///   - w: the kernel, one tap's rows after the other's.
  ///   - depth: the rows of each tap summed over; nil for all.
  ///   - to: the first column written, a multiple of the panel width.
  ///   - last: whether the addend is added to the end of the chain instead of beginning it.
  package mutating func setConvolution(
    examples: Range<Int>, of a: Matrix, _ layout: PositionLayout, from: Int = 0, taps: TapTable,
    of count: Int,
    with w: Panels, depth: Range<Int>? = nil, adding addend: Addend, last: Bool = false, to: Int = 0,
    kernels: Kernels? = nil
  ) {
    let perTap = w.depth / count
    let depth = depth ?? 0..<perTap
    let driven = PositionLayout(positions: taps.positions)
    precondition(
      w.depth == perTap * count && depth.upperBound <= perTap && to + w.count * panelWidth <= stride
        && from + depth.count <= (layout.unitsInRow ?? a.stride)
        && driven.rows(examples).upperBound <= rows && layout.rows(examples).upperBound <= a.rows,
      "shapes do not meet")
    var form = eq_convolution()
    form.rows = examples.count
    form.panels = w.count
    form.depth = depth.count
    form.a = a.pointer(layout.rows(examples).lowerBound, from)
    form.a_row = layout.exampleStride(a)
    form.a_position = layout.positionStride(a)
    form.w = w.pointer(panel: 0, row: depth.lowerBound)
    form.panel_stride = w.panelStride
    form.w_tap = perTap * panelWidth
    form.base_last = last ? 1 : 0
    form.c_row = driven.exampleStride(self)
    form.c_position = stride
    form.c = mutablePointer(driven.rows(examples).lowerBound, to)
    switch addend {
    case .zero: break
    case .row(let row):
      precondition(row.count >= w.count, "shapes do not meet")
      form.base = row.pointer(panel: 0, row: 0)
    case .matrix(let matrix):
      precondition(
        matrix.rows >= driven.rows(examples).upperBound && matrix.stride >= w.count * panelWidth,
        "shapes do not meet")
      form.base = matrix.pointer(driven.rows(examples).lowerBound, 0)
      form.base_row = driven.exampleStride(matrix)
      form.base_position = matrix.stride
    case .itself:
      form.base = UnsafeRawPointer(form.c)
      form.base_row = form.c_row
      form.base_position = form.c_position
    }
    taps.withKernelForm {
      form.taps = $0
      (kernels?.table ?? precision.kernels).pointee.convolve(&form)
    }
  }
}
