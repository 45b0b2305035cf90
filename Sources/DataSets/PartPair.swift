/// The two parts of a data set in files: one whose rows train and validate, one whose rows test; each is opened only where
/// its examples are asked for.
struct PartPair<Part: Sendable>: Sendable {
  let training: Part?
  let test: Part?

  init(training: Part?, test: Part?) {
    precondition(training != nil || test != nil, "a data set of no examples")
    (self.training, self.test) = (training, test)
  }

  /// Opens what some splits need.
  init<Failure: Error>(
    for splits: [Split], _ open: (_ isTraining: Bool) throws(Failure) -> Part
  ) throws(Failure) {
    self.init(
      training: splits.contains { $0 != .test } ? try open(true) : nil,
      test: splits.contains(.test) ? try open(false) : nil)
  }

  /// Those that were opened.
  var all: [Part] { [training, test].compactMap(\.self) }

  /// The part that a split's examples stand in, which must have been opened.
  subscript(split: Split) -> Part {
    guard let part = split == .test ? test : training else { preconditionFailure("a part that was opened") }
    return part
  }
}
