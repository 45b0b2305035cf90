import EquilibriumPropagation
import Testing
import Verification

@Suite("Rest") struct RestTests {
  @Test("What goes on to rest is updated as before, over-relaxed as far")
  func toRest() {
    var run = Relaxation(
      updates: .overRelaxed, step: 0.25, factor: 1.7, free: Duration(atMost: 9), nudged: Duration(atMost: 5))
    let rest = run.toRest
    #expect(rest.free.tolerance == Relaxation.rest && rest.nudged == rest.free && rest.start == .persistent)
    (run.start, run.free, run.nudged) = (rest.start, rest.free, rest.nudged)
    #expect(rest == run)
  }
}
