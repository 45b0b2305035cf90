import Schema
import Synchronization
import Tensors

/// How a connection joins two layers: which taps of a kernel lead from which positions of the layer below to which of the
/// layer above, whose values may then be pooled.
///
///     E = − Σ_p ρ(s_k(p))ᵀ Σ_t W(t)ᵀ ρ(s_j(source(t, p)))
///
/// Nothing else is told of a coupling: its energy, what it drives up and down, its contrast, the exact gradients, what its
/// ranks exchange, the work and memory that are counted, the shape of its weights in a file and the reference of keys are
/// folds over this statement, by way of `Wiring`.
public protocol Coupling: Hashable, Sendable {
  /// What is joined above a layer of some shape; nil where that is too small for it.
  func reach(over below: Shape) -> Reach?
  /// What leads from the positions that the taps reach to those of the layer above; nil where they are the same.
  var pooling: Pooling? { get }
}

extension Coupling {
  public var pooling: Pooling? { nil }
}

/// A coupling that a run file calls by its name; a layer's own keys say the others.
public protocol NamedCoupling: Coupling {
  /// As a run file calls it.
  static var name: String { get }
  /// One sentence for the reference of keys.
  static var summary: String { get }
  /// The coupling's own keys; none unless it states them.
  static var keys: [Key<Self>] { get }
  /// With every key at its default.
  init()
}

extension NamedCoupling {
  public static var keys: [Key<Self>] { [] }
}

/// Which positions of a layer each position above reads, and through which taps.
public struct Reach {
  /// Height and width of the kernel, as files hold its weights; nil where every position below is a tap, so that a layer
  /// below needs no places.
  public let kernel: (height: Int, width: Int)?
  /// Taps of the kernel.
  public let taps: Int
  /// Positions above, before pooling.
  public let height: Int
  public let width: Int
  /// The position below that a tap reads for a position above, each counted row by row; nil beyond the border.
  public let source: (_ tap: Int, _ position: Int) -> Int?

  /// Of a kernel that has places.
  ///
  /// - Parameter source: for row and column of a tap and of a position above those of the position below, which may lie
  ///   beyond its border.
  public init(
    kernel: (height: Int, width: Int), over below: Shape, height: Int, width: Int,
    source: @escaping (_ tap: (y: Int, x: Int), _ position: (y: Int, x: Int)) -> (y: Int, x: Int)?
  ) {
    self.kernel = kernel
    taps = kernel.height * kernel.width
    (self.height, self.width) = (height, width)
    self.source = { tap, position in
      guard
        let (y, x) = source(
          (tap / kernel.width, tap % kernel.width), (position / width, position % width)),
        (0..<below.height).contains(y), (0..<below.width).contains(x)
      else { return nil }
      return y * below.width + x
    }
  }

  /// Every position below to the one above.
  public init(allOf below: Shape) {
    (kernel, taps, height, width) = (nil, below.positions, 1, 1)
    source = { tap, _ in tap }
  }
}

/// Every unit to every unit.
public struct Dense: Coupling {
  public init() {}

  public func reach(over below: Shape) -> Reach? { Reach(allOf: below) }
}

/// The couplings that a run file may name: those of this package, and those that a program adds before it reads its first
/// run file.
public enum CouplingRegistry {
  private static let known = Mutex<[any NamedCoupling.Type]>([])

  /// Those that the program added.
  public static var added: [any NamedCoupling.Type] { known.withLock { $0 } }

  /// In the order that messages list them.
  public static var couplings: [any NamedCoupling.Type] { [TransposedConvolution.self] + added }

  /// Makes a coupling known; one of the same name must not be known yet.
  public static func add(_ coupling: any NamedCoupling.Type) {
    precondition(couplings.allSatisfy { $0.name != coupling.name }, "two couplings called \(coupling.name)")
    known.withLock { $0.append(coupling) }
  }
}
