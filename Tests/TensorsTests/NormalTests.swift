import Foundation
import Tensors
import Testing

@Suite struct NormalTests {
  @Test("Normal numbers have mean 0, deviation 1, and the tails of a normal distribution")
  func moments() {
    let random = CounterRandom(seed: 7, purpose: .corruption)
    let count = 200_000
    let drawn = (0..<count).map { random.normal(3, $0 % 1000, $0 / 1000) }
    let mean = drawn.reduce(0, +) / Double(count)
    let square = drawn.reduce(0) { $0 + $1 * $1 } / Double(count)
    let fourth = drawn.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
    #expect(abs(mean) < 0.01 && abs(square - 1) < 0.01 && abs(fourth - 3) < 0.1)
    for (limit, share) in [(1.0, 0.3173), (2, 0.0455), (3, 0.0027)] {
      let beyond = Double(drawn.count { abs($0) > limit }) / Double(count)
      #expect(abs(beyond - share) < 0.1 * share + 0.001, "\(limit)")
    }
  }

  @Test("A number follows from its counter and its purpose alone")
  func counters() {
    let random = CounterRandom(seed: 7, purpose: .corruption)
    #expect(random.normal(1, 2, 3) == random.normal(1, 2, 3))
    let all = [
      random.normal(1, 2, 3), random.normal(2, 1, 3), random.normal(1, 3, 2),
      CounterRandom(seed: 8, purpose: .corruption).normal(1, 2, 3),
      CounterRandom(seed: 7, purpose: .examples).normal(1, 2, 3),
    ]
    #expect(Set(all).count == all.count)
  }

  @Test("The sine of half turns is the mathematical library's to 10⁻¹⁵")
  func sine() {
    for i in -4000...4000 {
      let x = Double(i) / 997
      #expect(abs(sinePi(x) - sin(.pi * x)) < 4e-15, "\(x)")
    }
    #expect(sinePi(0) == 0 && sinePi(7) == 0)
  }
}
