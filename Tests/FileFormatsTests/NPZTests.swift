import FileFormats
import TestBasis
import Testing

@Suite("NPZ") struct NPZTests {
  private static let hasNumPy = Python.runs("import numpy")

  private static func bytes<Element>(_ elements: [Element]) -> [UInt8] {
    elements.withUnsafeBytes { Array($0) }
  }

  private func write(_ path: String) throws -> Int {
    var writer = try NPZ.Writer(path: path)
    try writer.append(
      .init("layers.1.weight", .float32, [2, 3]), Self.bytes([Float(0.1), -2, 3, 4, 5, 1e-30]))
    try writer.append(.init("labels", .uint8, [3]), [1, 2, 255])
    try writer.append(.init("step", .int64, []), Self.bytes([Int64(-1200)]))
    try writer.append(.init("none", .float64, [0, 4]), [])
    return try writer.finish()
  }

  @Test("NumPy reads what was written, and its checksums are right", .enabled(if: hasNumPy, "needs NumPy"))
  func read() throws {
    let directory = try TemporaryFolder()
    let size = try write(directory.file("a.npz"))
    #expect(try directory.bytes("a.npz").count == size)
    let program = """
      import sys, numpy, zipfile
      print(zipfile.ZipFile(sys.argv[1]).testzip())
      arrays = numpy.load(sys.argv[1])
      for n in arrays.files: print(n, arrays[n].dtype, arrays[n].shape, arrays[n].flags['C_CONTIGUOUS'], arrays[n].tolist())
      """
    #expect(
      Python.output(of: program, [directory.file("a.npz")]) == """
        None
        layers.1.weight float32 (2, 3) True [[0.10000000149011612, -2.0, 3.0], [4.0, 5.0, 1.0000000031710769e-30]]
        labels uint8 (3,) True [1, 2, 255]
        step int64 () True -1200
        none float64 (0, 4) True []

        """)
  }

  @Test("The same arrays give the same file; an empty archive is one")
  func bytes() throws {
    let directory = try TemporaryFolder()
    let size = try write(directory.file("a.npz"))
    #expect(try size == write(directory.file("b.npz")))
    #expect(try directory.bytes("a.npz") == directory.bytes("b.npz"))
    let writer = try NPZ.Writer(path: directory.file("c.npz"))
    // The three records that end an archive: 56, 20 and 22 bytes.
    #expect(try writer.finish() == 98)
  }
}
