/// A symmetric connection W_{jk} between two layers.
public struct Connection: Hashable, Comparable, Sendable {
  /// j, the layer below; 0 is the input.
  public var source: Int
  /// k, the layer above.
  public var target: Int
  private let shared: Shared

  public init(from source: Int, to target: Int, by coupling: any Coupling = Dense()) {
    self.source = source
    self.target = target
    shared = Shared(coupling)
  }

  /// How it joins them.
  public var coupling: any Coupling { shared.coupling }

  /// What copies of a connection share: a value of any size would make each copy a call.
  private final class Shared: Sendable {
    let coupling: any Coupling
    init(_ coupling: any Coupling) { self.coupling = coupling }
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.source == b.source && a.target == b.target && AnyHashable(a.coupling) == AnyHashable(b.coupling)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(target)
    hasher.combine(AnyHashable(coupling))
  }

  /// By target, then source.
  public static func < (a: Self, b: Self) -> Bool { (a.target, a.source) < (b.target, b.source) }

  /// Whether it leads to the next layer, as all connections of a chain do.
  public var isNext: Bool { target == source + 1 }
}
