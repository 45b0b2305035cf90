import Testing
import Training

@Suite struct StepClockTests {
  /// A clock whose time is told by hand.
  final class Hand {
    var time: UInt64 = 1000
    func clock() -> StepClock { StepClock { self.time } }
  }

  @Test("Entering a part pauses the one around it; what is outside is the rest")
  func exclusive() {
    let hand = Hand()
    let clock = hand.clock()
    func pass(_ nanoseconds: UInt64) { hand.time += nanoseconds }
    pass(1)
    clock.enter(.nudged)
    pass(10)
    clock.enter(.optimizer)
    pass(100)
    clock.enter(.contrast)
    pass(1000)
    clock.leave()
    pass(200)
    clock.leave()
    pass(20)
    clock.leave()
    pass(2)
    let times = clock.take()
    func nanoseconds(_ part: StepPart) -> Int { Int((times[part] * 1e9).rounded()) }
    #expect(nanoseconds(.rest) == 3)
    #expect(nanoseconds(.nudged) == 30)
    #expect(nanoseconds(.optimizer) == 300)
    #expect(nanoseconds(.contrast) == 1000)
    #expect(Int((times.total * 1e9).rounded()) == 1333)
    #expect(StepPart.allCases.filter { times[$0] > 0 }.count == 4)
  }

  @Test("A part within itself counts once, and taking begins anew")
  func again() {
    let hand = Hand()
    let clock = hand.clock()
    clock.enter(.waiting)
    clock.enter(.waiting)
    hand.time += 5
    clock.leave()
    hand.time += 7
    #expect(Int((clock.take()[.waiting] * 1e9).rounded()) == 12)
    hand.time += 4
    clock.leave()
    let times = clock.take()
    #expect(Int((times[.waiting] * 1e9).rounded()) == 4 && times.total == times[.waiting])
  }

  @Test("Messages: parcels as they come, sums whole while small and in two exchanges of slices beyond")
  func messages() {
    let clock = Hand().clock()
    clock.count(parcel: 400)
    clock.count(parcel: 80)
    clock.count(sum: 65_536, over: 2)
    clock.count(sum: 65_536, over: 4)
    let times = clock.take()
    #expect(times.parcels == 2 && times.parcelBytes == 480)
    #expect(times.exchanges == 3)
    #expect(times.exchangeBytes == 65_536 + 2 * 65_536 * 3 / 4)
    #expect(clock.take().parcels == 0)
  }

  @Test("The system's clock goes on")
  func monotonic() {
    let first = StepClock.monotonic()
    var last = first
    while last == first { last = StepClock.monotonic() }
    #expect(last > first)
  }

  @Test("Every part has a name of its own, and its number is its place")
  func parts() {
    #expect(Set(StepPart.allCases.map(\.name)).count == StepPart.allCases.count)
    #expect(StepPart.allCases.map(\.rawValue) == Array(StepPart.allCases.indices))
  }
}
