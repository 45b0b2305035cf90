import EnergyModels
import EquilibriumPropagation
import Tensors
import TestSupport
import Testing

@Suite struct SampleTests {
  /// In Float64, so that a point of rest can be told.
  static func inspected() throws -> InspectedRun { try InspectedRun(["training.precision=float64"]) }

  @Test("Samples come to rest where the input's force vanishes or points out of its range")
  func rest() throws {
    let run = try Self.inspected()
    let inspection = try run.inspection()
    let samples = try inspection.samples(of: 3, count: 4, iterations: 400, step: 0.2, seed: 1)
    #expect(samples.count == 4)
    for sample in samples {
      #expect(sample.input.count == 64 && sample.input.allSatisfy { (0...1).contains($0) })
      #expect(sample.residual < 1e-6, "\(sample.residual)")
    }
    // The same energy as that of the point of rest, worked out again from the input alone.
    let sample = samples[0]
    let input = Matrix(rows: 1, columns: 64, precision: .float64) { sample.input[$1] }
    let targets = Matrix(rows: 1, columns: 10, precision: .float64) { $1 == 3 ? 1 : 0 }
    let clamped = Clamped(shards: [0, 1], input: input, targets: targets, parameters: inspection.parameters)
    var relaxation = inspection.relaxation
    relaxation.nudged = Duration(atMost: 400)
    let method = Method(
      relaxation: relaxation, portion: inspection.parameters.portion, rows: 1, precision: .float64)
    let start = State(rows: 1, portion: inspection.parameters.portion, precision: .float64)
    let state = try method.run(
      .held(method.procedure.scheme, at: 1), number: 1, ends: [Settled(given: start, shards: 1)],
      clamped: clamped, parameters: inspection.parameters
    ).state
    let energy =
      inspection.parameters.energy(state: state, clamped: clamped, rows: 0..<1)
      + sample.input.reduce(0) { $0 + $1 * $1 } / 2
    #expect(abs(energy - sample.energy) < 1e-6 * max(1, abs(energy)))
  }

  @Test("The energy of input and states falls on the way")
  func descent() throws {
    let run = try Self.inspected()
    let inspection = try run.inspection()
    let energies = try [1, 4, 16, 64].map {
      try inspection.samples(of: 5, count: 1, iterations: $0, step: 0.2, seed: 7)[0].energy
    }
    for (before, after) in zip(energies, energies.dropFirst()) {
      #expect(after <= before + 1e-9, "\(energies)")
    }
    #expect(energies[3] < energies[0])
  }

  @Test("A seed gives the same samples, another one others; more samples do not change the first")
  func seeds() throws {
    let run = try Self.inspected()
    let inspection = try run.inspection()
    func inputs(_ count: Int, _ seed: UInt64) throws -> [[Double]] {
      try inspection.samples(of: 1, count: count, iterations: 3, step: 0.1, seed: seed).map(\.input)
    }
    let four = try inputs(4, 1)
    #expect(try four == inputs(4, 1))
    #expect(try Array(four.prefix(2)) == inputs(2, 1))
    #expect(try four != inputs(4, 2))
    #expect(Set(four).count == 4)
  }
}
