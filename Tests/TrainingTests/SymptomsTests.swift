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
    Symptoms(try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings))
  }

  /// 200 answers, none of them the last class.
  private let silent = Array(repeating: 23, count: 9) + [0]

  @Test("A healthy epoch has none, at any time")
  func healthy() throws {
    var symptoms = try symptoms()
    for epoch in 1...20 {
      let all = Array(repeating: 20, count: 10)
      #expect(symptoms.found(in: line(epoch), answers: all).isEmpty)
      #expect(symptoms.found(in: line(epoch), answers: []).isEmpty)
    }
    #expect(symptoms.found(in: line(2), answers: silent).isEmpty, "not before there was time")
  }

  @Test("Each is told once, with what mends it for this run")
  func once() throws {
    var symptoms = try symptoms("network.initialization=glorot-uniform", "relaxation.updates=euler")
    let exploded = symptoms.found(in: line(1, cost: 1e60), answers: [])
    #expect(
      exploded == [
        "epoch 1: the cost is 1e+60, far beyond any target: nothing is learnt; write initialization: {spectral: 0.8} or lower relaxation.step or lower the rates (now 0.01)"
      ])
    #expect(symptoms.found(in: line(2, cost: .nan), answers: []).isEmpty)
    let bound = symptoms.found(in: line(3) { ($0.atLower[0], $0.atUpper[0]) = (1, 0) }, answers: [])
    #expect(
      bound.count == 1 && bound[0].hasPrefix("epoch 3: every unit of layer 1 is at 0, where nothing moves it")
    )
    let still = symptoms.found(in: line(4) { $0.weightChange[1] = 0 }, answers: [])
    #expect(still.count == 1 && still[0].hasPrefix("epoch 4: the weights of layer 2 do not move"))
    #expect(symptoms.found(in: line(4) { ($0.weightChange[0], $0.rates[0]) = (0, 0) }, answers: []).isEmpty)
  }

  @Test("A class that is never predicted is named; bounds of the output are blamed where it has them")
  func classes() throws {
    var linear = try symptoms()
    #expect(
      linear.found(in: line(5), answers: silent) == [
        "epoch 5: class 9 is never predicted: look at the labels, or train longer"
      ])
    var bounded = try symptoms("network.layers.1.activation=hard-sigmoid")
    #expect(
      bounded.found(in: line(9), answers: silent)[0].contains("write activation: linear in the last layer"))
    #expect(bounded.found(in: line(10), answers: silent).isEmpty)
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
