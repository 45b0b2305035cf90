import Glibc

/// Where the time of training steps goes: every moment belongs to one `StepPart`, that of the innermost bracket.
///
/// `enter` pauses the part around it and `leave` resumes it; what lies outside all brackets is `.rest`. One thread uses
/// it. A bracket takes 47 ns, of which two readings of the monotonic clock are 45; a step of 784-500-10 on a batch of 20 and two
/// ranks has 35 of them, half a percent of its 0.36 ms.
public final class StepClock {
  private let now: (() -> UInt64)?
  private var since: UInt64
  // Plain rows of numbers, which need neither memory of their own nor a look at who else holds them.
  private var nanoseconds = InlineArray<16, UInt64>(repeating: 0)
  private var entered = InlineArray<8, Int>(repeating: StepPart.rest.rawValue)
  private var depth = 0
  private var times = StepTimes()

  /// A clock that runs from now on; `now` tells nanoseconds that never go back, the system's without.
  public init(now: (() -> UInt64)? = nil) {
    self.now = now
    since = now?() ?? StepClock.monotonic()
  }

  /// Nanoseconds of the system's monotonic clock.
  public static func monotonic() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// A part begins.
  public func enter(_ part: StepPart) {
    charge()
    depth += 1
    entered[depth] = part.rawValue
  }

  /// The part entered last ends.
  public func leave() {
    precondition(depth > 0, "a part that is left was entered")
    charge()
    depth -= 1
  }

  /// Notes that a parcel from other ranks of the replica was waited for.
  public func count(parcel bytes: Int) {
    times.parcels += 1
    times.parcelBytes += bytes
  }

  /// Notes that so many bytes were summed over so many replicas: in one exchange of all, or in two of slices, as
  /// `FixedOrderAllreduce` does it.
  public func count(sum bytes: Int, over replicas: Int) {
    let isWhole = (replicas - 1) * bytes <= 65_536
    times.exchanges += isWhole ? 1 : 2
    times.exchangeBytes += isWhole ? (replicas - 1) * bytes : 2 * bytes * (replicas - 1) / replicas
  }

  /// What has passed since the clock was made or last taken, and begins again from nothing.
  public func take() -> StepTimes {
    defer {
      nanoseconds = InlineArray(repeating: 0)
      times = StepTimes()
    }
    return read()
  }

  /// The same without beginning again.
  public func read() -> StepTimes {
    charge()
    for part in StepPart.allCases { times.set(nanoseconds[part.rawValue], of: part) }
    return times
  }

  /// Seconds that went to other ranks, up to the last bracket: no look at the time.
  var waited: Double {
    Double(nanoseconds[StepPart.waiting.rawValue] + nanoseconds[StepPart.sum.rawValue]) / 1e9
  }

  private func charge() {
    let moment = now?() ?? StepClock.monotonic()
    nanoseconds[entered[depth]] &+= moment &- since
    since = moment
  }
}

/// Seconds by part of a step, and what was taken in from other ranks meanwhile.
public struct StepTimes: Codable, Equatable, Sendable {
  /// In the order of `StepPart.allCases`.
  private var nanoseconds = Array(repeating: UInt64(0), count: StepPart.allCases.count)
  /// Parcels waited for.
  public internal(set) var parcels = 0
  /// Bytes of those parcels.
  public internal(set) var parcelBytes = 0
  /// Exchanges with other replicas, one after the other.
  public internal(set) var exchanges = 0
  /// Bytes that this rank took in by them.
  public internal(set) var exchangeBytes = 0

  public init() {}

  /// Seconds of a part.
  public subscript(part: StepPart) -> Double { Double(nanoseconds[part.rawValue]) / 1e9 }

  /// Seconds of all parts.
  public var total: Double { Double(nanoseconds.reduce(0, +)) / 1e9 }

  /// Seconds that went to other ranks: messages and waiting for them, and the sum over replicas.
  public var waiting: Double { self[.waiting] + self[.sum] }

  mutating func set(_ time: UInt64, of part: StepPart) { nanoseconds[part.rawValue] = time }
}
