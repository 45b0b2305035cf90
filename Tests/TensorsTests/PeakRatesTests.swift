import CKernels
import Tensors
import Testing

@Suite struct PeakRatesTests {
  @Test(
    "An update adds to every element, a read takes in every one", arguments: [1, 15, 63, 64, 127, 128, 1000])
  func streams(count: Int) {
    var a = (0..<count).map { Float($0 % 7) }
    let b = (0..<count).map { Float($0 % 5) }
    let expected = zip(a, b).map { $0 + 2 * $1 }
    eq_stream_update(count, &a, b, 2)
    #expect(a == expected)
    // Small whole numbers: any order gives the same sum.
    #expect(eq_stream_read(count, a) == expected.reduce(0, +))
  }

  @Test("The peak counts its operations and computes what it counts", arguments: [1, 10])
  func peak(rounds: Int) {
    var (single, double) = (Float(0), 0.0)
    let operations = eq_peak_f32(rounds, 0.5, &single)
    let chains = Int(operations) / (2 * rounds * 16)
    #expect(operations == Double(2 * rounds * 16 * chains) && chains > 1)
    // Each chain halves its value and adds a half, so often.
    let value = (0..<chains).reduce(0.0) { sum, chain in
      sum + (0..<rounds).reduce(Double(chain)) { value, _ in value / 2 + 0.5 }
    }
    #expect(abs(Double(single) - value) < 1e-3)
    _ = eq_peak_f64(rounds, 0.5, &double)
    #expect(double.isFinite && double > 0)
  }

  @Test("Measured rates are rates", arguments: Precision.allCases)
  func rates(precision: Precision) {
    var time: UInt64 = 0
    // A clock of 1 ms a reading: the rate is that of the calls that fit.
    func now() -> UInt64 {
      time += 1_000_000
      return time
    }
    let peak = PeakRates.multiplyAdds(precision, seconds: 0.01, now: now)
    #expect(peak > 1e6 && peak.isFinite)
    let streams = PeakRates.streams(bytes: 4096, seconds: 0.02, now: now)
    #expect(abs(streams.read - 4096e3) < 1 && abs(streams.update - 1.5 * 4096e3) < 1)
  }
}
