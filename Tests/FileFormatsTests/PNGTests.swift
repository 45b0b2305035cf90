import FileFormats
import Foundation
import TestBasis
import Testing

@Suite("PNG")
struct PNGTests {
  /// Reads a PNG with nothing but Python's own zlib: width, height, colour type, then the bytes of every row.
  static let reader = """
    import sys, zlib, struct
    b = open(sys.argv[1], "rb").read()
    assert b[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    at, parts = 8, []
    while at < len(b):
        size, name = struct.unpack(">I4s", b[at:at + 8])
        data = b[at + 8:at + 8 + size]
        assert struct.unpack(">I", b[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + data)
        parts.append((name, data)); at += 12 + size
    assert [n for n, _ in parts] == [b"IHDR", b"IDAT", b"IEND"]
    w, h, depth, kind, a, c, i = struct.unpack(">IIBBBBB", parts[0][1])
    rows = zlib.decompress(parts[1][1]); n = w * {0: 1, 2: 3, 6: 4}[kind] + 1
    assert (depth, a, c, i) == (8, 0, 0, 0) and len(rows) == h * n
    print(w, h, kind, [list(rows[y * n:(y + 1) * n]) for y in range(h)])
    """

  private func read(_ bytes: [UInt8]) throws -> String {
    let directory = try TemporaryFolder()
    try Data(bytes).write(to: URL(fileURLWithPath: directory.file("a.png")))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.reader, directory.file("a.png")]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  @Test("another reader finds every pixel")
  func pixels() throws {
    let grey = PNG.encode(width: 3, height: 2, .grey, [0, 1, 2, 253, 254, 255])
    #expect(try read(grey) == "3 2 0 [[0, 0, 1, 2], [0, 253, 254, 255]]")
    let opaque = PNG.encode(width: 2, height: 1, .redGreenBlue, [1, 2, 3, 4, 5, 6])
    #expect(try read(opaque) == "2 1 2 [[0, 1, 2, 3, 4, 5, 6]]")
    let colour = PNG.encode(width: 1, height: 2, .redGreenBlueAlpha, [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try read(colour) == "1 2 6 [[0, 1, 2, 3, 4], [0, 5, 6, 7, 8]]")
  }

  @Test("equal pictures give equal bytes, and a large even one few")
  func packed() {
    let even = PNG.encode(width: 1000, height: 1000, .grey, [UInt8](repeating: 7, count: 1_000_000))
    #expect(even.count < 5000)
    #expect(even == PNG.encode(width: 1000, height: 1000, .grey, [UInt8](repeating: 7, count: 1_000_000)))
  }
}
