/// What a run directory holds of something, or why there is none of it yet.
public enum Recorded<Value: Sendable>: Sendable {
  /// It is there.
  case found(Value)
  /// One sentence without its full stop, such as `the run has no checkpoint yet`.
  case absent(String)

  /// What is there.
  public var value: Value? {
    if case .found(let value) = self { value } else { nil }
  }
}

extension Recorded: Equatable where Value: Equatable {}
