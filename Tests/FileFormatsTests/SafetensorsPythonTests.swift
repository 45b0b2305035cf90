import FileFormats
import Foundation
import TestBasis
import Testing

// Skipped where Python has no safetensors and NumPy: `pip install safetensors numpy`.
@Suite(
  "Safetensors and its Python package",
  .enabled(if: Python.runs("import safetensors, numpy"), "needs safetensors and numpy in Python"))
struct SafetensorsPythonTests {
  @Test("Python reads what was written here")
  func pythonReads() throws {
    let directory = try TemporaryFolder()
    var writer = try Safetensors.Writer(
      path: directory.file("a"),
      tensors: [
        .init("layers.1.weight", .float32, [2, 3]), .init("labels", .uint8, [3]),
        .init("bias", .float64, [2]), .init("step", .int64, []),
      ], metadata: ["name": "Ünïcode \"quoted\"\n"])
    try writer.append([Float(0.1), -2, 3, 4, 5, 1e-30])
    try writer.append([UInt8(1), 2, 255])
    try writer.append([Double.pi, -1e300])
    try writer.append([Int64(-1200)])
    _ = try writer.finish()
    let program = """
      import sys, safetensors, safetensors.numpy
      t = safetensors.numpy.load_file(sys.argv[1])
      with safetensors.safe_open(sys.argv[1], "np") as f: print(ascii(f.metadata()))
      for n in sorted(t): print(n, t[n].dtype, t[n].shape, t[n].tolist())
      """
    #expect(
      Python.output(of: program, [directory.file("a")]) == """
        {'name': '\\xdcn\\xefcode "quoted"\\n'}
        bias float64 (2,) [3.141592653589793, -1e+300]
        labels uint8 (3,) [1, 2, 255]
        layers.1.weight float32 (2, 3) [[0.10000000149011612, -2.0, 3.0], [4.0, 5.0, 1.0000000031710769e-30]]
        step int64 () -1200

        """)
  }

  @Test("what Python wrote is read here")
  func readsPython() throws {
    let directory = try TemporaryFolder()
    let program = """
      import sys, numpy as n, safetensors.numpy
      a = n.arange(6, dtype=n.float32).reshape(2, 3); b = n.array([2**62, -5]); c = n.array(.5)
      safetensors.numpy.save_file({"z": a, "a": b, "c": c}, sys.argv[1], {"k": "v"})
      """
    #expect(Python.output(of: program, [directory.file("a")]) == "")
    let reader = try Safetensors.Reader(path: directory.file("a"))
    #expect(reader.metadata == ["k": "v"])
    #expect(try reader.tensor("z").shape == [2, 3])
    #expect(try reader.elements(of: reader.tensor("z"), as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try reader.elements(of: reader.tensor("a"), as: Int64.self) == [1 << 62, -5])
    #expect(try reader.elements(of: reader.tensor("c"), as: Double.self) == [0.5])
  }
}
