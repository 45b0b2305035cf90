/// Random numbers that are functions of what they are for, never of who draws them: Philox4x32-10.
///
/// The seed as the key and a counter of (a, b, c, purpose) give 128 bits, the same on every rank and in any order.
/// Source: Salmon et al. 2011, doi:10.1145/2063384.2063405.
public struct CounterRandom: Sendable {
  /// What a draw is for; numbers of different purposes are independent.
  public enum Purpose: UInt32, Sendable {
    case weights = 1
    case order = 2
    case sign = 3
    case samples = 4
    case augmentation = 5
    case examples = 6
    case corruption = 7
    case noise = 8
    case pairs = 9
    case times = 10
    case negatives = 11
    case dropout = 12
  }

  /// Philox's key.
  public let seed: UInt64
  /// The last word of its counter.
  public let purpose: Purpose
  private var key: (UInt32, UInt32) {
    (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  public init(seed: UInt64, purpose: Purpose) { (self.seed, self.purpose) = (seed, purpose) }

  /// 128 bits for the counter (a, b, c), each from 0 to 2³² − 1: what is cut off would be drawn twice.
  public func bits(_ a: Int, _ b: Int, _ c: Int) -> (UInt64, UInt64) {
    precondition((a | b | c) >> 32 == 0, "a counter is a number of 32 bits")
    let r = philox(
      (
        UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b), UInt32(truncatingIfNeeded: c),
        purpose.rawValue
      ), key
    )
    return (UInt64(r.0) | UInt64(r.1) << 32, UInt64(r.2) | UInt64(r.3) << 32)
  }

  /// Uniform on [0, 1), a multiple of 2⁻⁵³.
  public func unit(_ a: Int, _ b: Int, _ c: Int) -> Double { Double(bits(a, b, c).0 >> 11) * 0x1p-53 }

  /// Uniform on 0 ..< bound (bias below bound / 2⁶⁴).
  public func below(_ bound: Int, _ a: Int, _ b: Int, _ c: Int) -> Int {
    Int(UInt64(bound).multipliedFullWidth(by: bits(a, b, c).0).high)
  }
}

/// Ten rounds of Philox4x32.
package func philox(_ counter: (UInt32, UInt32, UInt32, UInt32), _ key: (UInt32, UInt32)) -> (
  UInt32, UInt32, UInt32, UInt32
) {
  var (c, k) = (counter, key)
  for _ in 0..<10 {
    let p0 = UInt32(0xD251_1F53).multipliedFullWidth(by: c.0)
    let p1 = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c.2)
    c = (p1.high ^ c.1 ^ k.0, p1.low, p0.high ^ c.3 ^ k.1, p0.low)
    k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
  }
  return c
}
