import Foundation

/// Zeroed scalars on a cache line's boundary, freed with the last reference; where the precision is hollow nothing but
/// their number, at an address that nobody may read.
///
/// Guarantees: `start` is valid for `count` scalars as long as the object lives; whoever writes through it
/// holds the only reference (`Matrix` and `Panels` see to that before they hand it out for writing).
final class Memory: @unchecked Sendable {
  let precision: Precision
  let start: UnsafeMutableRawPointer
  let count: Int

  init(count: Int, precision: Precision) {
    precondition(count >= 0, "a negative count of scalars")
    self.precision = precision
    self.count = count
    guard !precision.isHollow else {
      start = Self.nowhere
      TensorBytes.addHollow(count * precision.size)
      return
    }
    start = .allocate(byteCount: max(count, 1) * precision.size, alignment: 64)
    TensorBytes.add(count * precision.size)
    memset(start, 0, count * precision.size)
  }

  init(copying other: Memory) {
    precision = other.precision
    count = other.count
    guard !precision.isHollow else {
      start = Self.nowhere
      TensorBytes.addHollow(count * precision.size)
      return
    }
    start = .allocate(byteCount: max(count, 1) * precision.size, alignment: 64)
    TensorBytes.add(count * precision.size)
    start.copyMemory(from: other.start, byteCount: count * precision.size)
  }

  deinit {
    guard !precision.isHollow else { return TensorBytes.addHollow(-count * precision.size) }
    start.deallocate()
    TensorBytes.remove(count * precision.size)
  }

  /// On a cache line's boundary, and no place.
  private static var nowhere: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: 64)! }

  /// A scalar as Float64, which holds either precision exactly; 0 of a hollow one.
  subscript(index: Int) -> Double {
    get {
      switch precision {
      case .float32: Double(start.load(fromByteOffset: index * 4, as: Float.self))
      case .float64: start.load(fromByteOffset: index * 8, as: Double.self)
      case .hollow32, .hollow64: 0
      }
    }
    set {
      switch precision {
      case .float32: start.storeBytes(of: Float(newValue), toByteOffset: index * 4, as: Float.self)
      case .float64: start.storeBytes(of: newValue, toByteOffset: index * 8, as: Double.self)
      case .hollow32, .hollow64: break
      }
    }
  }
}
