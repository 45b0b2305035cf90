extension Range<Int> {
  /// The rows of these examples, each of which has so many.
  public func times(_ rows: Int) -> Range<Int> { lowerBound * rows..<upperBound * rows }

  /// The same rows, so many further down.
  public func shifted(by rows: Int) -> Range<Int> { lowerBound + rows..<upperBound + rows }
}
