import DataSets
import TestBasis
import Testing

@Suite("Digest of the inputs") struct InputDigestTests {
  private func digest(_ folder: String, wholeUpTo limit: Int = 1 << 28) throws -> String {
    try DataSet.open(DataSource(format: .idx, path: folder)).inputDigest(wholeUpTo: limit)
  }

  /// The training images of `IDXFolder`, one of whose pixels is another.
  private func images(changed pixel: Int? = nil) -> [UInt8] {
    var bytes = IDXFolder.images(23)
    if let pixel { bytes[bytes.count - 23 * 6 + pixel] ^= 1 }
    return bytes
  }

  @Test("changes with any pixel where it is of the whole, and not with how files are packed")
  func whole() throws {
    let folder = try IDXFolder()
    let labels = try DataSet.open(DataSource(format: .idx, path: folder.path)).digest
    let plain = try digest(folder.path)
    #expect(plain.hasPrefix("whole ") && plain.count == 6 + 64)
    var seen: Set<String> = [plain]
    for pixel in 0..<23 * 6 {
      try folder.write(IDXFolder.trainImages, images(changed: pixel))
      seen.insert(try digest(folder.path))
    }
    #expect(seen.count == 1 + 23 * 6)
    #expect(try DataSet.open(DataSource(format: .idx, path: folder.path)).digest == labels)
    try folder.pack(IDXFolder.trainImages, images())
    #expect(try digest(folder.path) == plain)
  }

  /// A limit of 60 bytes is 10 rows of 6: of 23 images every third, of 7 each.
  @Test("is of rows in fixed places where there is more, however files are packed")
  func sampled() throws {
    let folder = try IDXFolder()
    let plain = try digest(folder.path, wholeUpTo: 60)
    #expect(plain.hasPrefix("sampled ") && plain.count == 8 + 64)
    for image in 0..<23 {
      try folder.write(IDXFolder.trainImages, images(changed: 6 * image + 5))
      #expect(try (digest(folder.path, wholeUpTo: 60) == plain) == (image % 3 != 0), "image \(image)")
    }
    try folder.pack(IDXFolder.trainImages, images())
    #expect(try digest(folder.path, wholeUpTo: 60) == plain)
  }

  @Test("of CIFAR's records and NumPy's arrays too, and of the digits")
  func formats() throws {
    func check(_ folder: TemporaryFolder, _ format: DataFormat, _ name: String) throws {
      for limit in [1 << 28, 100] {
        func digest() throws -> String {
          try DataSet.open(DataSource(format: format, path: folder.path)).inputDigest(wholeUpTo: limit)
        }
        let plain = try digest()
        var bytes = try folder.bytes(name)
        // A number of the first row: sampled too.
        bytes[bytes.count / 2 > 1000 ? 9 : 130] ^= 1
        let original = try folder.bytes(name)
        try folder.write(name, bytes)
        #expect(try digest() != plain)
        try folder.write(name, original)
        #expect(try digest() == plain)
      }
    }
    try check(CIFARTests().folder, .cifar, "data_batch_3.bin")
    try check(NPYTests().folder, .npy, "training-images.npy")
    #expect(try DataSet.open(DataSource(format: .digits)).inputDigest().hasPrefix("whole "))
  }
}
