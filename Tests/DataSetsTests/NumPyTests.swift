import DataSets
import Foundation
import Tensors
import TestBasis
import Testing

// Skipped where Python has no NumPy.
@Suite("What NumPy saves", .enabled(if: Python.runs("import numpy"), "needs numpy in Python"))
struct NumPyTests {
  static let program = """
    import sys, numpy as n
    folder, images, labels, version = sys.argv[1:5]
    for split, count in (("training", 5), ("test", 3)):
        x = n.arange(count * 4 * 6 * 3).reshape(count, 4, 6, 3) % 251
        y = n.arange(count) * 7 % 11
        x = x.astype(images) if images == "u1" else (x / 250).astype(images)
        for name, a in (("images", x), ("labels", y.astype(labels))):
            with open(f"{folder}/{split}-{name}.npy", "wb") as f:
                n.lib.format.write_array(f, a, version=(int(version), 0))
    """

  @Test(
    "is read number by number",
    arguments: [("u1", "i8", "1"), ("f4", "u1", "1"), ("f4", "i4", "2"), ("u1", "u2", "3")])
  func saved(images: String, labels: String, version: String) throws {
    let folder = try TemporaryFolder()
    #expect(Python.runs(Self.program, [folder.path, images, labels, version]))
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path, training: 4, validation: 1))
    #expect(set.extents == [4, 6, 3] && set.classes == 11)
    #expect(Split.allCases.map(set.count) == [4, 1, 3])
    let examples = try set.load(.training, shards: 1..<2, of: 2, inputs: true, labels: true)[0]
    #expect(examples.labels == [7, 10])
    var input = Matrix(rows: 2, columns: 72, precision: .float64)
    let values = set.values(.float64)
    for row in 0..<2 { values.set(&input, row: row, to: row, of: examples) }
    for (row, example) in [1, 3].enumerated() {
      let stored = (0..<72).map { Double((example * 72 + $0) % 251) }
      let expected = images == "u1" ? stored.map { $0 / 255 } : stored.map { Double(Float($0 / 250)) }
      #expect(input.row(row) == expected)
    }
  }
}
