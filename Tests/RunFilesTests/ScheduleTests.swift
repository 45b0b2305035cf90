import RunFiles
import Testing

@Suite struct ScheduleTests {
  @Test("A constant schedule multiplies by 1")
  func constant() {
    for epoch in [0, 1, 99] { #expect(Schedule.constant.factor(epoch: epoch, of: 100) == 1) }
  }

  @Test("An exponential schedule multiplies by factor^epoch, epochs counted from 0")
  func exponential() {
    let schedule = Schedule.exponential(factor: 0.5)
    #expect((0..<4).map { schedule.factor(epoch: $0, of: 4) } == [1, 0.5, 0.25, 0.125])
    let hundred = Schedule.exponential(factor: 0.99).factor(epoch: 100, of: 100)
    #expect(abs(hundred - 0.366_032_341_273_229_46) < 1e-15)
  }

  @Test("A cosine schedule falls from 1 by half at half time and stays above 0")
  func cosine() {
    let factors = (0..<10).map { Schedule.cosine(floor: 0).factor(epoch: $0, of: 10) }
    #expect(factors[0] == 1)
    #expect(abs(factors[5] - 0.5) < 1e-15)
    #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 > $1 })
    #expect(factors[9] > 0)
    #expect(Schedule.cosine(floor: 0).factor(epoch: 0, of: 1) == 1)
  }

  @Test("A linear schedule holds the rates for a share of the epochs, and falls straight to 0 at their end")
  func linear() {
    let held = (0..<10).map { Schedule.linear(hold: 0.5).factor(epoch: $0, of: 10) }
    for (factor, expected) in zip(held, [1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2]) {
      #expect(abs(factor - expected) < 1e-12)
    }
    #expect(Schedule.linear(hold: 0).factor(epoch: 3, of: 4) == 0.25)
    #expect(Schedule.linear(hold: 0.9).factor(epoch: 0, of: 1) == 1)
  }

  @Test("A floor is where the cosine falls to, as a share of the rate")
  func floor() {
    let factors = (0..<100).map { Schedule.cosine(floor: 0.1).factor(epoch: $0, of: 100) }
    #expect(factors[0] == 1 && abs(factors[50] - 0.55) < 1e-15)
    #expect(factors[99] > 0.1 && factors[99] < 0.101)
    for (epoch, factor) in factors.enumerated() {
      let bare = Schedule.cosine(floor: 0).factor(epoch: epoch, of: 100)
      #expect(abs(factor - (0.1 + 0.9 * bare)) < 1e-15)
    }
  }

  @Test("With restarts the rates are whole again after each period, and periods grow")
  func restarts() {
    let schedule = Schedule.cosineRestarts(period: 3, growth: 2, floor: 0)
    let factors = (0..<45).map { schedule.factor(epoch: $0, of: 45) }
    #expect(factors.indices.filter { factors[$0] == 1 } == [0, 3, 9, 21])
    // The second period is a cosine over six epochs.
    for t in 0..<6 {
      #expect(factors[3 + t] == Schedule.cosine(floor: 0).factor(epoch: t, of: 6))
    }
    #expect(abs(factors[15] - 0.5) < 1e-15 && abs(factors[33] - 0.5) < 1e-15)
    // How long the run is does not matter.
    #expect((0..<45).map { schedule.factor(epoch: $0, of: 1) } == factors)
    let even = Schedule.cosineRestarts(period: 4, growth: 1, floor: 0.2)
    for epoch in 0..<40 {
      #expect(
        even.factor(epoch: epoch, of: 40) == Schedule.cosine(floor: 0.2).factor(epoch: epoch % 4, of: 4))
    }
    let last = Schedule.cosineRestarts(period: 1_000_000, growth: 1000, floor: 0)
    #expect(last.factor(epoch: 999_999, of: 1_000_000) > 0)
    #expect(Schedule.cosineRestarts(period: 1, growth: 1, floor: 0).factor(epoch: 999_999, of: 1) == 1)
  }
}
