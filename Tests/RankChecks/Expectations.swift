import Glibc

struct CheckFailure: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw CheckFailure(message: message()) }
}

func tell(_ line: String) {
  var text = line + "\n"
  text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Bytes that every rank can compute, different for each seed.
func pattern(_ seed: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: mixed(UInt64(seed) << 32 | UInt64($0))) }
}

/// A well-mixed word: the finalizer of SplitMix64.
func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// Values of both signs and of magnitudes from 2⁻⁸ to 2⁷, so that the order of a sum shows in its bits.
func leaf<Scalar: BinaryFloatingPoint>(_ index: Int, _ count: Int) -> [Scalar] {
  (0..<count).map { element in
    let word = mixed(UInt64(index) << 40 | UInt64(element))
    let fraction = Scalar(Int64(word >> 40) - 1 << 23) / Scalar(1 << 23)
    return fraction * Scalar(sign: .plus, exponent: Scalar.Exponent(Int(word & 15) - 8), significand: 1)
  }
}

/// The tree, told again without any of the module's code: pairs, an odd one carried up, again.
func serialTree<Scalar: BinaryFloatingPoint>(_ leaves: [[Scalar]]) -> [Scalar] {
  var level = leaves
  while level.count > 1 {
    var next: [[Scalar]] = []
    for left in stride(from: 0, to: level.count, by: 2) {
      if left + 1 < level.count {
        next.append(zip(level[left], level[left + 1]).map { $0 + $1 })
      } else {
        next.append(level[left])
      }
    }
    level = next
  }
  return level[0]
}

/// The 64-bit FNV-1a hash of the values' bytes.
func digest<Scalar: BitwiseCopyable>(_ values: [Scalar]) -> String {
  let hash = values.withUnsafeBytes { bytes in
    bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
  return String(hash, radix: 16)
}

/// Whether two arrays have the same bytes: unlike ==, it tells 0 from -0 and finds a NaN equal to itself.
func sameBytes<Scalar: BitwiseCopyable>(_ a: [Scalar], _ b: [Scalar]) -> Bool {
  a.withUnsafeBytes { x in b.withUnsafeBytes { y in x.elementsEqual(y) } }
}
