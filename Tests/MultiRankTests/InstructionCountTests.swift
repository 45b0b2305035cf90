import Foundation
import TestBasis
import Testing

extension RealRanks {
  /// What a step costs in instructions, which no other load of the machine changes.
  @Suite(.enabled(if: InstructionCount.isPossible, "needs valgrind, strip and a processor with AVX2"))
  struct InstructionCounts {
    private func folder(_ run: CountedRun) throws -> TrainingFolder {
      switch run {
      case .digits:
        let path = VerifiedDocument.root + "/launch/recipes/digits.yaml"
        return try TrainingFolder(String(contentsOfFile: path, encoding: .utf8))
      case .twoHiddenLayers:
        return try TrainingFolder(
          """
          name: two-hidden-layers
          data: {format: digits, training: 1200, validation: 200}
          network:
            layers:
              - {units: 128, activation: hard-sigmoid, rate: 0.02}
              - {units: 128, activation: hard-sigmoid, rate: 0.02}
              - {units: 10, activation: linear, rate: 0.02}
            initialization: {uniform: 0.7}
          relaxation: {updates: even-odd, start: zero, free: 15, nudged: 10}
          nudging: {kind: centered, beta: 0.2}
          training: {epochs: 30, batch: 20, momentum: 0.9, schedule: {kind: cosine}}
          """)
      }
    }

    @Test("A step costs the instructions committed, within 5 %", arguments: CountedRun.allCases)
    func step(run: CountedRun) throws {
      let count = try InstructionCount(folder(run))
      measured("instructions of a step, \(run.rawValue), \(count.set)", Double(count.step))
      let figure = try #require(
        instructionFigures[count.set]?[run],
        "InstructionFigures.swift has none of \(count.set) for \(run.rawValue): \(count.step) here")
      let verdict = InstructionVerdict(count: count.step, figure: figure)
      let percent = 100 * (Double(count.step) / Double(figure) - 1)
      #expect(
        verdict == .kept,
        """
        \(run.rawValue), \(count.set): \(count.step) instructions a step, \
        \(String(format: "%+.1f", percent)) % of the figure \(figure). If that is meant, the \
        new figure is \(count.step), for InstructionFigures.swift
        """)
    }
  }
}

/// The judgement by itself: a slowdown fails, and so does a figure left behind by a speed-up.
@Suite("Instruction counts: the judgement") struct InstructionVerdictTests {
  @Test(
    "5 % either way is kept, 6 % is not",
    arguments: [
      (-60, .faster), (-51, .faster), (-49, .kept), (0, .kept), (49, .kept), (51, .slower), (60, .slower),
      (1000, .slower),
    ] as [(Int, InstructionVerdict)])
  func verdict(thousandths: Int, verdict: InstructionVerdict) {
    for figure in [1000, 6_000_000] {
      #expect(InstructionVerdict(count: figure + figure / 1000 * thousandths, figure: figure) == verdict)
    }
  }

  @Test("Every run has a figure wherever an instruction set has any")
  func figures() {
    #expect(instructionFigures["avx2"] != nil)
    for (set, figures) in instructionFigures {
      #expect(Set(figures.keys) == Set(CountedRun.allCases), "\(set)")
    }
  }
}
