import Foundation
import Tensors
import Testing

@Suite("Pooling") struct PoolingTests {
  /// A 4 × 5 picture in squares of 2: the last column is left out.
  static let members = [[0, 1, 5, 6], [2, 3, 7, 8], [10, 11, 15, 16], [12, 13, 17, 18]]
  static let left = [4, 9, 14, 19]
  static let examples = 3
  static let columns = 21

  /// Pooled values and slopes of the units from `from` on.
  private func pooled(_ kind: PoolingKind, _ values: Matrix, from: Int = 0) -> (Matrix, slopes: Matrix) {
    let table = PoolTable(kind, positions: 20, members: Self.members)
    var pooled = Matrix(rows: 12, columns: Self.columns, precision: values.precision)
    var slopes = Matrix(rows: 60, columns: from + Self.columns, precision: values.precision)
    pooled.setPooled(
      examples: 0..<Self.examples, of: values, by: table, slopes: &slopes,
      columns: from..<from + Self.columns)
    return (pooled, slopes)
  }

  private func values(_ precision: Precision) -> Matrix {
    // Few different values, so that squares hold equal ones.
    Matrix(rows: 60, columns: Self.columns, precision: precision) { (5 * noise($0, $1, 1)).rounded() / 4 }
  }

  @Test("takes the largest, the mean or the soft-max mean of a square", arguments: Precision.allCases)
  func pools(precision: Precision) {
    let values = values(precision)
    for kind in PoolingKind.allCases {
      let (pooled, _) = pooled(kind, values)
      for row in 0..<12 {
        for column in 0..<Self.columns {
          let square = Self.members[row % 4].map { values[row / 4 * 20 + $0, column] }
          let weights = square.map { exp($0) }
          let expected =
            switch kind {
            case .max: square.max() ?? 0
            case .average: square.reduce(0, +) / 4
            case .soft: zip(square, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
            }
          #expect(abs(pooled[row, column] - expected) <= 8 * precision.epsilon)
        }
      }
      #expect(pooled.hasZeroPadding)
    }
  }

  @Test("slopes are the derivatives, by finite differences; of equal largest values the first counts")
  func slopes() {
    let values = values(.float64)
    for kind in PoolingKind.allCases {
      let (_, slopes) = pooled(kind, values)
      for row in 0..<12 {
        for column in 0..<Self.columns {
          let places = Self.members[row % 4].map { row / 4 * 20 + $0 }
          if kind == .max {
            let most = places.map { values[$0, column] }.max()
            let first = places.first { values[$0, column] == most }
            for place in places { #expect(slopes[place, column] == (place == first ? 1 : 0)) }
            continue
          }
          for place in places {
            func moved(_ h: Double) -> Double {
              var moved = values
              moved[place, column] += h
              return pooled(kind, moved).0[row, column]
            }
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5
            #expect(abs(slopes[place, column] - expected) <= 1e-9)
          }
        }
      }
      for example in 0..<Self.examples {
        for place in Self.left {
          for column in 0..<Self.columns { #expect(slopes[example * 20 + place, column] == 0) }
        }
      }
    }
  }

  @Test(
    "what goes back is spread by the slopes, and a response is gathered by them",
    arguments: PoolingKind.allCases)
  func ways(kind: PoolingKind) {
    let (values, table) = (
      values(.float64), PoolTable(kind, positions: 20, members: Self.members)
    )
    let slopes = pooled(kind, values, from: 16).slopes
    let columns = 16..<16 + Self.columns
    let above = Matrix(random: 2, rows: 12, columns: columns.upperBound, precision: .float64)
    let change = Matrix(random: 3, rows: 60, columns: Self.columns, precision: .float64)
    var spread = Matrix(rows: 60, columns: columns.upperBound, precision: .float64)
    spread.setSpread(examples: 1..<3, of: above, by: table, slopes: slopes, columns: columns)
    var response = Matrix(rows: 12, columns: Self.columns, precision: .float64)
    response.setPooledResponse(examples: 1..<3, to: change, by: table, slopes: slopes, columns: columns)
    for row in 0..<12 {
      for column in 0..<Self.columns {
        let places = Self.members[row % 4].map { row / 4 * 20 + $0 }
        let isMoved = row >= 4
        for place in places {
          let expected = slopes[place, 16 + column] * above[row, 16 + column]
          #expect(spread[place, 16 + column] == (isMoved ? expected : 0))
        }
        let expected = places.reduce(0.0) { $0 + slopes[$1, 16 + column] * change[$1, column] }
        #expect(abs(response[row, column] - (isMoved ? expected : 0)) <= 1e-14)
      }
    }
  }

  @Test("instruction sets agree to the bit", arguments: Precision.allCases, PoolingKind.allCases)
  func instructionSets(precision: Precision, kind: PoolingKind) {
    let (values, table) = (values(precision), PoolTable(kind, positions: 20, members: Self.members))
    let all = InstructionSet.all.filter { $0.precision == precision }.map { set in
      var pooled = Matrix(rows: 12, columns: Self.columns, precision: precision)
      var slopes = Matrix(rows: 60, columns: Self.columns, precision: precision)
      pooled.setPooled(
        examples: 0..<3, of: values, by: table, slopes: &slopes, columns: 0..<Self.columns,
        kernels: set.kernels)
      return pooled.bits + slopes.bits
    }
    #expect(Set(all).count == 1 && !all.isEmpty)
  }
}
