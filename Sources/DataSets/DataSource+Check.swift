extension DataSource {
  /// Throws what is wrong with it whatever its files hold.
  func check() throws(DataError) {
    if !format.isEmbedded && path == nil {
      let files = format == .cifar ? "the folder of its binary files" : "the folder of its four files"
      throw .source("data: format \(format.rawValue) needs 'path', \(format == .csv ? "a file" : files)")
    }
    if let training, training < 1 {
      throw .source("data: 'training' is \(training), it must be at least 1")
    }
    if validation < 0 {
      throw .source("data: 'validation' is \(validation), it must not be negative")
    }
    if let divisor, !(divisor > 0 && divisor.isFinite) {
      throw .source("data: 'divisor' is \(divisor), it must be positive and finite")
    }
    if let normalize {
      if !normalize.mean.allSatisfy(\.isFinite) { throw .source("data: 'normalize.mean' must be finite") }
      if !normalize.deviation.allSatisfy({ $0 > 0 && $0.isFinite }) {
        throw .source("data: 'normalize.deviation' must be positive and finite")
      }
    }
    if let augment, !(0...1000 ~= augment.crop) {
      throw .source("data: 'augment.crop' is \(augment.crop), it must be from 0 to 1000")
    }
  }

  /// Throws what does not fit inputs of these extents: height, width, channels.
  func check(extents: [Int]) throws(DataError) {
    let (pictures, channels) = ("inputs of \(product(extents))", extents[2])
    for (key, numbers) in [("mean", normalize?.mean), ("deviation", normalize?.deviation)] {
      guard let numbers, numbers.count != channels else { continue }
      throw .source(
        "data: 'normalize.\(key)' has \(numbers.count) numbers, \(pictures) have \(channels) "
          + "\(channels == 1 ? "channel" : "channels"); write one number a channel")
    }
    guard let augment else { return }
    if extents[0] == 1 {
      throw .source("data: 'augment' is for pictures, \(pictures) are none; delete it")
    }
    if augment.crop >= min(extents[0], extents[1]) {
      throw .source(
        "data: 'augment.crop' is \(augment.crop), \(pictures) could be cropped away; use at most "
          + "\(min(extents[0], extents[1]) - 1)")
    }
  }
}
