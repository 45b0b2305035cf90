/// A few colour pictures of 32×32 in CIFAR-10's files: a bright band, by its place and its colour, tells the class,
/// mirrored and moved a little too.
enum SmallPictures {
  static let runFile = """
    name: pictures
    data:
      format: cifar
      path: pictures
      training: 70
      validation: 10
      normalize: {mean: [0.4, 0.5, 0.6], deviation: [0.25, 0.5, 0.2]}
      augment: {flip: true, crop: 3}
    network:
      layers:
        - {units: 64, rate: 0.02}
        - {units: 10, activation: hard-sigmoid, rate: 0.02}
      initialization: glorot-uniform
    relaxation: {updates: even-odd, start: persistent, free: 6, nudged: 4}
    nudging: {kind: random-sign, beta: 0.5}
    training: {epochs: 2, batch: 12, momentum: 0, schedule: constant}
    tiling: {shards: 4, slices: 2}
    checkpoint: {every: 3, keep: 9}

    """

  /// Pixel (y, x) of picture i, its red, green and blue: the band is red or blue, in one of five places.
  private static func colour(_ i: Int, _ y: Int, _ x: Int) -> [UInt8] {
    (0..<3).map {
      y / 6 == i % 5 && $0 == (i % 10 < 5 ? 0 : 2) ? 255 : UInt8((i * 37 + y * 11 + x * 5 + $0 * 3) % 64)
    }
  }

  private static func pixels(_ i: Int) -> [UInt8] {
    let colours = (0..<1024).map { colour(i, $0 / 32, $0 % 32) }
    return (0..<3).flatMap { channel in colours.map { $0[channel] } }
  }

  /// Writes so many training pictures into each of five files, and 20 test pictures, into `pictures`.
  static func write(to folder: TrainingFolder, perFile: Int = 16) throws {
    func records(_ examples: Range<Int>) -> [UInt8] { examples.flatMap { [UInt8($0 % 10)] + pixels($0) } }
    for file in 0..<5 {
      try folder.write("pictures/data_batch_\(file + 1).bin", records(perFile * file..<perFile * (file + 1)))
    }
    try folder.write("pictures/test_batch.bin", records(80..<100))
  }

  /// Writes the same pictures as NumPy arrays into `arrays`.
  static func writeArrays(to folder: TrainingFolder) throws {
    for (split, examples) in [("training", 0..<80), ("test", 80..<100)] {
      let bytes = examples.flatMap { i in (0..<1024).flatMap { colour(i, $0 / 32, $0 % 32) } }
      try folder.write(
        "arrays/\(split)-images.npy", header("\(examples.count), 32, 32, 3") + bytes)
      try folder.write(
        "arrays/\(split)-labels.npy", header("\(examples.count),") + examples.map { UInt8($0 % 10) })
    }
  }

  private static func header(_ shape: String) -> [UInt8] {
    let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }"
    let padded = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(padded.utf8.count), 0] + Array(padded.utf8)
  }
}
