import Glibc

/// Memory that messages leave from and arrive in: 64-byte aligned, and zeroed when it is made.
///
/// It is a reference, so that a transfer under way keeps it alive. While one is, the range it receives
/// into must be neither read nor written, and the range it sends must not be written.
public final class MessageBuffer {
  /// The memory, valid as long as the buffer lives: a pointer taken from it does not keep it alive.
  public let bytes: UnsafeMutableRawBufferPointer
  private let isOwned: Bool

  /// Makes a buffer of `byteCount` zero bytes.
  public init(byteCount: Int) {
    precondition(byteCount >= 0, "a buffer has no negative size")
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
    memset(memory, 0, byteCount)
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: byteCount)
    isOwned = true
  }

  /// Lends memory that the caller keeps alive until every transfer that uses it has been waited for.
  package init(borrowing memory: UnsafeMutableRawBufferPointer) {
    bytes = memory
    isOwned = false
  }

  deinit {
    if isOwned { bytes.deallocate() }
  }

  /// The buffer as elements of a trivial type, of which it must hold a whole number.
  ///
  /// Valid as long as the buffer lives, like `bytes`.
  public func elements<Element: BitwiseCopyable>(
    of type: Element.Type
  ) -> UnsafeMutableBufferPointer<Element> {
    precondition(bytes.count % MemoryLayout<Element>.stride == 0, "a buffer holds whole elements")
    return bytes.bindMemory(to: type)
  }
}

/// One message of a batch: a range of a buffer's bytes, to or from one rank.
public struct Transfer {
  /// The memory it leaves from or arrives in.
  public var buffer: MessageBuffer
  /// Which of the buffer's bytes, counted from 0.
  public var range: Range<Int>
  /// The rank on the other side.
  public var peer: Int
  /// The number that tells it from other messages between the two ranks.
  public var tag: Int

  /// Describes the message; nothing is sent yet.
  public init(buffer: MessageBuffer, range: Range<Int>, peer: Int, tag: Int) {
    self.buffer = buffer
    self.range = range
    self.peer = peer
    self.tag = tag
  }
}
