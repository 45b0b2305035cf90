import FileFormats
import Testing

@Suite struct CRC32CTests {
  /// The examples of RFC 3720, appendix B.4, and the check value of the digits.
  static let examples: [(bytes: [UInt8], sum: UInt32)] = [
    (Array("123456789".utf8), 0xE306_9283),
    (Array(repeating: 0, count: 32), 0x8A91_36AA),
    (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E),
    ([], 0),
  ]

  @Test("The published examples", arguments: examples.indices)
  func published(index: Int) {
    #expect(CRC32C.checksum(of: Self.examples[index].bytes) == Self.examples[index].sum)
  }
}
