import Testing
import Training

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
    let factors = (0..<10).map { Schedule.cosine.factor(epoch: $0, of: 10) }
    #expect(factors[0] == 1)
    #expect(abs(factors[5] - 0.5) < 1e-15)
    #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 > $1 })
    #expect(factors[9] > 0)
    #expect(Schedule.cosine.factor(epoch: 0, of: 1) == 1)
  }
}
