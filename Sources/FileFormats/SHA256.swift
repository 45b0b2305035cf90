import COpenSSL

/// The SHA-256 digest of bytes that arrive a few at a time (FIPS 180-4, over libcrypto).
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("every build of libcrypto offers SHA-256, and its state is a few hundred bytes")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes the next bytes in.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty { return }
    let result = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(result == 1, "EVP_DigestUpdate fails only on a context that was not started")
  }

  /// The digest of all bytes taken in, as 64 lower-case hexadecimal digits.
  public consuming func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let result = EVP_DigestFinal_ex(context, &digest, nil)
    precondition(result == 1, "EVP_DigestFinal_ex fails only on a context that was not started")
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}

extension SHA256 {
  /// The digest of bytes in memory.
  public static func digest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The size and the digest of the file at `path`, read a mebibyte at a time.
  public static func digest(ofFile path: String) throws(FileError) -> (size: Int, sha256: String) {
    let file = try InputFile(path: path)
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var size = 0
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { break }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      size += count
    }
    return (size, hash.finish())
  }
}
