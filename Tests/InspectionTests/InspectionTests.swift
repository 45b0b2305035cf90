import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Inspection
import Records
import Schema
import TestSupport
import Testing

@Suite("Inspection")
struct InspectionTests {
  /// Relaxations of every kind, and what follows the free phase.
  static let settings: [[String]] = [
    ["relaxation={updates: euler, step: 0.5, free: 12, nudged: 5}", "nudging={kind: one-sided, beta: 0.5}"],
    [
      "relaxation={updates: even-odd, start: forward, free: 7, nudged: 3}",
      "nudging={kind: centered, beta: 0.2}",
    ],
    [
      "relaxation={updates: over-relaxed, factor: 1.3, free: {tolerance: 1e-3, at-most: 50}, nudged: 4}",
      "nudging={kind: random-sign, beta: 0.4}",
    ],
    [
      "relaxation={updates: euler, start: persistent, free: 4, nudged: {tolerance: 1e-2, at-most: 40}}",
      "nudging={kind: centered, beta: 0.3}",
    ],
    [
      "rule=coupled", "nudging={kind: one-sided, beta: 0.3}",
      "relaxation={updates: even-odd, free: 9, nudged: 6}",
    ],
    ["rule=contrastive-hebbian", "relaxation={updates: even-odd, free: 9, nudged: 6}"],
  ]

  @Test("an iteration at a time gives the bits of whole phases", arguments: settings)
  func trace(settings: [String]) throws {
    let run = try InspectedRun(
      layers: "[{units: 70}, {units: 20, activation: sigmoid}, {units: 10}]", settings)
    let inspection = try run.inspection()
    let examples = try inspection.examples(.test)
    let (parameters, portion) = (inspection.parameters, inspection.parameters.portion)
    for example in 0..<3 {
      let clamped = inspection.clamp(example, of: examples)
      let trace = try #require(try inspection.trace(clamped))
      let procedure = run.run.procedure.relaxing(as: inspection.relaxation)
      let method = Method(
        procedure, portion: portion, rows: 1, precision: parameters.precision, neighbours: Alone())
      let start = State(rows: 1, portion: portion, precision: parameters.precision)
      let shown = procedure.phases.filter(\.isShown)
      #expect(trace.phases.map(\.name) == shown.map(\.name))
      let isTwofold = run.run.rule != .contrastiveHebbian && run.run.nudging.kind == .centered
      #expect(trace.phases.count == (isTwofold ? 3 : 2))
      var ends: [Settled] = []
      for (number, phase) in shown.enumerated() {
        ends.append(
          try method.run(
            phase, number: number, from: start, ends: ends, clamped: clamped, parameters: parameters))
        check(trace.phases[number], against: ends[number], parameters, clamped)
      }
    }
  }

  private func check(
    _ phase: RelaxationTrace.Phase, against whole: Settled, _ parameters: Parameters, _ clamped: Clamped
  ) {
    let depth = parameters.portion.network.depth
    let last = phase.frames[phase.frames.count - 1]
    #expect(phase.frames.count == whole.iterations[0] + 1)
    #expect(last.states == (1...depth).map { whole.state[$0].states.row(0) })
    #expect(last.states[0].contains { $0 > 0 && $0 < 1 }, "the states have moved")
    #expect(last.residual == whole.residual && phase.frames[0].residual == nil)
    #expect(last.energy == parameters.energy(state: whole.state, clamped: clamped, rows: 0..<1))
  }

  @Test("a free phase goes down in energy, a nudged one down in cost")
  func downhill() throws {
    let run = try InspectedRun(Self.settings[0])
    let inspection = try run.inspection()
    let trace = try #require(try inspection.trace(inspection.clamp(5, of: inspection.examples(.test))))
    let (free, nudged) = (trace.phases[0].frames, trace.phases[1].frames)
    #expect(zip(free, free.dropFirst()).allSatisfy { $1.energy <= $0.energy + 1e-6 })
    #expect(free[0].energy > free[12].energy + 0.1)
    #expect(nudged[0].cost == free[12].cost && nudged[0].states == free[12].states)
    #expect(nudged[5].cost < nudged[0].cost - 1e-3)
  }

