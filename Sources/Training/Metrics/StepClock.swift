import Glibc

/// Where the time of training steps goes: every moment belongs to one `StepPart`, that of the innermost bracket.
///
/// `enter` pauses the part around it and `leave` resumes it; what lies outside all brackets is `.rest`. One thread uses
/// it. A bracket takes two readings of the monotonic clock, some 25 ns each; without a clock it takes a comparison with
/// nil.
public final class StepClock {
  private let now: () -> UInt64
  private var times = StepTimes()
  private var entered: [StepPart] = []
  private var since: UInt64

  /// A clock that runs from now on; `now` tells nanoseconds that never go back.
  public init(now: @escaping () -> UInt64 = StepClock.monotonic) {
    self.now = now
    entered.reserveCapacity(8)
    since = now()
  }

  /// Nanoseconds of the system's monotonic clock.
  public static func monotonic() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// A part begins.
  public func enter(_ part: StepPart) {
    charge()
    entered.append(part)
  }

  /// The part entered last ends.
  public func leave() {
    precondition(!entered.isEmpty, "a part that is left was entered")
    charge()
    entered.removeLast()
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
    charge()
    defer { times = StepTimes() }
    return times
  }

  private func charge() {
    let moment = now()
    times.add(moment - since, to: entered.last ?? .rest)
    since = moment
  }
}

/// Seconds by part of a step, and what was taken in from other ranks meanwhile.
public struct StepTimes: Equatable, Sendable {
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

  mutating func add(_ time: UInt64, to part: StepPart) { nanoseconds[part.rawValue] += time }
}
