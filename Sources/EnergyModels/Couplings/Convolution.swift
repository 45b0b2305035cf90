import Tensors

/// A kernel that moves over a picture, with what is made of its values:
///
///     (W ⋆ s)(y, x) = Σ_{i, j} W(i, j)ᵀ s(stride · y + i − padding, stride · x + j − padding)
///
/// each position's share pooled with its neighbours' where a pooling is asked for.
public struct Convolution: Coupling {
  /// Of a kernel's or a pool's height.
  public static let sizes = 1...256

  /// Height and width of the kernel, in positions.
  public var kernel: Int
  /// From one position's window to the next one's.
  public var stride: Int
  /// Rows and columns of zeros around the layer below.
  public var padding: Int
  public var pooling: Pooling?

  public init(kernel: Int, stride: Int = 1, padding: Int = 0, pooling: Pooling? = nil) {
    (self.kernel, self.stride, self.padding, self.pooling) = (kernel, stride, padding, pooling)
  }

  public func reach(over below: Shape) -> Reach? {
    let free = (below.height + 2 * padding - kernel, below.width + 2 * padding - kernel)
    guard free.0 >= 0, free.1 >= 0 else { return nil }
    return Reach(
      kernel: (kernel, kernel), over: below, height: free.0 / stride + 1, width: free.1 / stride + 1
    ) { tap, position in
      (position.y * stride + tap.y - padding, position.x * stride + tap.x - padding)
    }
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

  /// From the positions before pooling to those above.
  func table(before: Shape) -> PoolTable {
    let width = before.width / size
    let members = (0..<before.height / size * width).map { position in
      (0..<size * size).map { i in
        (position / width * size + i / size) * before.width + position % width * size + i % size
      }
    }
    return PoolTable(kind, positions: before.positions, members: members)
  }
}
