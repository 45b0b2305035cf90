import Foundation
import TestBasis

/// SciPy, where the Python that EQPROP_PYTHON names, or `python3`, has it.
enum SciPy {
  static let isThere = Python.runs("import scipy.linalg, scipy.optimize")

  /// The numbers that an expression of `x`, an array of these numbers, has; nil where it fails.
  static func values(_ expression: String, of numbers: [Double]) throws -> [Double]? {
    let folder = try TemporaryFolder()
    try folder.write("x", numbers.withUnsafeBytes { [UInt8]($0) })
    let program = """
      import sys, numpy as n, scipy.linalg, scipy.optimize
      x = n.fromfile(sys.argv[1] + "/x")
      n.asarray(\(expression), dtype="f8").tofile(sys.argv[1] + "/y")
      """
    guard Python.runs(program, [folder.path]) else { return nil }
    return try folder.bytes("y").withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: Double.self) }
    }
  }
}
