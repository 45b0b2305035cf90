import DataSets
import FileFormats
import TestBasis
import Testing

@Suite("NumPy folders") struct NPYTests {
  let folder: TemporaryFolder

  static let trainingImages = "training-images.npy"
  static let trainingLabels = "training-labels.npy"
  static let testImages = "test-images.npy"
  static let testLabels = "test-labels.npy"

  /// Six training and two test images of 2×3 bytes; byte p of image i is 6i + p, its label i mod 4.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.trainingImages, Self.array("|u1", [6, 2, 3], Array(0..<36)))
    try folder.write(Self.trainingLabels, Self.array("|u1", [6], [0, 1, 2, 3, 0, 1]))
    try folder.write(Self.testImages, Self.array("|u1", [2, 2, 3], Array(0..<12)))
    try folder.write(Self.testLabels, Self.array("|u1", [2], [1, 2]))
  }

  /// An array file of version 1, as NumPy writes it: 64 bytes of header or a multiple.
  static func array(_ type: String, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
    let tuple = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    return file("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }", bytes)
  }

  static func file(_ text: String, version: UInt8 = 1, _ bytes: [UInt8]) -> [UInt8] {
    let digits = version == 1 ? 2 : 4
    let blanks = 63 - (8 + digits + text.utf8.count) % 64
    let header = Array((text + String(repeating: " ", count: blanks) + "\n").utf8)
    let length = (0..<digits).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + bytes
  }

  static func floats(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
  }

  func expectBad(_ name: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = folder.failure(.npy)
    #expect(error?.description == "\(folder.file(name)): \(reason)", sourceLocation: sourceLocation)
    #expect(error?.exitCode == 65, sourceLocation: sourceLocation)
  }

  @Test("Channels that stand first, and labels that count from 1, are told with the line that mends them")
  func layouts() throws {
    try folder.write(Self.trainingLabels, Self.array("|u1", [6], [1, 2, 3, 4, 1, 2]))
    try folder.write(Self.testLabels, Self.array("|u1", [2], [1, 2]))
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
    #expect(set.leastLabel == 1 && set.classes == 5)
    try folder.write(
      Self.trainingImages, Self.array("|u1", [6, 3, 8, 8], Array(repeating: 7, count: 6 * 192)))
    expectBad(
      Self.trainingImages,
      "has the shape 6×3×8×8, with its channels first; they belong last: "
        + "numpy.save(f, numpy.load(f).transpose(0, 2, 3, 1))")
  }

  @Test("bytes: splits, extents, classes")
  func bytes() throws {
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path, training: 3, validation: 2))
    #expect(set.description == "npy \(folder.path): 3 training, 2 validation, 2 test, 2×3")
    #expect(set.extents == [2, 3, 1] && set.classes == 4 && set.divisor == 255 && set.scalar == .byte)
    let validation = try set.load(.validation, shards: 0..<1, of: 1, inputs: true, labels: true)
    #expect(
      validation == [ShardExamples(shard: 0, count: 2, inputs: Array(18..<30), labels: [3, 0])])
    let plain = try set.load(.training, shards: 0..<2, of: 2, inputs: true, labels: true)
    for name in [Self.trainingImages, Self.trainingLabels] { try folder.pack(name) }
    let packed = try DataSet.open(set.source)
    #expect(try packed.load(.training, shards: 0..<2, of: 2, inputs: true, labels: true) == plain)
    #expect(packed.digest == set.digest)
  }

  @Test("floats of several channels, features, headers of every version and label type")
  func forms() throws {
    let values = (0..<36).map { Float($0) / 8 - 1 }
    try folder.write(Self.trainingImages, Self.array("<f4", [6, 1, 2, 3], Self.floats(values)))
    try folder.write(Self.testImages, Self.array("<f4", [2, 1, 2, 3], Self.floats(Array(values[..<12]))))
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
    #expect(set.extents == [1, 2, 3] && set.scalar == .float32 && set.divisor == 1)
    let examples = try set.load(.training, shards: 1..<2, of: 3, inputs: true, labels: true)[0]
    #expect(
      examples.labels == [1, 0] && examples.inputs == Self.floats(Array(values[6..<12] + values[24..<30])))
    let text = "{'shape': (6,6,), \"fortran_order\":False,'descr':\"|u1\"}"
    for version in [1, 2, 3] as [UInt8] {
      try folder.write(Self.trainingImages, Self.file(text, version: version, Array(0..<36)))
      try folder.write(Self.testImages, Self.array("|u1", [2, 6], Array(0..<12)))
      #expect(try DataSet.open(set.source).extents == [1, 6, 1])
    }
    for (type, size) in [("|i1", 1), ("<u2", 2), ("<i2", 2), ("<u4", 4), ("<i4", 4), ("<u8", 8), ("<i8", 8)] {
      let labels = [0, 100, 0, 7, 0, 0].flatMap { [UInt8($0)] + [UInt8](repeating: 0, count: size - 1) }
      try folder.write(Self.trainingLabels, Self.array(type, [6], labels))
      #expect(try DataSet.open(set.source).classes == 101, "\(type)")
    }
  }

  @Test("headers that are none, told with their byte")
  func headers() throws {
    func expect(_ text: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
      try folder.write(Self.testLabels, Self.file(text, [1, 2]))
      expectBad(Self.testLabels, reason, sourceLocation: sourceLocation)
    }
    let good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"
    func spoilt(_ old: String, _ new: String) -> String { good.replacing(old, with: new) }
    try expect("[]", "header, byte 10: '{' is missing")
    try expect(spoilt("'descr'", "descr"), "header, byte 11: a word in quotes is missing")
    try expect(spoilt("descr", "desc"), "header, byte 11: the key 'desc' is unknown or stands twice")
    try expect(spoilt("descr", "shape"), "header, byte 20: '(' is missing")
    let types =
      (["f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"].flatMap { ["<\($0)", ">\($0)"] }
      + ["|i1", "|u1", "|b1"]).joined(separator: ", ")
    try expect(
      spoilt("|u1", "|V1"), "header, byte 20: its numbers are '|V1'; arrays of \(types) are read")
    // What people have saved is told with what mends it.
    for (type, words) in [
      (
        "|S1",
        "holds words ('|S1'); number them: numpy.save(f, numpy.unique(numpy.load(f), return_inverse=True)[1])"
      ),
      (
        "<U4",
        "holds words ('<U4'); number them: numpy.save(f, numpy.unique(numpy.load(f), return_inverse=True)[1])"
      ),
      ("|O", "holds Python objects ('|O'); save numbers: numpy.save(f, array.astype('float32')), or 'uint8'"),
      ("<c8", "holds complex numbers ('<c8'); save their real and imaginary parts as numbers of their own"),
      ("<M8[D]", "holds times ('<M8[D]'); save numbers: numpy.save(f, numpy.load(f).astype('float32'))"),
    ] {
      try expect(spoilt("|u1", type), "header, byte 20: \(words)")
    }
    try expect(
      spoilt("False", "True"),
      "header, byte 44: it lies in Fortran's order; save numpy.ascontiguousarray of it")
    try expect(spoilt("False", "0"), "header, byte 44: True or False is missing")
    try expect(spoilt("(2,)", "(2,-1)"), "header, byte 63: a whole number is missing, or too large")
    try expect(
      spoilt("(2,)", "(99999999999999999999,)"), "header, byte 61: a whole number is missing, or too large")
    try expect(spoilt("(2,)", "()"), "header, byte 60: it holds nothing: its shape is ()")
    try expect(spoilt("(2,)", "(0,)"), "header, byte 60: it holds nothing: its shape is (0)")
    try expect(spoilt("}", "} x"), "header, byte 68: something follows the dictionary")
    try expect(spoilt(", 'shape': (2,), ", ""), "header, byte 50: there is no 'shape'")
    try expect(
      spoilt("(2,)", "(4294967296, 4294967296)"),
      "header, byte 60: it promises 4294967296×4294967296 numbers, the limit is 17179869184 bytes")
  }

  @Test("files that start or end otherwise than they say")
  func sizes() throws {
    let good = Self.array("|u1", [2], [1, 2])
    func expect(_ bytes: [UInt8], _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
      try folder.write(Self.testLabels, bytes)
      expectBad(Self.testLabels, reason, sourceLocation: sourceLocation)
    }
    try expect([], "truncated: its header goes on to byte 8, there are 0")
    try expect(Array("<svg></svg>".utf8), "byte 0: starts otherwise than a NumPy array, 0x93 NUMPY")
    try expect(
      Array("<html></html>".utf8),
      "is a page of HTML and no data: what was downloaded is a page about the file, or a refusal")
    try expect(Array(good[..<60]), "truncated: its header goes on to byte 128, there are 60")
    try expect(
      Array(good.dropLast()), "truncated: its header promises 2 bytes from byte 128 on, 1 are there")
    try expect(good + [0], "is too long: bytes follow the 2 from byte 128 on that its header promises")
    var bytes = good
    bytes[6] = 4
    try expect(bytes, "byte 6: is of version 4 of the format; 1, 2 and 3 are read")
    try expect(
      Array(good[..<6]) + [2, 0, 255, 255, 255, 255],
      "byte 8: its header promises 4294967295 bytes, the limit is 65536")
    // A small packed file cannot hold 16 GB; no memory is taken for them.
    try folder.write(Self.testLabels, Self.array("|u1", [17_179_869_184], []))
    try folder.pack(Self.testLabels)
    #expect(
      folder.failure(.npy)?.description.contains(".gz: truncated: its header promises 17179869184") == true)
    folder.remove(Self.testLabels + ".gz")
    try folder.write(Self.testLabels, good + [UInt8](repeating: 0, count: 32 << 20))
    try folder.pack(Self.testLabels)
    expectBad(
      Self.testLabels + ".gz", "is too long: bytes follow the 2 from byte 128 on that its header promises")
    folder.remove(Self.testLabels + ".gz")
    try folder.write(Self.testLabels, Self.array("<i4", [2], [1, 0, 0, 0, 1, 0, 0]))
    try folder.pack(Self.testLabels)
    expectBad(Self.testLabels + ".gz", "truncated: its header promises 8 bytes from byte 128 on, 7 are there")
  }

  @Test("arrays that do not fit each other or their use")
  func mismatch() throws {
    let images = folder.file(Self.trainingImages)
    try folder.write(Self.trainingLabels, Self.array("|u1", [5], [0, 1, 2, 3, 0]))
    expectBad(Self.trainingLabels, "has 5 labels, \(images) has 6 images")
    try folder.write(Self.trainingLabels, Self.array("|u1", [6, 1, 1], [0, 1, 2, 3, 0, 1]))
    expectBad(
      Self.trainingLabels,
      "has the shape 6×1×1; labels are one number an image, or one 1 among zeros for its class")
    try folder.write(Self.trainingLabels, Self.array("|u1", [6, 2], [0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]))
    expectBad(Self.trainingLabels, "label 2, byte 132: is not one 1 among zeros")
    try folder.write(Self.trainingLabels, Self.array("|i1", [6], [0, 1, 255, 3, 0, 1]))
    expectBad(Self.trainingLabels, "label 2, byte 130: is -1, and not one of 0 to 255")
    let wide: [UInt8] = [0, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 1]
    try folder.write(Self.trainingLabels, Self.array("<u2", [6], wide))
    expectBad(Self.trainingLabels, "label 5, byte 138: is 256, and not one of 0 to 255")
    try folder.write(Self.trainingLabels, Self.array("|u1", [6], [0, 1, 2, 3, 0, 1]))
    try folder.write(Self.testImages, Self.array("|u1", [2, 3, 2], Array(0..<12)))
    expectBad(Self.testImages, "has images of 3×2×1 byte, \(images) has images of 2×3×1 byte")
    for shape in [[12], [2, 1, 1, 2, 3]] {
      try folder.write(Self.testImages, Self.array("|u1", shape, Array(0..<12)))
      let written = shape.map(String.init).joined(separator: "×")
      expectBad(
        Self.testImages,
        "has the shape \(written); images are n×height×width, n×height×width×channels or n×features")
    }
    for bad in [Float.nan, .infinity, -.infinity] {
      let values = Self.floats([0, 1, 2, 3, 4, 5, 6, 7, bad, 9, 10, 11])
      try folder.write(Self.trainingImages, Self.array("<f4", [6, 1, 1], Self.floats([1, 2, 3, 4, 5, 6])))
      try folder.write(Self.testImages, Self.array("<f4", [12, 1, 1], values))
      try folder.write(Self.testLabels, Self.array("|u1", [12], [UInt8](repeating: 1, count: 12)))
      expectBad(Self.testImages, "image 8, byte 160: holds no finite number")
    }
    folder.remove(Self.testImages)
    #expect(folder.failure(.npy)?.exitCode == 66)
  }

  @Test(
    "labels in a column, one-hot, of floats, big-endian or as flags are labels; Python 2's shapes are shapes")
  func labelForms() throws {
    func classes() throws -> [UInt8] {
      let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
      return try set.load(.training, shards: 0..<1, of: 1, inputs: false, labels: true)[0].labels
    }
    let expected: [UInt8] = [0, 1, 2, 1, 0, 2]
    let oneHot = expected.flatMap { label in (0..<3).map { $0 == label ? 1 as Float : 0 } }
    let forms: [(String, [Int], [UInt8])] = [
      ("|u1", [6, 1], expected), ("<f4", [6], Self.floats(expected.map(Float.init))),
      (">i4", [6], expected.flatMap { [0, 0, 0, $0] }), ("<f4", [6, 3], Self.floats(oneHot)),
      ("|b1", [6, 3], oneHot.map { UInt8($0) }),
    ]
    for (type, shape, bytes) in forms {
      try folder.write(Self.trainingLabels, Self.array(type, shape, bytes))
      #expect(try classes() == expected, "\(type) \(shape)")
    }
    try folder.write(
      Self.trainingLabels,
      Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': (6L, 1L), }", expected))
    #expect(try classes() == expected)
    try folder.write(Self.trainingLabels, Self.array("<f4", [6], Self.floats([0, 1, 2.5, 1, 0, 2])))
    expectBad(Self.trainingLabels, "label 2, byte 136: is 2.5, and not one of 0 to 255")
  }

  @Test(
    "images of any type become float32 where nothing is lost, and are refused with what mends it where something is"
  )
  func converted() throws {
    let values = (0..<36).map { Double($0) / 8 - 1 }
    func doubles(_ values: [Double], big: Bool = false) -> [UInt8] {
      values.flatMap { value in
        withUnsafeBytes(of: big ? value.bitPattern.bigEndian : value.bitPattern.littleEndian) { Array($0) }
      }
    }
    let halves = values.flatMap { value in
      withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Array($0) }
    }
    for (type, bytes) in [("<f8", doubles(values)), (">f8", doubles(values, big: true)), ("<f2", halves)] {
      let size = bytes.count / values.count
      try folder.write(Self.trainingImages, Self.array(type, [6, 6], bytes))
      try folder.write(Self.testImages, Self.array(type, [2, 6], Array(bytes[..<(12 * size)])))
      let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
      let examples = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)[0]
      #expect(examples.inputs == Self.floats(values.map(Float.init)) && set.divisor == 1, "\(type)")
      #expect(try set.inputDigest().hasPrefix("whole"))
    }
    var tenth = values
    tenth[8] = 0.1
    try folder.write(Self.trainingImages, Self.array("<f8", [6, 6], doubles(tenth)))
    try folder.write(Self.testImages, Self.array("<f8", [2, 6], doubles(Array(values[..<12]))))
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
    #expect(
      throws: DataError.file(
        FileError(
          .badData, path: folder.file(Self.trainingImages),
          "image 1, byte 192: 0.1 is no float32; numpy.save(f, numpy.load(f).astype('float32')) rounds all"))
    ) {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)
    }
  }

  @Test("a file that changes between opening and loading is found")
  func changed() throws {
    let set = try DataSet.open(DataSource(format: .npy, path: folder.path))
    try folder.write(Self.trainingImages, Self.array("|u1", [6, 3, 2], Array(0..<36)))
    let path = folder.file(Self.trainingImages)
    #expect(throws: DataError.file(FileError(.badData, path: path, "has changed since it was opened"))) {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)
    }
  }

  @Test("whatever stands in a file, the set is read or refused with that file's name")
  func hostile() throws {
    var choices = SeededGenerator(state: 5)
    let good = try folder.bytes(Self.trainingImages)
    var counts = (read: 0, refused: 0)
    for _ in 0..<600 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &choices) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &choices)
        switch Int.random(in: 0..<4, using: &choices) {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &choices), at: at)
        case 2: bytes[at] = UInt8.random(in: 32...126, using: &choices)
        default: bytes.removeLast(bytes.count - at)
        }
      }
      try folder.write(Self.trainingImages, bytes)
      if let error = folder.failure(.npy) {
        counts.refused += 1
        #expect(error.exitCode == 65 && error.description.contains("\(folder.path)/t"), "\(error)")
      } else {
        counts.read += 1
      }
    }
    #expect(counts.read > 3 && counts.refused > 300, "\(counts)")
  }
}
