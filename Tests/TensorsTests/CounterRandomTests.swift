import Tensors
import Testing

@Suite("Random numbers from counters") struct CounterRandomTests {
  typealias Words = (UInt32, UInt32, UInt32, UInt32)

  /// The known answers that its authors publish for Philox4x32-10 (Random123, kat_vectors).
  @Test("Philox4x32-10 gives its authors' known answers")
  func knownAnswers() {
    let all = UInt32.max
    let vectors: [(counter: Words, key: (UInt32, UInt32), answer: Words)] = [
      ((0, 0, 0, 0), (0, 0), (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
      ((all, all, all, all), (all, all), (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
      (
        (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0),
        (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ]
    for (counter, key, answer) in vectors { #expect(philox(counter, key) == answer) }
  }

  /// Checkpoints hold no random state: a run resumes rightly only while this meaning of seed and counters holds.
  @Test("a draw is the cipher of (a, b, c, purpose) under the seed")
  func layout() {
    let seed: UInt64 = 0x0123_4567_89ab_cdef
    let words = philox((7, 8, 9, 2), (0x89ab_cdef, 0x0123_4567))
    let drawn = CounterRandom(seed: seed, purpose: .order).bits(7, 8, 9)
    #expect(drawn.0 == UInt64(words.0) | UInt64(words.1) << 32)
    #expect(drawn.1 == UInt64(words.2) | UInt64(words.3) << 32)
    let purposes: [CounterRandom.Purpose] = [.weights, .order, .sign]
    #expect(purposes.map(\.rawValue) == [1, 2, 3])
  }

  @Test("seed, purpose and each counter change the draw")
  func keys() {
    let drawn = [
      CounterRandom(seed: 1, purpose: .weights).unit(1, 2, 3),
      CounterRandom(seed: 2, purpose: .weights).unit(1, 2, 3),
      CounterRandom(seed: 1 << 32 | 1, purpose: .weights).unit(1, 2, 3),
      CounterRandom(seed: 1, purpose: .order).unit(1, 2, 3),
      CounterRandom(seed: 1, purpose: .weights).unit(2, 1, 3),
      CounterRandom(seed: 1, purpose: .weights).unit(1, 2, 4),
    ]
    #expect(Set(drawn).count == drawn.count)
  }

  @Test("uniform: mean, variance and 64 equal bins, each within five standard errors")
  func uniformity() {
    let random = CounterRandom(seed: 3, purpose: .weights)
    let count = 1 << 16
    let draws = (0..<count).map { random.unit($0 % 256, $0 / 256, 1) }
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    let n = Double(count)
    let mean = draws.reduce(0, +) / n
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    #expect(abs(mean - 0.5) < 5 * (1 / 12 / n).squareRoot())
    #expect(abs(variance - 1.0 / 12) < 5 * (1.0 / 180 / n).squareRoot())
    var bins = Array(repeating: 0, count: 64)
    for draw in draws { bins[Int(draw * 64)] += 1 }
    // χ² with 63 degrees of freedom: 63 ± 5 √126.
    let expected = n / 64
    let chi = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(abs(chi - 63) < 5 * 126.0.squareRoot())
  }

  @Test("draws at neighbouring counters are uncorrelated")
  func independence() {
    let random = CounterRandom(seed: 4, purpose: .weights)
    let n = 1 << 14
    for step in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
      let covariance = (0..<n).reduce(0.0) {
        let (a, b, c) = ($1 % 32 * 2, $1 / 32 % 32 * 2, $1 / 1024 * 2)
        let here = random.unit(a, b, c)
        let there = random.unit(a + step.0, b + step.1, c + step.2)
        return $0 + (here - 0.5) * (there - 0.5)
      }
      #expect(abs(covariance / Double(n)) < 5.0 / 12 / Double(n).squareRoot())
    }
  }

  @Test("integers below a bound all occur, about equally often", arguments: [1, 2, 7, 10])
  func below(bound: Int) {
    let random = CounterRandom(seed: 5, purpose: .order)
    let n = 20_000
    var counts = Array(repeating: 0, count: bound)
    for i in 0..<n { counts[random.below(bound, i, 0, 0)] += 1 }
    let p = 1 / Double(bound)
    let error = (Double(n) * p * (1 - p)).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - Double(n) * p) <= 5 * error })
  }
}
