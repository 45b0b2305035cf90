import CKernels

/// Σ over examples of pre postᵀ − pre′ post′ᵀ, the sum that a connection learns from.
///
/// Each element is, in every shard, one chain of fused multiply-adds over the shard's rows in order; the shards are
/// then added in the fixed tree (pairs of neighbours, an odd one carried up).
public struct ContrastSum {
  /// One end of the connection in one phase: `columns` of ρ(s).
  public struct End {
    public var activity: Matrix
    public var from: Int
    public init(_ activity: Matrix, from: Int = 0) {
      self.activity = activity
      self.from = from
    }
  }

  public var pre: End
  public var post: End
  /// The phase subtracted; nil when `post` is a difference already.
  public var minus: (pre: End, post: End)?
  /// Where `pre` is not zero, when it begins at column 0 and nothing is subtracted.
  public var live: LiveInputs?

  public init(pre: End, post: End, minus: (pre: End, post: End)? = nil, live: LiveInputs? = nil) {
    self.pre = pre
    self.post = post
    self.minus = minus
    self.live = minus == nil && pre.from == 0 ? live : nil
  }

  /// Writes some panels of the sum into `out`, whose depth is the number of pre units.
  ///
  /// - Parameter bounds: shards + 1 row numbers: shard i has rows bounds[i] ..< bounds[i + 1].
  package func write(
    panels: Range<Int>, to out: inout Panels, at first: Int, shards bounds: [Int],
    kernels: Kernels? = nil
  ) {
    precondition(bounds.count > 1 && bounds.count - 1 <= Int(eq_most_shards), "no shards, or too many")
    let column = panels.lowerBound * panelWidth
    var contrast = eq_contrast()
    contrast.depth = out.depth
    contrast.panels = panels.count
    contrast.shards = bounds.count - 1
    contrast.pre = pre.activity.pointer(0, pre.from)
    // A single row stands for a constant: the 1 that a bias is multiplied with.
    contrast.pre_stride = pre.activity.rows == 1 ? 0 : pre.activity.stride
    contrast.post = post.activity.pointer(0, post.from + column)
    contrast.post_stride = post.activity.stride
    if let minus {
      contrast.pre_minus = minus.pre.activity.pointer(0, minus.pre.from)
      contrast.pre_minus_stride = minus.pre.activity.rows == 1 ? 0 : minus.pre.activity.stride
      contrast.post_minus = minus.post.activity.pointer(0, minus.post.from + column)
      contrast.post_minus_stride = minus.post.activity.stride
    }
    contrast.out = out.mutablePointer(panel: first, row: 0)
    contrast.panel_stride = out.panelStride
    let table = kernels?.table ?? out.precision.kernels
    bounds.withUnsafeBufferPointer { bounds in
      contrast.bounds = bounds.baseAddress
      guard let live else { return table.pointee.contrast(&contrast) }
      live.withKernelLists {
        contrast.live = $0
        table.pointee.contrast(&contrast)
      }
    }
  }
}
