/// A number of messages and their bytes.
public struct MessageCount: Codable, Hashable, Sendable, AdditiveArithmetic {
  /// Those of at least one byte.
  public var messages: Int
  /// Of all messages together.
  public var bytes: Int

  public init(messages: Int = 0, bytes: Int = 0) {
    self.messages = messages
    self.bytes = bytes
  }

  public static let zero = MessageCount()

  /// Counts messages of so many bytes each; empty ones are never sent.
  @inlinable
  public mutating func add(bytes: Int, times: Int = 1) {
    guard bytes > 0 else { return }
    messages += times
    self.bytes += bytes * times
  }

  public static func + (a: Self, b: Self) -> Self {
    Self(messages: a.messages + b.messages, bytes: a.bytes + b.bytes)
  }

  public static func - (a: Self, b: Self) -> Self {
    Self(messages: a.messages - b.messages, bytes: a.bytes - b.bytes)
  }

  public static func * (a: Self, times: Int) -> Self {
    Self(messages: a.messages * times, bytes: a.bytes * times)
  }
}

/// Messages that a rank sends, one to each receiver, and those that it receives.
public struct MessageFlow: Codable, Hashable, Sendable, AdditiveArithmetic {
  public var sent: MessageCount
  public var received: MessageCount

  public init(sent: MessageCount = .zero, received: MessageCount = .zero) {
    self.sent = sent
    self.received = received
  }

  public static let zero = MessageFlow()

  public static func + (a: Self, b: Self) -> Self {
    Self(sent: a.sent + b.sent, received: a.received + b.received)
  }

  public static func - (a: Self, b: Self) -> Self {
    Self(sent: a.sent - b.sent, received: a.received - b.received)
  }

  public static func * (a: Self, times: Int) -> Self {
    Self(sent: a.sent * times, received: a.received * times)
  }
}
