/// IDX files of a few 8×8 images: a bright column tells the class.
enum SmallImages {
  static let runFile = """
    name: images
    data: {format: idx, path: images, training: 60, validation: 20}
    network:
      layers:
        - {units: 64, rate: 0.2}
        - {units: 10, activation: hard-sigmoid, rate: 0.1}
      initialization: glorot-uniform
    relaxation: {updates: even-odd, start: persistent, free: 6, nudged: 4}
    nudging: {kind: random-sign, beta: 0.5}
    training: {epochs: 2, batch: 12, momentum: 0, schedule: constant}
    tiling: {shards: 2, slices: 2}
    checkpoint: {every: 3, keep: 3}

    """

  static let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]

  /// Writes 80 training and 25 test images into `images`.
  static func write(to folder: TrainingFolder) throws {
    try folder.write("images/" + names[0], images(80))
    try folder.write("images/" + names[1], labels(80))
    try folder.write("images/" + names[2], images(25))
    try folder.write("images/" + names[3], labels(25))
  }

  private static func header(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }

  static func images(_ count: Int) -> [UInt8] {
    var bytes = header([0x803, UInt32(count), 8, 8])
    for image in 0..<count {
      for pixel in 0..<64 {
        bytes.append(pixel % 10 == image % 10 ? 255 : UInt8((image * 37 + pixel * 11) % 64))
      }
    }
    return bytes
  }

  static func labels(_ count: Int) -> [UInt8] {
    header([0x801, UInt32(count)]) + (0..<count).map { UInt8($0 % 10) }
  }
}
