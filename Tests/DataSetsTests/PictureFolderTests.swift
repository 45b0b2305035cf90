import CJPEG
import DataSets
import FileFormats
import Foundation
import TestBasis
import Testing

@Suite("Folders of pictures") struct PictureFolderTests {
  /// A picture of 2 × 3 pixels, all numbers alike.
  private static func png(_ level: UInt8, _ pixels: PNG.Pixels = .grey, width: Int = 3) -> [UInt8] {
    PNG.encode(
      width: width, height: 2, pixels, Array(repeating: level, count: 2 * width * pixels.channels))
  }

  /// By libjpeg, which reads it too.
  private static func jpeg(_ level: UInt8, channels: Int32, width: Int = 3) -> [UInt8] {
    var jpeg = jpeg_compress_struct()
    var errors = jpeg_error_mgr()
    jpeg.err = jpeg_std_error(&errors)
    jpeg_CreateCompress(&jpeg, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
    var (bytes, count): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
    jpeg_mem_dest(&jpeg, &bytes, &count)
    (jpeg.image_width, jpeg.image_height) = (JDIMENSION(width), 2)
    (jpeg.input_components, jpeg.in_color_space) = (channels, channels == 1 ? JCS_GRAYSCALE : JCS_RGB)
    jpeg_set_defaults(&jpeg)
    jpeg_set_quality(&jpeg, 100, 1)
    jpeg_start_compress(&jpeg, 1)
    var row = [UInt8](repeating: level, count: width * Int(channels))
    for _ in 0..<2 {
      row.withUnsafeMutableBufferPointer { buffer in
        var start = buffer.baseAddress
        _ = jpeg_write_scanlines(&jpeg, &start, 1)
      }
    }
    jpeg_finish_compress(&jpeg)
    jpeg_destroy_compress(&jpeg)
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private func open(
    _ folder: TemporaryFolder, _ path: String = "", validation: Int = 0, splits: [Split] = Split.allCases
  ) throws -> DataSet {
    try DataSet.open(
      DataSource(format: .pictures, path: folder.path + path, validation: validation), splits: splits)
  }

  private func pixels(_ data: DataSet, _ split: Split) throws -> (inputs: [UInt8], labels: [UInt8]) {
    let examples = try data.load(split, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    return (examples.inputs, examples.labels)
  }

  /// Twenty pictures of two classes, in one folder: levels 0 to 9 are ants.
  private func insects() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for level in 0..<20 {
      let name = (level < 10 ? "ant" : "bee") + "/\(level)"
      try folder.write(name + (level % 2 == 0 ? ".png" : ".PNG"), Self.png(UInt8(level)))
    }
    return folder
  }

  @Test("Folders are classes; what no folder parts is mixed, and a fifth is kept for the test")
  func classes() throws {
    let folder = try insects()
    try folder.write("ant/.DS_Store", [1])
    try folder.write("__MACOSX/ant/a.png", [1])
    try folder.write("ant/Thumbs.db", [1])
    try folder.write("README.txt", [1])
    let data = try open(folder, validation: 4)
    #expect(data.classNames == ["ant", "bee"] && data.classes == 2 && data.extents == [2, 3, 1])
    #expect(Split.allCases.map(data.count) == [12, 4, 4] && data.divisor == 255)
    var seen: [UInt8] = []
    for split in Split.allCases {
      let (inputs, labels) = try pixels(data, split)
      let levels = stride(from: 0, to: inputs.count, by: 6).map { inputs[$0] }
      #expect(levels.map { $0 < 10 ? 0 : 1 } == labels)
      seen += levels
    }
    #expect(seen != seen.sorted() && seen.sorted() == Array(0..<20))
    // A shard's alone are read, and they are the same.
    let whole = try pixels(data, .training).inputs
    let second = try data.load(.training, shards: 1..<2, of: 3, inputs: true)[0]
    let expected: [UInt8] = [1, 4, 7, 10].flatMap { (row: Int) in Array(whole[6 * row..<6 * row + 6]) }
    #expect(second.inputs == expected)
  }

  @Test(
    "training and test below the folder are the splits, as train and test too",
    arguments: ["training", "train"])
  func splits(training: String) throws {
    let folder = try TemporaryFolder()
    for level in 0..<6 { try folder.write("\(training)/\(level % 2)/\(level).png", Self.png(UInt8(level))) }
    for level in 6..<9 { try folder.write("test/\(level % 2)/\(level).png", Self.png(UInt8(level))) }
    let data = try open(folder)
    #expect(Split.allCases.map(data.count) == [6, 0, 3] && data.classNames.isEmpty && data.classes == 2)
    let (inputs, labels) = try pixels(data, .test)
    #expect(labels == [0, 0, 1] && inputs[0] == 6 && inputs[6] == 8 && inputs[12] == 7)
    try FileManager.default.removeItem(atPath: folder.path + "/" + training)
    #expect(try open(folder, splits: [.test]).count(.test) == 3)
  }

  @Test("Grey and coloured pictures, PNG and JPEG, with and without transparency, become one form")
  func forms() throws {
    let folder = try TemporaryFolder()
    try folder.write("test/a/1.png", Self.png(7))
    try folder.write("test/a/2.png", Self.png(7, .redGreenBlueAlpha))
    try folder.write("test/a/3.jpg", Self.jpeg(7, channels: 3))
    try folder.write("test/b/4.jpeg", Self.jpeg(7, channels: 1))
    // Its contents decide.
    try folder.write("test/b/5.jpg", Self.png(7, .redGreenBlue))
    let data = try open(folder, splits: [.test])
    #expect(data.extents == [2, 3, 3])
    let inputs = try pixels(data, .test).inputs
    #expect(inputs == Array(repeating: 7, count: 5 * 18))
  }

  @Test("One folder of pictures, or one picture, is predicted in the order of paths")
  func unanswered() throws {
    let folder = try insects()
    try folder.write("0.png", Self.png(99))
    let source = DataSource(format: .digits)
    let data = try DataSet.open(unanswered: folder.path, as: source)
    #expect(data.count(.test) == 21)
    let inputs = try data.load(.test, shards: 0..<1, of: 1, inputs: true)[0].inputs
    #expect(inputs[0] == 99 && inputs[6] == 0 && inputs[12] == 1)
    let one = try DataSet.open(unanswered: folder.path + "/0.png", as: source)
    #expect(one.count(.test) == 1 && one.extents == [2, 3, 1])
  }

  @Test(
    "What is wrong is told, with the file and what mends it",
    arguments: [
      (["1.png": Self.png(1)], "holds 1 pictures and no folder of a class"),
      (["a/1.png": Self.png(1), "a/2.png": Self.png(1, width: 4)], "pictures of one size are needed"),
      (["a/1.png": Self.png(1), "b/note.txt": [1]], "holds no picture of its class"),
      (["a/1.png": Self.png(1), "a/2.bmp": [1]], "mogrify -format png *.bmp"),
      (["a/1.png": Array("not a picture".utf8)], "neither a PNG nor a JPEG file"),
      (["a/1.png": Array(Self.png(1).prefix(50))], "as a PNG file: "),
      (["a/1.jpg": Array(Self.jpeg(1, channels: 3).prefix(300))], "as a JPEG file: "),
      (
        ["training/a/1.png": Self.png(1), "test/b/1.png": Self.png(1)], "a class that no training picture has"
      ),
      (["README": [1]], "holds no folder of a class"),
    ] as [([String: [UInt8]], String)])
  func mistakes(files: [String: [UInt8]], words: String) throws {
    let folder = try TemporaryFolder()
    for (name, bytes) in files { try folder.write(name, bytes) }
    let error = #expect(throws: DataError.self) {
      _ = try pixels(open(folder), .training)
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("Folders that are numbers are classes by size, as those of a table are")
  func numbers() throws {
    let folder = try TemporaryFolder()
    for number in 0..<12 { try folder.write("test/\(number)/1.png", Self.png(UInt8(number))) }
    let data = try open(folder, splits: [.test])
    #expect(data.answerNames == (0..<12).map { "\($0)" } && data.classNames.isEmpty)
    let (inputs, labels) = try pixels(data, .test)
    #expect(labels == stride(from: 0, to: inputs.count, by: 6).map { inputs[$0] })
  }

  @Test(
    "Grey pictures are colours for a network that knows colours, and colours are not grey for one of grey")
  func shaped() throws {
    let folder = try insects()
    let source = DataSource(format: .digits)
    let data = try DataSet.open(unanswered: folder.path + "/ant/3.PNG", as: source)
    let coloured = try #require(try data.shaped(as: [2, 3, 3]))
    let inputs = try coloured.load(.test, shards: 0..<1, of: 1, inputs: true)[0].inputs
    #expect(coloured.inputs == 18 && inputs == Array(repeating: 3, count: 18))
    try folder.write("c.png", Self.png(9, .redGreenBlue))
    let colours = try DataSet.open(unanswered: folder.path + "/c.png", as: source)
    #expect(try colours.shaped(as: [2, 3, 1]) == nil && data.shaped(as: [3, 2, 1]) == nil)
  }

  @Test("A picture that was changed after it was opened is told")
  func changed() throws {
    let folder = try insects()
    let data = try open(folder)
    for level in 0..<10 where level % 2 == 0 { try folder.write("ant/\(level).png", Self.png(1, width: 5)) }
    #expect(throws: DataError.self) { _ = try pixels(data, .training) }
  }
}