  @Test("the first moment of a held output is where it is held")
  func held() throws {
    let run = try InspectedRun(Self.settings[5])
    let inspection = try run.inspection()
    let trace = try #require(try inspection.trace(inspection.clamp(0, of: inspection.examples(.test))))
    #expect(trace.phases[1].name == "output held at the target")
    #expect(trace.phases[1].frames.allSatisfy { $0.cost == 0 })
    #expect(trace.phases[1].frames[0].states[0] == trace.phases[0].frames.last?.states[0])
    #expect(trace.phases[1].frames.last?.states[0] != trace.phases[0].frames.last?.states[0])
  }

  @Test("nothing relaxes in a feed-forward network; implicit differentiation has a free phase alone")
  func otherRules() throws {
    let forward = try InspectedRun(["rule=backpropagation"]).inspection()
    #expect(try forward.trace(forward.clamp(0, of: forward.examples(.test))) == nil)
    #expect(try forward.predictions(.test).count == 167)
    let recurrent = try InspectedRun(["rule=recurrent-backpropagation"]).inspection()
    let trace = try recurrent.trace(recurrent.clamp(0, of: recurrent.examples(.test)))
    #expect(trace?.phases.map(\.name) == ["free phase"])
  }

  @Test(
    "predictions are those of single examples, in the split's order", arguments: [settings[0], settings[1]])
  func predictions(settings: [String]) throws {
    let inspection = try InspectedRun(settings).inspection()
    let predictions = try inspection.predictions(.test)
    let examples = try inspection.examples(.test)
    #expect(predictions.map(\.example) == Array(0..<167))
    #expect(predictions.map(\.label) == examples.labels.map(Int.init))
    for example in [0, 1, 63, 64, 166] {
      let trace = try #require(try inspection.trace(inspection.clamp(example, of: examples)))
      let rest = try #require(trace.phases[0].frames.last)
      #expect(predictions[example].cost == rest.cost)
      let outputs = rest.states[rest.states.count - 1]
      #expect(predictions[example].predicted == outputs.firstIndex(of: outputs.max() ?? 0))
    }
    #expect(try inspection.predictions(.test, atMost: 10).map(\.example) == Array(0..<64))
    #expect(Array(try inspection.predictions(.test, atMost: 10)) == Array(predictions.prefix(64)))
  }

  @Test("weights are those of the checkpoint, in its precision", arguments: ["float32", "float64"])
  func weights(precision: String) throws {
    let run = try InspectedRun(["training.precision=\(precision)"], steps: [10, 20])
    let inspection = try run.inspection(.named("step-000000010"))
    let drawn = try run.parameters(10)
    #expect(inspection.weights(into: 69) == (0..<64).map { drawn[connection: 0].forward[$0, 69] })
    #expect(inspection.step == 10 && inspection.epoch == 1 && inspection.hasItsOwnData)
  }

  @Test("the newest whole checkpoint is taken, a damaged one left where it is")
  func newest() throws {
    let run = try InspectedRun(steps: [10, 20, 30])
    #expect(try run.inspection().checkpoint == "step-000000030")
    let file = run.store.folder("step-000000030") + "/layer-1.safetensors"
    var bytes = try DurableFile.read(file)
    bytes[bytes.count - 1] ^= 1
    try DurableFile.write(bytes, to: file)
    #expect(try run.inspection().checkpoint == "step-000000020")
    #expect(try run.store.checkpoints().count == 3)
    #expect(throws: FileError.self) { try run.inspection(.named("step-000000030")) }
  }

  @Test("what is missing or does not belong is told")
  func missing() throws {
    let none = try InspectedRun(steps: [])
    #expect {
      _ = try none.inspection()
    } throws: {
      ($0 as? FileError)?.reason == "holds no checkpoint yet"
    }
    #expect(throws: SchemaError.self) { try Inspection(directory: none.path + "/nowhere") }
    let other = try InspectedRun()
    let text = other.run.resolvedYAML.replacing("units: 70", with: "units: 71")
    try DurableFile.write(text, to: other.path + "/run.yaml")
    #expect {
      _ = try other.inspection()
    } throws: {
      "\($0)".contains("belongs to another run")
    }
  }
}
