import RunFiles
import TestSupport
import Testing
import Training

@Suite("Symptoms") struct SymptomsTests {
  private func line(
    _ epoch: Int, cost: Double = 0.1, _ change: (inout RelaxationFigures) -> Void = { _ in }
  ) -> MetricsLine {
    var figures = RelaxationFigures()
    (figures.atLower, figures.atUpper) = ([0.4, 0], [0.3, 0])
    (figures.weightChange, figures.rates) = ([1e-3, 1e-3], [0.01, 0.01])
    change(&figures)
    return MetricsLine(
      epoch: epoch, step: 9 * epoch, training: [], cost: cost, energy: nil, relaxation: figures,
      examplesPerSecond: 1, seconds: 1)
  }

  private func symptoms(_ settings: String...) throws -> Symptoms {
    Symptoms(try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings), outputs: 10, reach: 1)
  }

  /// 20 examples of each class, all answered rightly but those of the last one.
  private let silent = (0..<10).map { label in (0..<10).map { $0 == min(label, 8) ? 20 : 0 } }

  @Test("A healthy epoch has none, at any time")
  func healthy() throws {
    var symptoms = try symptoms()
    for epoch in 1...20 {
      let all = (0..<10).map { label in (0..<10).map { $0 == label ? 20 : 0 } }
      #expect(symptoms.found(in: line(epoch), confusion: all).isEmpty)
      #expect(symptoms.found(in: line(epoch)).isEmpty)
      // A class that the split does not hold is missed by nobody.
      #expect(
        symptoms.found(in: line(epoch), confusion: silent.dropLast() + [Array(repeating: 0, count: 10)])
          .isEmpty)
    }
    #expect(symptoms.found(in: line(2), confusion: silent).isEmpty, "not before there was time")
  }

  @Test("Each is told once, with what mends it for this run")
  func once() throws {
    var symptoms = try symptoms("network.initialization=glorot-uniform", "relaxation.updates=euler")
    let exploded = symptoms.found(in: line(1, cost: 1e60))
    #expect(
      exploded == [
        "epoch 1: the cost is 1e+60, far beyond any target: nothing is learnt; write initialization: {spectral: 0.8} or lower relaxation.step or lower the rates (now 0.01)"
      ])
    #expect(symptoms.found(in: line(2, cost: .nan)).isEmpty)
    let bound = symptoms.found(in: line(3) { ($0.atLower[0], $0.atUpper[0], $0.weightChange[0]) = (1, 0, 0) })
    #expect(bound.count == 1 && bound[0].hasPrefix("epoch 3: every unit of layer 1 is at the lower bound"))
    let still = symptoms.found(in: line(4) { $0.weightChange[1] = 0 })
    #expect(
      still == [
        "epoch 4: the weights of layer 2 do not move: nothing reaches them from the output; lengthen relaxation.nudged or raise nudging.beta or raise the rates"
      ])
    #expect(symptoms.found(in: line(4) { ($0.weightChange[0], $0.rates[0]) = (0, 0) }).isEmpty)
  }

  @Test("Steps that are hardly ever accepted, or nearly always, are told with what mends it")
  func acceptance() throws {
    func told(_ share: Double, _ settings: [String] = []) throws -> [String] {
      let run = try RunFile.parse(
        smallestRunFile, file: "m.yaml",
        settings: ["relaxation.updates=mala", "relaxation.step=0.4"] + settings)
      var symptoms = Symptoms(run, outputs: 10, reach: 1)
      return symptoms.found(in: line(1) { $0.acceptance = share })
    }
    #expect(
      try told(3.25) == [
        "epoch 1: 3.25 % of the proposed steps are accepted, where 57 % go farthest: lower relaxation.step (now 0.4), or write relaxation.updates: gibbs where units stand at bounds"
      ])
    #expect(
      try told(99) == [
        "epoch 1: 99 % of the proposed steps are accepted, where 57 % go farthest: raise relaxation.step (now 0.4)"
      ])
    #expect(try told(57).isEmpty && told(20).isEmpty && told(95).isEmpty)
    #expect(try told(99, ["relaxation.step=1"]).isEmpty)
  }

  @Test("What follows from schedule, rejection, rule and a right output is no symptom, or has its own words")
  func context() throws {
    var late = try symptoms("training.schedule={kind: exponential, factor: 0.5}", "training.epochs=40")
    #expect(late.found(in: line(30) { $0.weightChange = [1e-13, 1e-13] }).isEmpty)
    var rejecting = try symptoms("nudging.reject=true")
    let rejected = rejecting.found(
      in: line(2) {
        $0.weightChange[0] = 0
        $0.rejected = 40
      })
    #expect(rejected.count == 1 && rejected[0].contains("examples are left out"))
    var twin = try symptoms("rule=backpropagation")
    let still = twin.found(in: line(2) { $0.weightChange[0] = 0 })
    #expect(still.count == 1 && still[0].hasSuffix("nothing reaches them from the output; raise the rates"))
    var right = try symptoms("network.layers.1.activation=hard-sigmoid")
    #expect(right.found(in: line(9, cost: 0) { ($0.atLower[1], $0.atUpper[1]) = (0.9, 0.1) }).isEmpty)
  }

  @Test("Targets far from 0 and wide outputs have costs of their own")
  func reach() throws {
    let run = try RunFile.parse(smallestRunFile, file: "m.yaml")
    var wide = Symptoms(run, outputs: 3072, reach: 1)
    #expect(wide.found(in: line(1, cost: 1536)).isEmpty && wide.found(in: line(2, cost: 1e6)).count == 1)
    var far = Symptoms(run, outputs: 1, reach: 1000)
    #expect(far.found(in: line(1, cost: 5e5)).isEmpty && far.found(in: line(2, cost: 1e9)).count == 1)
  }

  @Test("A class that is never predicted is named; bounds of the output are blamed where it has them")
  func classes() throws {
    var linear = try symptoms()
    #expect(
      linear.found(in: line(5), confusion: silent) == [
        "epoch 5: class 9 is never predicted: look at the labels, or train longer"
      ])
    var bounded = try symptoms("network.layers.1.activation=hard-sigmoid")
    #expect(
      bounded.found(in: line(9), confusion: silent)[0].contains("write activation: linear in layer 2"))
    #expect(bounded.found(in: line(10), confusion: silent).isEmpty)
  }

  @Test(
    "Inputs are told by their extent, and by what is wrong with it",
    arguments: [
      (0.0...1, "inputs from 0 to 1"), (-3.5...4.25, "inputs from -3.5 to 4.25"),
      (0...255, "inputs from 0 to 255: they look unscaled"),
      (0...0.0039, "inputs from 0 to 0.0039: nearly 0"),
      (2...2, "inputs from 2 to 2: all are the same"),
    ])
  func extents(extent: ClosedRange<Double>, words: String) throws {
    #expect(try symptoms().words(extent).hasPrefix(words))
  }
}
