/// A number that partial sums are made of: `Float` or `Double`.
public protocol SummableScalar: BitwiseCopyable, BinaryFloatingPoint {
  /// Writes a[i] + b[i] to `sums`, i < count; `sums` may be `a` or `b` itself, but not a part of them.
  static func add(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>,
    count: Int)
}

extension Float: SummableScalar {
  /// Adds 16 at a time.
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let (x, y, z) = (UnsafeRawPointer(a), UnsafeRawPointer(b), UnsafeMutableRawPointer(sums))
    // Whole vectors at a time, because a plain loop's check for overlap fails where sums is a or b.
    let whole = count & ~15
    var i = 0
    while i < whole {
      let sum =
        x.loadUnaligned(fromByteOffset: 4 * i, as: SIMD16<Float>.self)
        + y.loadUnaligned(fromByteOffset: 4 * i, as: SIMD16<Float>.self)
      z.storeBytes(of: sum, toByteOffset: 4 * i, as: SIMD16<Float>.self)
      i += 16
    }
    while i < count {
      sums[i] = a[i] + b[i]
      i += 1
    }
  }
}

extension Double: SummableScalar {
  /// Adds 8 at a time.
  public static func add(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    into sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    let (x, y, z) = (UnsafeRawPointer(a), UnsafeRawPointer(b), UnsafeMutableRawPointer(sums))
    let whole = count & ~7
    var i = 0
    while i < whole {
      let sum =
        x.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
        + y.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
      z.storeBytes(of: sum, toByteOffset: 8 * i, as: SIMD8<Double>.self)
      i += 8
    }
    while i < count {
      sums[i] = a[i] + b[i]
      i += 1
    }
  }
}

/// The fixed binary tree in which partial sums are added, inside a rank and over ranks alike.
///
/// Adjacent partials are combined, (0,1)(2,3)…; an odd last one is carried up unchanged; this repeats until
/// one is left. So a tree over p·2^k partials is the tree over p of the trees over each 2^k consecutive
/// ones: ranks may add their own first if each holds the same power of two of them, in order.
public enum TreeSum {
  /// Adds the partials, each of `count` elements, in the tree; the sum ends in `sums`.
  ///
  /// The partials are overwritten. `sums` may be one of them, or else stands apart from all.
  public static func add<Scalar: SummableScalar>(
    _ partials: [UnsafeMutablePointer<Scalar>], count: Int, into sums: UnsafeMutablePointer<Scalar>
  ) {
    precondition(!partials.isEmpty, "there is something to sum")
    if partials.count == 1 {
      if partials[0] != sums { sums.update(from: partials[0], count: count) }
      return
    }
    // A block goes through the whole tree while it is in the cache; elements do not mix.
    let block = 4096
    for start in stride(from: 0, to: count, by: block) {
      let length = min(block, count - start)
      var width = 1
      // At each level the partials left are those whose place is a multiple of `width`.
      while 2 * width < partials.count {
        for left in stride(from: 0, to: partials.count - width, by: 2 * width) {
          let into = partials[left] + start
          Scalar.add(into, partials[left + width] + start, into: into, count: length)
        }
        width *= 2
      }
      Scalar.add(
        partials[0] + start, partials[width] + start, into: sums + start, count: length)
    }
  }
}
