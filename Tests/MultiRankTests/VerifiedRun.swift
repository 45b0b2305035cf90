import Foundation
import Testing

/// A small run whose gradient is judged by `eqprop verify`.
struct VerifiedRun: Sendable, CustomTestStringConvertible {
  /// Units and activation of each layer, the first hidden one's first.
  let layers: [(units: Int, activation: String)]
  var updates = "even-odd"

  var testDescription: String { ([64] + layers.map(\.units)).map(String.init).joined(separator: "-") }

  /// Long phases, so that the run's own gradient is that of its β, and the β of the first limits.
  var runFile: String {
    """
    name: verified
    data: {format: digits, training: 160, validation: 40}
    network:
      layers:
    \(layers.map { "    - {units: \($0.units), activation: \($0.activation), rate: 0.05}" }
      .joined(separator: "\n"))
      initialization: {uniform: 0.7}
    relaxation: {updates: \(updates), start: zero, free: 200, nudged: 200}
    nudging: {kind: centered, beta: 0.05}
    training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
    tiling: {shards: 4, slices: 2}

    """
  }

  /// Few enough weights for finite differences in each.
  static let tiny = VerifiedRun(layers: [(12, "tanh"), (10, "sigmoid")])
  /// Comes to rest in half the iterations of the others.
  static let quick = VerifiedRun(layers: [(96, "tanh"), (10, "linear")])
  static let shallow = VerifiedRun(layers: [(96, "sigmoid"), (10, "linear")])
  static let middle = VerifiedRun(
    layers: [(96, "tanh"), (40, "sigmoid"), (10, "sigmoid")], updates: "euler")
  static let deep = VerifiedRun(
    layers: [(96, "sigmoid"), (40, "sigmoid"), (70, "sigmoid"), (10, "sigmoid")])
}

/// What `eqprop verify --json` says.
struct Verdict: Decodable {
  struct GradientRow: Decodable, Equatable {
    let layer: Int
    let cosine: Double?
    let relativeError: Double?
  }

  struct Sweep: Decodable {
    struct Point: Decodable {
      let beta: Double
      let relativeError: Double
      let layerErrors: [Double]
    }
    let nudging: String
    let fittedOrder: Double?
    let points: [Point]
  }

  struct StepMatch: Decodable {
    let step: Int
    let cosines: [Double?]
  }

  struct Check: Decodable {
    let name: String
    let verdict: String
    let value: Double?
    let advice: String?
  }

  let verdict: String
  let examples: Int
  let gradient: [GradientRow]
  let sweeps: [Sweep]
  let matches: [StepMatch]
  let checks: [Check]

  init(_ outcome: Outcome) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      self = try decoder.decode(Verdict.self, from: Data(outcome.output.utf8))
    } catch {
      throw HarnessError("\(error)\n\(outcome.story)")
    }
  }

  /// The value of the one check whose name starts so.
  func value(_ name: String) throws -> Double {
    let found = checks.filter { $0.name.hasPrefix(name) }
    try #require(found.count == 1, "\(name): \(checks.map(\.name))")
    return try #require(found[0].value, "\(name)")
  }

  func sweep(_ nudging: String) throws -> Sweep { try #require(sweeps.first { $0.nudging == nudging }) }

  /// Every check that failed, with its advice.
  var failures: [String] {
    checks.filter { $0.verdict != "passed" }.map { "\($0.name): \($0.advice ?? "")" }
  }
}

extension TrainingFolder {
  /// Verifies the folder's run file on a grid.
  func verify(_ grid: String, _ options: [String] = []) throws -> Outcome {
    try Self.verify(path + "/run.yaml", grid, options)
  }

  /// Verifies a run file on a grid.
  static func verify(_ runFile: String, _ grid: String, _ options: [String] = []) throws -> Outcome {
    let ranks = grid.split(separator: "x").reduce(1) { $0 * (Int($1) ?? 0) }
    return try Mpirun(
      executable: "eqprop", ranks: ranks, arguments: ["verify", runFile, "--grid", grid] + options,
      // Thousands of small exchanges, each of which waits for every rank to be given a core.
      limitSeconds: 180
    ).run()
  }
}

extension Outcome {
  /// What was said but for what was being done.
  var complaints: [String] { said.filter { !$0.hasPrefix("verified: ") } }

  /// The output without its grid's name.
  var withoutGrid: String {
    output.replacing(/"grid":"[0-9x]+"/, with: "")
  }
}
