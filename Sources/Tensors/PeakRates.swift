import CKernels
import Foundation

/// What a core can do at most, measured.
public enum PeakRates {
  /// Operations a second of fused multiply-adds on registers alone, two each; `now` tells nanoseconds.
  public static func multiplyAdds(_ precision: Precision, seconds: Double, now: () -> UInt64) -> Double {
    best(seconds: seconds, now: now) {
      switch precision {
      case .float32:
        var sink: Float = 0
        // A factor of nearly 1 keeps the sums from overflowing.
        return eq_peak_f32(20_000, 0.999, &sink)
      case .float64:
        var sink = 0.0
        return eq_peak_f64(20_000, 0.999, &sink)
      case .hollow32, .hollow64: preconditionFailure("arithmetic without numbers")
      }
    }
  }

  /// Bytes a second of reading so many bytes and of updating them (a ← a + s b, b as large as a).
  public static func streams(bytes: Int, seconds: Double, now: () -> UInt64) -> (read: Double, update: Double)
  {
    let count = max(bytes / MemoryLayout<Float>.size / 2, 64)
    let a = UnsafeMutablePointer<Float>.allocate(capacity: count)
    let b = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer {
      a.deallocate()
      b.deallocate()
    }
    a.initialize(repeating: 1, count: count)
    b.initialize(repeating: 1, count: count)
    let size = Double(count * MemoryLayout<Float>.size)
    var sink: Float = 0
    let read = best(seconds: seconds / 2, now: now) {
      sink += eq_stream_read(count, a) + eq_stream_read(count, b)
      return 2 * size
    }
    // What was read is used, so that nothing is left out.
    let scale: Float = sink.isFinite ? 1e-9 : 0
    let update = best(seconds: seconds / 2, now: now) {
      eq_stream_update(count, a, b, scale)
      return 3 * size
    }
    return (read, update)
  }

  /// The most units of `work` done in a second, of calls that fill some time and last long enough to be measured.
  private static func best(seconds: Double, now: () -> UInt64, _ work: () -> Double) -> Double {
    let begin = now()
    var best = 0.0
    var calls = 1
    repeat {
      let start = now()
      var done = 0.0
      for _ in 0..<calls { done += work() }
      let elapsed = Double(now() - start) / 1e9
      if elapsed < 50e-6, calls < 1 << 20 {
        calls *= 2
      } else {
        best = max(best, done / elapsed)
      }
    } while Double(now() - begin) / 1e9 < seconds || best == 0
    return best
  }
}
