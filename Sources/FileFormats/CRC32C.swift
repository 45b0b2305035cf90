/// The checksum of records that TensorBoard reads: CRC-32C, Castagnoli's polynomial, least significant bit first.
///
/// Source: RFC 3720, appendix B.4. zlib's `crc32` has another polynomial.
public enum CRC32C {
  /// The checksum of some bytes: CRC-32C (Castagnoli), as RFC 3720 defines it.
  public static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? (sum >> 1) ^ 0x82F6_3B78 : sum >> 1 }
  }
}
