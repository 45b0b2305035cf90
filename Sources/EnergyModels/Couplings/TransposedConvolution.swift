import Schema

/// A kernel whose every position below sends to a window of the layer above, which so becomes larger than it:
///
///     (W ⋆ᵀ s)(y, x) = Σ W(i, j)ᵀ s(y′, x′)  over  stride · y′ + i − padding = y,  stride · x′ + j − padding = x
///
/// A convolution seen from its other end: of the same kernel, stride and padding it joins the same pairs of positions. The
/// layer above has (h − 1) · stride + kernel − 2 · padding rows over h, and columns likewise.
///
/// Source: Zeiler et al. 2010, doi:10.1109/CVPR.2010.5539957.
public struct TransposedConvolution: NamedCoupling {
  public static let name = "transposed-convolution"
  public static let summary = "Every position below sends to a window of a larger layer above."

  /// Height and width of the kernel, in positions.
  public var kernel = 1
  /// From one position's window above to the next one's.
  public var stride = 1
  /// Rows and columns at every border above that are left out.
  public var padding = 0

  public init() {}

  public init(kernel: Int, stride: Int = 1, padding: Int = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  public static var keys: [Key<Self>] {
    let sizes = Convolution.sizes
    return [
      Key(
        "kernel", \.kernel, .whole(sizes, example: 3), required: "3",
        meaning: "Height and width of the coupling's own kernel."),
      Key(
        "stride", \.stride, .whole(sizes, example: 2),
        meaning: "Of a transposed convolution, from one window above to the next one's."),
      Key(
        "padding", \.padding, .whole(0...sizes.upperBound, example: 1),
        meaning: "Of a transposed convolution, rows and columns at every border above that are left out."),
    ]
  }

  public func reach(over below: Shape) -> Reach? {
    let (height, width) = (extent(below.height), extent(below.width))
    guard height > 0, width > 0 else { return nil }
    return Reach(kernel: (kernel, kernel), over: below, height: height, width: width) { tap, position in
      let (y, x) = (position.y + padding - tap.y, position.x + padding - tap.x)
      // Swift rounds towards zero: what lies before the border is no multiple of a stride, nor a position.
      guard y >= 0, x >= 0, y % stride == 0, x % stride == 0 else { return nil }
      return (y / stride, x / stride)
    }
  }

  private func extent(_ below: Int) -> Int { (below - 1) * stride + kernel - 2 * padding }
}
