import EnergyModels
import Foundation
import MessagePassing
import Planning
import Reporting
import RunFiles
import Training

extension Shape {
  /// Of the embedded digits.
  static let digits = Shape(height: 8, width: 8, units: 1)
}

/// Parsers of texts, and what their values are first used for.
enum Texts {
  /// A run file that is taken must read back from its complete form as the same run.
  static func run(_ bytes: [UInt8]) throws {
    let path = Scratch.shared.path("run.yaml")
    try Scratch.shared.write(bytes, to: "run.yaml")
    try use(try RunFile.load(path: path))
  }

  static func settings(_ bytes: [UInt8]) throws {
    let settings = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    try use(try RunFile.parse(base, file: "base.yaml", settings: settings))
  }

  private static func use(_ run: RunFile) throws {
    let again = try RunFile.parse(run.resolvedYAML, file: "again.yaml")
    precondition(again == run, "a run file reads back as it was: \(run.resolvedYAML)")
    precondition(again.identity == run.identity, "equal runs have equal identities")
    precondition(run.differences(from: again).isEmpty, "equal runs differ in nothing")
    if (try? run.network.network(input: .digits)) != nil { _ = Tiling(run, input: .digits) }
  }

  static func grid(_ bytes: [UInt8]) throws {
    guard let shape = GridShape(String(decoding: bytes, as: UTF8.self)) else {
      throw GridError("no grid")
    }
    precondition(GridShape(shape.description) == shape, "a grid reads back as it was")
    let run = try RunFile.parse(base, file: "base.yaml")
    let deal = try Deal(run, tiling: Tiling(run, input: .digits), to: shape)
    _ = deal.portion(at: shape.place(ofRank: shape.ranks - 1))
  }

  static func metrics(_ bytes: [UInt8]) throws {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      _ = MetricsLine.isPast(String(line), epoch: 1, step: 10)
    }
    _ = try MetricsFile.parse(bytes, file: "metrics.jsonl")
  }

  static func machine(_ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: "machine.json")
    let machine = try Machine.load(path: Scratch.shared.path("machine.json"))
    let run = try RunFile.parse(base, file: "base.yaml")
    _ = try Plan.choose(ranks: 4, tiling: Tiling(run, input: .digits), run: run, machine: machine)
  }

  static let base = """
    data: {format: digits}
    network: {layers: [{units: 128, rate: balanced}, {units: 10}]}
    tiling: {shards: 2, slices: 2}
    training: {momentum: 0.9}

    """
}
