import FileFormats
import Foundation

/// A folder that files of a data set are looked for in.
struct DataFolder {
  let path: String

  /// Checks that it is a folder this user may look into.
  init(_ path: String) throws(FileError) {
    if !FileStatus.exists(path) {
      let origin = path.hasPrefix("/") ? "" : ", looked for from \(FileManager.default.currentDirectoryPath)"
      throw FileError(.missing, path: path, "no such directory\(origin)")
    }
    if !FileStatus.isDirectory(path) { throw FileError(.missing, path: path, "is not a directory") }
    if !FileStatus.isSearchable(path) {
      throw FileError(.missing, path: path, "may not be read by this user")
    }
    self.path = path
  }

  /// The path of the plain file, or else of the gzipped one; under another name where archives unpack it so, and in the
  /// folders that other programs' downloads end in.
  func find(_ name: String, or other: String? = nil) throws(FileError) -> String {
    for below in ["", "raw/", "MNIST/raw/", "FashionMNIST/raw/"] {
      for name in [name] + (other.map { [$0] } ?? []) {
        guard let found = seek(below + name) else { continue }
        try Self.refuseHTML(found)
        return found
      }
    }
    let archive =
      name.hasSuffix(".npy") ? try? FileStatus.entries(of: path).first { $0.hasSuffix(".npz") } : nil
    throw FileError(
      .missing, path: joinPath(path, name),
      "no such file, with or without .gz"
        + (archive.map {
          "; of \($0) save each array by itself: numpy.save('\(name)', numpy.load('\($0)')[…])"
        } ?? ""))
  }

  /// The format that a folder of examples has: the given one, but that of an embedded set's new examples by what is there.
  func format(unlessEmbedded format: DataFormat) throws(FileError) -> DataFormat {
    guard format.isEmbedded else { return format }
    if seek("test-images.npy") != nil { return .npy }
    return seek("t10k-images-idx3-ubyte") ?? seek("t10k-images.idx3-ubyte") != nil ? .idx : .pictures
  }

  /// The format of a file of examples, by how it starts, unpacked; a table by its name, or where nothing else is expected.
  static func format(ofExamples path: String, isTable: Bool) throws(FileError) -> DataFormat {
    try refuseHTML(path)
    var reader = try GzipReader(path: path, limit: 1 << 40)
    var start: (UInt64, Int) = (0, 0)
    start.1 = try withUnsafeMutableBytes(of: &start.0) { (bytes) throws(FileError) in
      try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<6]))
    }
    let bytes = (0..<start.1).map { UInt8(truncatingIfNeeded: UInt64(littleEndian: start.0) >> (8 * $0)) }
    if bytes == [0x93] + Array("NUMPY".utf8) { return .npy }
    if bytes.prefix(3) == [0, 0, 8] { return .idx }
    if EncodedPicture.isPicture(start: bytes) { return .pictures }
    let name = path.lowercased()
    if isTable || ["csv", "tsv"].contains(where: { name.hasSuffix(".\($0)") || name.hasSuffix(".\($0).gz") })
    {
      return .csv
    }
    throw FileError(
      .badData, path: path,
      "is neither a NumPy array (numpy.save) nor an IDX file, neither a PNG nor a JPEG file, nor a table that ends in .csv or .tsv"
    )
  }

  /// What a browser or a proxy saves in place of a file is told as what it is.
  private static func refuseHTML(_ path: String) throws(FileError) {
    guard let file = FileHandle(forReadingAtPath: path) else { return }
    defer { try? file.close() }
    let start = String(decoding: (try? file.read(upToCount: 64)) ?? Data(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    guard start.hasPrefix("<!doctype html") || start.hasPrefix("<html") else { return }
    throw FileError(
      .badData, path: path,
      "is a page of HTML and no data: what was downloaded is a page about the file, or a refusal")
  }

  /// The same, nil where there is none.
  func seek(_ name: String) -> String? {
    let path = joinPath(path, name)
    return [path, path + ".gz"].first(where: FileStatus.exists)
  }
}
