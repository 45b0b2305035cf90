import Tensors

/// How training pictures are changed at random, anew in every epoch.
public struct Augmentation: Equatable, Sendable {
  /// Whether a picture is mirrored, left for right, with probability ½.
  public var flip: Bool
  /// A picture gets so many pixels of zeros at every side, and a window of its own size at a random place of that is
  /// taken; 0 leaves it where it is.
  ///
  /// The zeros are the input's, after division and normalisation: with the data's own means, the mean colour.
  public var crop: Int

  public init(flip: Bool, crop: Int) {
    self.flip = flip
    self.crop = crop
  }

  /// What happens to one picture: pixel (y, x) becomes that of (y + down, x + right), or zeros where there is none; then
  /// the picture is mirrored or not.
  public struct Change: Equatable, Hashable, Sendable {
    /// Pixels; above 0 the picture moves up and loses its first rows.
    public var down: Int
    /// Pixels; above 0 the picture moves left and loses its first columns, all before it is mirrored.
    public var right: Int
    /// Left for right.
    public var isMirrored: Bool

    public init(down: Int, right: Int, isMirrored: Bool) {
      self.down = down
      self.right = right
      self.isMirrored = isMirrored
    }

    /// The picture as it is.
    public static let none = Change(down: 0, right: 0, isMirrored: false)
  }

  /// The change of an example in an epoch: a function of (seed, epoch, example) alone, whoever asks.
  ///
  /// Offsets are uniform on −crop … crop (bias below (2 crop + 1)/2³²).
  /// - Parameter example: its number in the split, from 0.
  public func change(seed: UInt64, epoch: Int, example: Int) -> Change {
    let (low, high) = CounterRandom(seed: seed, purpose: .augmentation).bits(epoch, example, 0)
    func offset(_ bits: UInt32) -> Int {
      Int(UInt32(2 * crop + 1).multipliedFullWidth(by: bits).high) - crop
    }
    return Change(
      down: offset(UInt32(truncatingIfNeeded: high)), right: offset(UInt32(truncatingIfNeeded: high >> 32)),
      isMirrored: flip && low & 1 == 1)
  }
}
