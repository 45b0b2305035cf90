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
      Self.heading + Self.rows.map { "\"" + $0.replacing(",", with: "\",\"") + "\"" }.joined(separator: "\n"),
      Self.heading + Self.rows.joined(separator: "\r"),
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
    "Numbers that are written in several ways are one class; a comma is a point where nothing else can be")
  func writing() throws {
    let classes = try open("a,y\n1,1\n2,1.0\n3,2\n4, 2 \n5,1e0\n")
    #expect(classes.classNames == ["1", "2"])
    let commas = try open("5,1;3,5\n6,2;4,5\n7,3;3,5\n", for: .targets)
    #expect(commas.extents == [1, 1, 1])
    let targets = try commas.load(.training, shards: 0..<1, of: 1, inputs: false, targets: true)[0].targets
    #expect(Set(targets).isSubset(of: [3.5, 4.5]))
    #expect(abs(commas.targetMoments.mean[0] - targets.reduce(0, +) / Double(targets.count)) < 1e-12)
  }

  @Test("A named column makes the first line a heading, whatever else stands there")
  func numericHeading() throws {
    let set = try open("2019,2020,y\n1,2,0\n3,4,1\n5,6,0\n", target: "y")
    #expect(set.columns == ["2019", "2020"] && set.count(.training) + set.count(.test) == 3)
  }

  @Test("Columns are known by their names, whatever their order and whatever stands beside them")
  func columns() throws {
    let text = "a,b,y\n" + (0..<10).map { "\($0),\(-$0),\($0 % 2)\n" }.joined()
    let other = "n,y,b,a\n" + (0..<10).map { "7,\($0 % 2),\(-$0),\($0)\n" }.joined()
    func inputs(_ set: DataSet) throws -> [UInt8] {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true)[0].inputs
    }
    let (one, two) = (try open(text), try open(other, target: "y"))
    #expect(one.columns == ["a", "b"] && two.columns == ["n", "b", "a"] && two.inputs == 3)
    let known = try two.known(columns: one.columns, inputs: one.inputMoments, classes: nil)
    #expect(try known.inputs == 2 && known.extents == [1, 2, 1] && inputs(known) == inputs(one))
    let error = #expect(throws: (any Error).self) {
      _ = try one.known(columns: two.columns, inputs: nil, classes: nil)
    }
    #expect("\(String(describing: error))".contains("has no column 'n', which the network learns from"))
  }

  @Test("A folder holds the rows that train and those that test")
  func folder() throws {
    let folder = try TemporaryFolder()
    try folder.write("training.csv", Array("a,b,y\n1,2,no\n3,4,yes\n5,6,no\n".utf8))
    try folder.write("test.csv", Array("b,a,y\n2,1,no\n".utf8))
    let set = try DataSet.open(DataSource(format: .csv, path: folder.path, validation: 1))
    #expect(
      [Split.training, .validation, .test].map(set.count) == [2, 1, 1] && set.classNames == ["no", "yes"])
    let test = try set.load(.test, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    #expect(test.labels == [0])
    let numbers = test.inputs.withUnsafeBytes { bytes in
      (0..<2).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(numbers == [1, 2])
  }

  @Test(
    "Mistakes are told with their line and column",
    arguments: [
      ("a,b\n1,2\n3\n", "line 3: has 1 cells, line 1 has 2"),
      ("a,b\n1,x\n,y\n", "line 3, 'a': is empty; fill it"),
      ("a,b\n1,x\nred,y\n", "line 3, 'a': 'red' is no number; write words as columns of 0 and 1"),
      ("a,b\n1,x\n2,\n", "line 3, 'b': is empty, and no class"), ("", "holds no row"),
      ("a,b\n", "holds a heading and no row"), ("a,b\n1,\"x\n", "line 2: a quote is never closed"),
      ("a,a\n1,x\n", "two columns are called 'a'"), (",a\nx,x\n", "column 1 has no name"),
      ("a,b\n1e39,x\n", "line 2, 'a': 1e+39 is beyond float32"),
      ("a\nx\n", "has no column that goes in"),
      ("a,b\n1,nan\nnan,x\n", "line 3, 'a': 'nan' is a gap; fill it"),
      ("a,b\n" + (0..<30).map { "w\($0),x\n" }.joined(), "line 2, 'a': 'w0' is no number; write it bare"),
      ("a,b\n1,x\n\"1,059\",y\n", "line 3, 'a': '1,059' is no number; write it bare, as in 1059.5"),
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

  @Test(
    "Text that is no UTF-8 is told with what mends it",
    arguments: [[0xFF, 0xFE, 0x61, 0], [0x61, 0x2C, 0xFC, 0x0A, 0x31, 0x2C, 0x78]])
  func encodings(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folder.write("a.csv", bytes)
    let error = #expect(throws: DataError.self) {
      _ = try DataSet.open(DataSource(format: .csv, path: folder.path + "/a.csv"))
    }
    #expect(error?.description.contains("CSV UTF-8") == true && error?.exitCode == 65)
  }
}
