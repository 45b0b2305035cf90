extension CounterRandom {
  /// Normal of mean 0 and deviation 1, by Box and Muller: √(−2 ln u) cos 2πv, at most 8.6 in size.
  ///
  /// Made of sums, products, quotients and roots alone, so that its bits are no mathematical library's business.
  public func normal(_ a: Int, _ b: Int, _ c: Int) -> Double {
    let (first, second) = bits(a, b, c)
    // In (0, 1], whose logarithm is finite.
    let u = Double((first >> 11) + 1) * 0x1p-53
    let v = Double(second >> 11) * 0x1p-53
    return (-2 * naturalLogarithm(u)).squareRoot() * sinePi(2 * v + 0.5)
  }
}

/// sin πx to about 10⁻¹⁵ for |x| below 2³⁰, of basic arithmetic alone: the same bits on every machine.
public func sinePi(_ x: Double) -> Double {
  let turns = x.rounded()
  let rest = Double.pi * (x - turns)
  let square = rest * rest
  // Taylor's series of |rest| ≤ π/2, from its smallest term up.
  var sum = 1.0
  for n in stride(from: 23.0, to: 1, by: -2) { sum = 1 - sum * square / (n * (n - 1)) }
  return Int(turns).isMultiple(of: 2) ? rest * sum : -rest * sum
}

/// ln x of a normal number above 0 to about 10⁻¹⁵, of basic arithmetic alone.
func naturalLogarithm(_ x: Double) -> Double {
  var (significand, exponent) = (x.significand, Double(x.exponent))
  if significand > 1.4142135623730951 { (significand, exponent) = (significand / 2, exponent + 1) }
  // ln m = 2 artanh((m − 1) / (m + 1)), with an argument of at most 0.172.
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  var sum = 0.0
  for n in stride(from: 21.0, to: 0, by: -2) { sum = sum * square + 1 / n }
  return 2 * ratio * sum + exponent * 0.6931471805599453
}
