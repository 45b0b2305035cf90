import DataSets
import Inspection
import Records
import Tensors
import Testing

/// Samples whose figures are known: as the data, the data themselves, and others.
@Suite struct JudgedSamplesTests {
  private static func normal(_ rows: Int, stream: UInt64, shift: Double = 0, scale: Double = 1) -> Matrix {
    let random = CounterRandom(seed: stream, purpose: .samples)
    return Matrix(rows: rows, columns: 8, precision: .float64) { shift + scale * random.normal($0, $1, 7) }
  }

  private static func judged(_ samples: Matrix) throws -> SampleRecord {
    try SampleRecord(samples: samples, data: data, classifier: nil)
  }

  private static let data = normal(3000, stream: 1)

  @Test(
    "Samples as the data are near to them as they are to each other, and one in a hundred as near as copies")
  func alike() throws {
    let record = try Self.judged(Self.normal(2000, stream: 2))
    #expect(record.samples == 2000 && record.examples == 3000 && record.classes == nil)
    #expect(record.frechetPixels < 0.05 && 0.0001..<0.05 ~= record.frechetFloor)
    #expect(0.95...1.05 ~= record.nearestRatio && 0.003...0.02 ~= record.copiedShare, "\(record)")
  }

  @Test("Copies are told, and so is what lies nearer than examples do")
  func copies() throws {
    let record = try Self.judged(Self.data)
    #expect(record.copiedShare == 1 && record.nearestRatio == 0 && record.frechetPixels < 1e-8)
    let half = Matrix(rows: 1000, columns: 8, precision: .float64) {
      $0 < 500 ? Self.data[$0, $1] : 20 + Double($0)
    }
    #expect(try Self.judged(half).copiedShare == 0.5)
  }

  @Test("A shift and a scale are as far off as they are; what is small lies nearer, what is large farther")
  func others() throws {
    let shifted = try Self.judged(Self.normal(3000, stream: 3, shift: 0.5))
    #expect(abs(shifted.frechetPixels - 8 * 0.25) < 0.15, "\(shifted)")
    let small = try Self.judged(Self.normal(3000, stream: 3, scale: 0.5))
    #expect(abs(small.frechetPixels - 8 * 0.25) < 0.1 && small.nearestRatio < 0.8, "\(small)")
    let large = try Self.judged(Self.normal(3000, stream: 3, scale: 3))
    #expect(
      abs(large.frechetPixels - 8 * 4) < 1.5 && large.nearestRatio > 2 && large.copiedShare == 0, "\(large)")
  }

  @Test("Limits are kept from the better side, and never by what was not to be had")
  func limits() throws {
    let record = try Self.judged(Self.normal(2000, stream: 2))
    for measure in SampleRecord.Measure.allCases {
      guard let value = record.value(measure) else {
        #expect(!record.keeps(0, of: measure) && !record.keeps(1e9, of: measure), "\(measure)")
        continue
      }
      let (better, worse) = measure.isBetterLower ? (value + 1, value - 1) : (value - 1, value + 1)
      #expect(record.keeps(better, of: measure) && !record.keeps(worse, of: measure), "\(measure)")
    }
  }
}
