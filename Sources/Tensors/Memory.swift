/// Zeroed scalars on a cache line's boundary, freed with the last reference.
///
/// Guarantees: the pointer is valid for `count` scalars as long as the object lives; whoever writes through it
/// holds the only reference (`Matrix` and `Panels` see to that before they hand it out for writing).
final class Memory<S: Scalar>: @unchecked Sendable {
  let start: UnsafeMutablePointer<S>
  let count: Int

  init(count: Int) {
    precondition(count >= 0, "a negative count of scalars")
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<S>.stride, alignment: 64)
    start = raw.bindMemory(to: S.self, capacity: max(count, 1))
    start.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  convenience init(copying other: Memory) {
    self.init(count: other.count)
    start.update(from: other.start, count: count)
  }

  deinit { start.deallocate() }
}
