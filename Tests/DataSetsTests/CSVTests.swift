import DataSets
import Foundation
import TestBasis
import Testing

@Suite("Tables of comma-separated values") struct CSVTests {
  private func file(_ text: String, _ name: String = "a.csv") throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    try folder.write(name, Array(text.utf8))
    return (folder, folder.path + "/" + name)
  }

  private func open(
    _ text: String, for supervision: Supervision = .labels, target: String? = nil, validation: Int = 0
  ) throws -> DataSet {
    let (folder, path) = try file(text)
    var source = DataSource(format: .csv, path: path, validation: validation)
    source.target = target
    defer { withExtendedLifetime(folder) {} }
    return try DataSet.open(source, for: supervision)
  }

  private static let heading = "width,height,kind\n"
  private static let rows = (0..<20).map { "\($0),\(2 * $0).5,\($0 < 10 ? "ant" : "bee")" }

  @Test("Words are classes in the alphabet's order, sorted rows are mixed, a fifth is kept for the test")
  func words() throws {
    let set = try open(Self.heading + Self.rows.joined(separator: "\n"))
    #expect(set.classes == 2 && set.classNames == ["ant", "bee"] && set.extents == [1, 2, 1])
    #expect(set.count(.training) == 16 && set.count(.test) == 4 && set.count(.validation) == 0)
    let training = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    #expect(Set(training.labels) == [0, 1] && training.inputs.count == 16 * 8)
    let first = training.inputs.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 0, as: Float.self) }
    // The row goes with its class.
    #expect((first < 10) == (training.labels[0] == 0))
    // Standardised over the training rows.
    let values = set.values(.float64)
    #expect(set.inputMoments?.mean.count == 2 && values.count == 2)
  }

  @Test(
    "What parts cells, ends lines and begins a file is found out",
    arguments: [
      Self.heading + Self.rows.joined(separator: "\r\n") + "\r\n",
      "\u{FEFF}" + Self.heading + Self.rows.joined(separator: "\n"),
      (Self.heading + Self.rows.joined(separator: "\n")).replacing(",", with: ";").replacing(".", with: ","),
      (Self.heading + Self.rows.joined(separator: "\n\n")).replacing(",", with: "\t"),
      Self.rows.map { "\"" + $0.replacing(",", with: "\",\"") + "\"" }.joined(separator: "\n"),
    ])
  func forms(text: String) throws {
    let plain = try open(Self.heading + Self.rows.joined(separator: "\n"))
    let set = try open(text)
    #expect(set.digest == plain.digest && set.classNames == plain.classNames)
    func inputs(_ set: DataSet) throws -> [UInt8] {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true)[0].inputs
    }
    #expect(try inputs(set) == inputs(plain))
  }

  @Test("Whole numbers are classes by size, from 1 or any other number on; a column is named")
  func numbers() throws {
    let text = "y,a\n" + (0..<12).map { "\([1, 2, 10][$0 % 3]),\($0)\n" }.joined()
    let set = try open(text, target: "y")
    #expect(set.classes == 3 && set.classNames == ["1", "2", "10"])
    let plain = try open(text.replacing("10,", with: "0,"), target: "y")
    #expect(plain.classNames.isEmpty && plain.classes == 3)
    let targets = try open(text, for: .targets, target: "y")
    #expect(targets.targets == 1 && targets.extents == [1, 1, 1])
    let values = try targets.load(.training, shards: 0..<1, of: 1, inputs: false, targets: true)[0].targets
    #expect(Set(values) == [1, 2, 10])
  }

  @Test(
    "Mistakes are told with their line and column",
    arguments: [
      ("a,b\n1,2\n3\n", "line 3: has 1 cells, line 1 has 2"),
      ("a,b\n1,x\n,y\n", "line 3, 'a': is empty; fill the gap"),
      ("a,b\n1,x\nred,y\n", "line 3, 'a': 'red' is no number; write words as columns of 0 and 1"),
      ("a,b\n1,x\n2,\n", "line 3, 'b': is empty, and no class"), ("", "holds no row"),
      ("a,b\n", "holds a heading and no row"), ("a,b\n1,\"x\n", "line 2: a quote is never closed"),
      ("a\nx\n", "has no column that goes in"), ("a,b\n1,nan\nnan,x\n", "line 3, 'a': 'nan' is no number"),
    ])
  func mistakes(text: String, words: String) throws {
    let (folder, path) = try file(text)
    let error = #expect(throws: DataError.self) {
      _ = try DataSet.open(DataSource(format: .csv, path: path))
    }
    #expect(error?.description.contains(words) == true, "\(String(describing: error)) \(folder.path)")
    #expect(error?.exitCode == 65)
  }

  @Test("A column that is not there is told with those that are; a file that is not, as missing")
  func missing() throws {
    let error = #expect(throws: DataError.self) { _ = try open("a,b\n1,2\n", target: "c") }
    #expect(error?.description.contains("has no column 'c'; it has 'a', 'b'") == true)
    let none = #expect(throws: DataError.self) {
      _ = try DataSet.open(DataSource(format: .csv, path: "/nowhere/a.csv"))
    }
    #expect(none?.exitCode == 66)
  }
}
