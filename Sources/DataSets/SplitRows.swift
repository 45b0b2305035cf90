import FileFormats

/// Which rows of its file each split has.
struct SplitRows: Sendable {
  let training: Range<Int>
  let validation: Range<Int>
  let test: Range<Int>

  /// Cuts the rows of one file, the first to train, the next to validate, and what is left.
  ///
  /// `reserved` rows are kept from the training when its number is not given. The rows left test, unless
  /// another file has `testCount` rows for that. `name` is what an error starts with.
  init(
    _ source: DataSource, available: Int, reserved: Int = 0, testCount: Int? = nil, name: String
  ) throws(DataError) {
    let validation = source.validation
    let room = available - (source.training == nil ? reserved : 0)
    let training = source.training ?? max(1, room - min(validation, room))
    // Compared by subtraction: the sum of two large numbers could overflow.
    if training > room || validation > room - training {
      let asked = source.training.map(String.init) ?? "at least 1"
      let kept = available == room ? "" : ", \(reserved) of them kept for the test"
      throw .file(
        FileError(
          .badData, path: name,
          "has \(available) examples\(kept); \(asked) training and \(validation) validation were asked for"))
    }
    self.training = 0..<training
    self.validation = training..<training + validation
    self.test = testCount.map { 0..<$0 } ?? training + validation..<available
  }

  /// Of files of which the training one was not opened: all that is there tests.
  init(testOnly count: Int) {
    (training, validation, test) = (0..<0, 0..<0, 0..<count)
  }

  subscript(split: Split) -> Range<Int> {
    switch split {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }
}
