import FileFormats
import TestBasis
import Testing

@Suite("SHA-256") struct SHA256Tests {
  // FIPS 180-2, appendix B, and the empty message.
  @Test(
    "the standard's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, digest: String) {
    #expect(SHA256.digest(of: Array(text.utf8)) == digest)
  }

  @Test("a million letters a, in pieces and as a file")
  func pieces() throws {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: 777) {
      bytes[start..<min(bytes.count, start + 777)].withUnsafeBytes { hash.update($0) }
    }
    #expect(hash.finish() == expected)
    let directory = try TemporaryFolder()
    let (size, digest) = try SHA256.digest(ofFile: directory.write("a", bytes))
    #expect(size == 1_000_000 && digest == expected)
  }

  @Test("a file that is not there is missing")
  func missing() throws {
    #expect(throws: FileError(.missing, path: "/nowhere/x", "no such file or directory")) {
      try SHA256.digest(ofFile: "/nowhere/x")
    }
  }
}
