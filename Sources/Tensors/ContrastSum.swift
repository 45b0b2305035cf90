import CKernels

/// Σ over examples of pre postᵀ + pre′ post′ᵀ, the sum that a connection learns from.
///
/// Each element is, in every shard, one chain of fused multiply-adds over the shard's rows in order; the shards are
/// then added in the fixed tree (pairs of neighbours, an odd one carried up). Of a convolution the chain runs over the
/// shard's examples and, in each, the pairs of positions that a tap joins.
public struct ContrastSum {
  /// One end of the connection: what its units show, from a column and a row on.
  public struct End {
    /// Rows as `layout` says.
    public var values: Matrix
    /// The first column, that of row or column 0 of the sum.
    public var from: Int
    /// The row where example 0 begins: of imaginary parts the lower half.
    public var fromRow: Int
    /// How the matrix holds the positions of an example.
    public var layout: PositionLayout
    private var isConstant = false

    public init(
      _ values: Matrix, from: Int = 0, fromRow: Int = 0, layout: PositionLayout = PositionLayout(positions: 1)
    ) {
      self.values = values
      self.from = from
      self.fromRow = fromRow
      self.layout = layout
    }

    /// The 1 that a bias is multiplied with, in every example and at every position.
    public static func one(_ precision: Precision) -> End {
      var end = End(Matrix(rows: 1, columns: 1, precision: precision) { _, _ in 1 })
      end.isConstant = true
      return end
    }

    fileprivate func pointer(_ column: Int = 0) -> UnsafeRawPointer { values.pointer(fromRow, from + column) }
    fileprivate func holds(_ examples: Int) -> Bool {
      isConstant || fromRow + layout.rows(0..<examples).upperBound <= values.rows
    }
    fileprivate var stride: Int { isConstant ? 0 : layout.exampleStride(values) }
    fileprivate var positionStride: Int { layout.positionStride(values) }
  }

  /// The end whose units are the sum's rows.
  public var pre: End
  /// The end whose units are the sum's columns.
  public var post: End
  /// The second product, if there is one.
  public var second: (pre: End, post: End)?
  /// Where `pre` is not zero, when it begins at column 0 and stands alone.
  public var live: LiveInputs?
  /// Of a convolution the pairs of positions that each of its taps joins, over which it is summed in every example; both
  /// products have ends of one layout.
  public var pairs: TapPairs?
  /// Row numbers of its own in place of those of the batch, as many.
  public var bounds: [Int]?

  /// `live` is dropped where it cannot be used.
  public init(
    pre: End, post: End, and second: (pre: End, post: End)? = nil, live: LiveInputs? = nil,
    pairs: TapPairs? = nil
  ) {
    self.pre = pre
    self.post = post
    self.second = second
    self.pairs = pairs
    self.live = second == nil && pairs == nil && pre.from == 0 ? live : nil
  }

  /// Writes some panels of the sum into `out`, whose depth is the number of pre units, of a convolution for each tap.
  ///
  /// - Parameter bounds: shards + 1 row numbers: shard i has rows bounds[i] ..< bounds[i + 1].
  package func write(
    panels: Range<Int>, to out: inout Panels, at first: Int, shards bounds: [Int],
    kernels: Kernels? = nil
  ) {
    var contrast = kernelForm(panels: panels, to: &out, at: first)
    run(&contrast, shards: bounds, kernels: kernels?.table ?? out.precision.kernels)
  }

  /// Lets weights learn from the sum while each of its elements is in a register: the bits of `write`, then
  /// `Descent.apply`.
  package func descend(
    _ weights: inout Panels, velocity: inout Panels?, by descent: Descent, shards bounds: [Int],
    kernels: Kernels? = nil
  ) {
    precondition(
      velocity == nil || velocity?.depth == weights.depth && velocity?.count == weights.count,
      "shapes do not meet")
    precondition(!descent.looksAhead, "Nesterov's momentum takes a pass of its own")
    var contrast = kernelForm(panels: 0..<weights.count, to: &weights, at: 0)
    contrast.velocity = velocity?.mutablePointer(panel: 0, row: 0)
    withUnsafePointer(to: descent.kernelForm) {
      contrast.descent = $0
      run(&contrast, shards: bounds, kernels: kernels?.table ?? weights.precision.kernels)
    }
  }

  private func kernelForm(panels: Range<Int>, to out: inout Panels, at first: Int) -> eq_contrast {
    let column = panels.lowerBound * panelWidth
    var contrast = eq_contrast()
    contrast.depth = out.depth / (pairs?.taps ?? 1)
    contrast.panels = panels.count
    contrast.pre = pre.pointer()
    contrast.pre_stride = pre.stride
    contrast.post = post.pointer(column)
    contrast.post_stride = post.stride
    if let second {
      contrast.pre_2 = second.pre.pointer()
      contrast.pre_2_stride = second.pre.stride
      contrast.post_2 = second.post.pointer(column)
      contrast.post_2_stride = second.post.stride
    }
    contrast.out = out.mutablePointer(panel: first, row: 0)
    contrast.panel_stride = out.panelStride
    return contrast
  }

  private func run(_ contrast: inout eq_contrast, shards batch: [Int], kernels: UnsafePointer<eq_kernels>) {
    let bounds = bounds ?? batch
    precondition(bounds.count > 1 && bounds.count - 1 <= Int(eq_most_shards), "no shards, or too many")
    let examples = bounds[bounds.count - 1]
    precondition(pre.holds(examples) && post.holds(examples), "more examples than rows")
    if let second {
      precondition(second.pre.holds(examples) && second.post.holds(examples), "more examples than rows")
    }
    contrast.shards = bounds.count - 1
    bounds.withUnsafeBufferPointer { bounds in
      contrast.bounds = bounds.baseAddress
      if let pairs {
        return pairs.withKernelForm(
          prePosition: pre.positionStride, postPosition: post.positionStride
        ) {
          contrast.pairs = $0
          kernels.pointee.contrast(&contrast)
        }
      }
      guard let live else { return kernels.pointee.contrast(&contrast) }
      live.withKernelLists {
        contrast.live = $0
        kernels.pointee.contrast(&contrast)
      }
    }
  }
}
