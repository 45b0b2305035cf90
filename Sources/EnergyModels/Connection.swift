import Tensors

/// A symmetric connection W_{jk} between two layers.
public struct Connection: Hashable, Comparable, Sendable {
  /// j, the layer below; 0 is the clamped input.
  public var source: Int
  /// k, the layer above.
  public var target: Int
  /// Of a convolution; nil where every unit is joined to every unit.
  public var window: Window?

  public init(from source: Int, to target: Int, window: Window? = nil) {
    self.source = source
    self.target = target
    self.window = window
  }

  /// By target, then source.
  public static func < (a: Self, b: Self) -> Bool { (a.target, a.source) < (b.target, b.source) }

  /// Whether it leads to the next layer, as all connections of a chain do.
  public var isNext: Bool { target == source + 1 }
}

/// What a unit of a convolution sees of the layer below, and what is made of its values:
///
///     (W ⋆ s)(y, x) = Σ_{i, j} W(i, j)ᵀ s(stride · y + i − padding, stride · x + j − padding)
///
/// each position's share pooled with its neighbours' where a pooling is asked for.
public struct Window: Hashable, Sendable {
  /// Height and width of the kernel, in positions.
  public var kernel: Int
  /// From one position's window to the next one's.
  public var stride: Int
  /// Rows and columns of zeros around the layer below.
  public var padding: Int
  /// What leads from the kernel's positions to those of the layer above; nil where they are the same.
  public var pooling: Pooling?

  public init(kernel: Int, stride: Int = 1, padding: Int = 0, pooling: Pooling? = nil) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.pooling = pooling
  }
}

/// Squares of positions become one, without overlap; rows and columns that fill no square are left out.
public struct Pooling: Hashable, Sendable {
  public var kind: PoolingKind
  /// Height and width of a square.
  public var size: Int

  public init(kind: PoolingKind, size: Int) {
    self.kind = kind
    self.size = size
  }
}
