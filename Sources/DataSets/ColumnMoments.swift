/// Mean and deviation of each column of the training rows, added row by row in Float64 (Welford 1962).
public struct ColumnMoments: Codable, Equatable, Sendable {
  /// Σ d / n.
  public private(set) var mean: [Double]
  private var squares: [Double]
  private var rows = 0.0

  init(columns: Int) {
    mean = Array(repeating: 0, count: columns)
    squares = mean
  }

  /// √(Σ (d − mean)² / n), and 1 of a column whose numbers are all the same.
  public var deviation: [Double] {
    squares.map { $0 > 0 ? ($0 / rows).squareRoot() : 1 }
  }

  /// Whether numbers can have such moments: what was read of a file may be anything.
  public var isPossible: Bool {
    squares.count == mean.count && (mean + squares).allSatisfy(\.isFinite) && squares.allSatisfy { $0 >= 0 }
      && rows >= 0
  }

  mutating func add(_ targets: [Double]) {
    rows += 1
    for column in mean.indices {
      let before = targets[column] - mean[column]
      mean[column] += before / rows
      squares[column] += before * (targets[column] - mean[column])
    }
  }
}
