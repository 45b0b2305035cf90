import DataSets
import Tensors
import TestBasis
import Testing

@Suite("Inputs' numbers") struct InputValuesTests {
  /// A set of `n` pictures of 5×4 with so many channels, written as a NumPy array of bytes or floats.
  func set(
    channels: Int, isFloat: Bool = false, normalize: Normalization? = nil, augment: Augmentation? = nil
  ) throws -> (DataSet, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let bytes = (0..<3 * 20 * channels).map { UInt8(($0 * 37 + 11) % 256) }
    let array =
      isFloat
      ? NPYTests.array("<f4", [3, 5, 4, channels], NPYTests.floats(bytes.map { Float($0) / 255 }))
      : NPYTests.array("|u1", [3, 5, 4, channels], bytes)
    for split in ["training", "test"] {
      try folder.write("\(split)-images.npy", array)
      try folder.write("\(split)-labels.npy", NPYTests.array("|u1", [3], [0, 1, 2]))
    }
    return (
      try DataSet.open(
        DataSource(format: .npy, path: folder.path, normalize: normalize, augment: augment)), folder
    )
  }

  static let normalization = Normalization(mean: [0.5, 0.25, 0.75], deviation: [0.5, 0.2, 2])

  @Test(
    "are (stored/divisor − mean)/deviation of the channel, rounded once", arguments: [false, true],
    Precision.allCases)
  func normalised(isFloat: Bool, precision: Precision) throws {
    let (set, folder) = try set(channels: 3, isFloat: isFloat, normalize: Self.normalization)
    let examples = try set.load(.test, shards: 0..<1, of: 1, inputs: true, labels: false)[0]
    var input = Matrix(rows: 2, columns: 60, precision: precision)
    set.values(precision).set(&input, row: 1, to: 2, of: examples)
    for i in 0..<60 {
      let byte = Double(((2 * 60 + i) * 37 + 11) % 256)
      let divided = isFloat ? Double(Float(byte) / 255) : byte / 255
      let (mean, deviation) = (Self.normalization.mean[i % 3], Self.normalization.deviation[i % 3])
      let x = (divided - mean) / deviation
      #expect(input[1, i] == (precision == .float32 ? Double(Float(x)) : x))
      #expect(abs(set.values(precision).divided(x, channel: i % 3) - divided) < 1e-12)
    }
    #expect(input.row(0).allSatisfy { $0 == 0 })
    #expect(set.values(precision).range(channel: 1) == -1.25...3.75)
    withExtendedLifetime(folder) {}
  }

  /// Pixel by pixel, from the definition of a change.
  private func changed(_ picture: [Double], channels: Int, _ change: Augmentation.Change) -> [Double] {
    var result = [Double](repeating: 0, count: picture.count)
    for y in 0..<5 {
      for x in 0..<4 {
        let seen = (y: y + change.down, x: (change.isMirrored ? 3 - x : x) + change.right)
        guard 0..<5 ~= seen.y, 0..<4 ~= seen.x else { continue }
        for c in 0..<channels {
          result[(y * 4 + x) * channels + c] = picture[(seen.y * 4 + seen.x) * channels + c]
        }
      }
    }
    return result
  }

  @Test(
    "of a moved and mirrored picture are those of its pixels, zeros beside it",
    arguments: [(1, true), (3, true), (3, false)], [false, true])
  func moved(form: (channels: Int, isNormalised: Bool), isFloat: Bool) throws {
    let channels = form.channels
    let normalize = Normalization(
      mean: Array(Self.normalization.mean[..<channels]),
      deviation: Array(Self.normalization.deviation[..<channels]))
    let (set, folder) = try set(
      channels: channels, isFloat: isFloat, normalize: form.isNormalised ? normalize : nil)
    let examples = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)[0]
    let values = set.values(.float32)
    func input(_ change: Augmentation.Change) -> [Double] {
      var input = Matrix(rows: 3, columns: 20 * channels, precision: .float32)
      values.set(&input, row: 1, to: 1, of: examples, change: change)
      #expect(input.row(0).allSatisfy { $0 == 0 } && input.row(2).allSatisfy { $0 == 0 })
      return input.row(1)
    }
    let picture = input(.none)
    #expect(picture.count { $0 != 0 } > 15 * channels)
    for down in -5...5 {
      for right in -5...5 {
        for isMirrored in [false, true] {
          let change = Augmentation.Change(down: down, right: right, isMirrored: isMirrored)
          #expect(input(change) == changed(picture, channels: channels, change), "\(change)")
        }
      }
    }
    withExtendedLifetime(folder) {}
  }

  @Test("numbers of channels, crops and inputs that do not fit are told as the run file's")
  func mistakes() throws {
    func told(_ body: () throws -> (DataSet, TemporaryFolder)) -> String? {
      do {
        _ = try body()
        return nil
      } catch {
        #expect((error as? DataError)?.exitCode == 64)
        return "\(error)"
      }
    }
    #expect(
      told { try set(channels: 1, normalize: Self.normalization) }
        == "data: 'normalize.mean' has 3 numbers, inputs of 5×4×1 have 1 channel; write one number a channel")
    #expect(
      told { try set(channels: 3, normalize: Normalization(mean: [0, 0, 0], deviation: [1])) }
        == "data: 'normalize.deviation' has 1 numbers, inputs of 5×4×3 have 3 channels; write one number a channel"
    )
    #expect(told { try set(channels: 3, augment: Augmentation(flip: false, crop: 3)) } == nil)
    #expect(
      told { try set(channels: 3, augment: Augmentation(flip: false, crop: 4)) }
        == "data: 'augment.crop' is 4, inputs of 5×4×3 could be cropped away; use at most 3")
    for deviation in [0, -1, .nan, .infinity] {
      #expect(
        told { try set(channels: 1, normalize: Normalization(mean: [0], deviation: [deviation])) } != nil)
    }
    #expect(told { try set(channels: 1, normalize: Normalization(mean: [.nan], deviation: [1])) } != nil)
    #expect(told { try set(channels: 1, augment: Augmentation(flip: true, crop: -1)) } != nil)
  }

  @Test("without channels' own numbers every format keeps its divisor")
  func digits() throws {
    let set = try DataSet.open(DataSource(format: .digits))
    #expect(set.extents == [8, 8, 1] && set.isPicture)
    let examples = try set.load(.test, shards: 0..<1, of: 1, inputs: true, labels: false)[0]
    var input = Matrix(rows: 1, columns: 64, precision: .float64)
    set.values(.float64).set(&input, row: 0, to: 3, of: examples)
    #expect(input.row(0) == examples.inputs[3 * 64..<4 * 64].map { Double($0) / 16 })
  }
}
