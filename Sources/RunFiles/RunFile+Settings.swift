import Schema

extension RunFile {
  /// Every key, dotted, with its value as the resolved run file holds it, in its order.
  public var settings: [(key: String, value: String)] {
    (Codec.runFile.write(self)?.values() ?? []).map { ($0.path, $0.text) }
  }
}
