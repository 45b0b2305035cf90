import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingAfterDamage {
    /// A way to spoil the run's files after some steps.
    struct Damage: Sendable, CustomTestStringConvertible {
      let testDescription: String
      /// The step that the next start goes on from; nil where it starts over.
      let goesOnFrom: Int?
      /// What is said of it, after the run directory's path.
      let told: [String]
      let spoil: @Sendable (TrainingFolder) throws -> Void
    }

    static let newest = "run/checkpoints/step-000000013/"
    static let wholes = [
      "step-000000004", "step-000000008", "step-000000010", "step-000000012", "step-000000013",
    ]

    static func edit(_ name: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void)
      -> @Sendable (
        TrainingFolder
      ) throws -> Void
    {
      { folder in
        var bytes = try folder.bytes(name)
        change(&bytes)
        try folder.write(name, bytes)
      }
    }

    static let damages = [
      Damage(
        testDescription: "a flipped bit in a file of weights", goesOnFrom: 12,
        told: ["step-000000013/layer-1.safetensors: its SHA-256 is not the manifest's"],
        spoil: edit(newest + "layer-1.safetensors") { $0[$0.count / 2] ^= 0x10 }),
      Damage(
        testDescription: "a flipped bit in persistent states", goesOnFrom: 12,
        told: ["step-000000013/states-training-1-0.safetensors: its SHA-256 is not the manifest's"],
        spoil: edit(newest + "states-training-1-0.safetensors") { $0[$0.count - 1] ^= 1 }),
      Damage(
        testDescription: "a truncated file", goesOnFrom: 12,
        told: ["step-000000013/layer-2.safetensors: "],
        spoil: edit(newest + "layer-2.safetensors") { $0.removeLast(7) }),
      Damage(
        testDescription: "a missing file", goesOnFrom: 12,
        told: ["step-000000013/layer-2.safetensors: no such file or directory"],
        spoil: { try $0.remove(newest + "layer-2.safetensors") }),
      Damage(
        testDescription: "a manifest that lies", goesOnFrom: 12,
        told: ["step-000000013/layer-1.safetensors: its SHA-256 is not the manifest's"],
        spoil: { folder in
          let lie = folder.text("run/checkpoints/step-000000012/MANIFEST.json")
          try folder.write(newest + "MANIFEST.json", lie)
        }),
      Damage(
        testDescription: "an empty manifest", goesOnFrom: 12,
        told: ["step-000000013/MANIFEST.json: is not what a checkpoint holds there"],
        spoil: edit(newest + "MANIFEST.json") { $0 = [] }),
      Damage(
        testDescription: "no manifest", goesOnFrom: 12,
        told: ["step-000000013/MANIFEST.json: no such file or directory"],
        spoil: { try $0.remove(newest + "MANIFEST.json") }),
      Damage(
        testDescription: "what an interrupted writer left", goesOnFrom: 13, told: [],
        spoil: { folder in
          try folder.copy("run/checkpoints/step-000000013", to: "run/checkpoints/.tmp-step-000000014")
          try folder.write("run/checkpoints/.tmp-removed-step-000000002/layer-1.safetensors", "half")
          try folder.remove("run/checkpoints/LATEST")
        }),
      Damage(
        testDescription: "a file where a checkpoint should be", goesOnFrom: 13,
        told: ["step-000000099/MANIFEST.json: no such file or directory"],
        spoil: { try $0.write("run/checkpoints/step-000000099", "not a folder") }),
      Damage(
        testDescription: "the three newest damaged", goesOnFrom: 8,
        told: ["step-000000013/", "step-000000012/", "step-000000010/"],
        spoil: { folder in
          for name in wholes.suffix(3) { try folder.write("run/checkpoints/\(name)/layer-1.safetensors", "") }
        }),
      Damage(
        testDescription: "all damaged", goesOnFrom: nil,
        told: wholes.reversed().map { $0 + "/" } + [" holds no whole"],
        spoil: { folder in
          for name in wholes { try folder.remove("run/checkpoints/\(name)/index.json") }
        }),
      Damage(
        testDescription: "metrics torn in the midst of a line", goesOnFrom: 13, told: [],
        spoil: { folder in
          try folder.write(
            "run/metrics.jsonl", folder.text("run/metrics.jsonl") + #"{"event":"epoch","epoch":2,"st"#)
        }),
    ]

    /// One run stopped in its second epoch and one undisturbed, for all damages.
    private static let prepared = Result { () throws -> TrainingFolder in
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile).removedAtExit()
      let outcomes = [
        try folder.train("1x1x1", to: "undisturbed"),
        try folder.train("2x1x1", to: "stopped", ["--limit-steps", "13"]),
      ]
      for outcome in outcomes where outcome.status != 0 { throw HarnessError(outcome.story) }
      return folder
    }

    @Test("What is damaged is named, the one before it is used, and the bits are right", arguments: damages)
    func damage(damage: Damage) throws {
      let folder = try Self.prepared.get()
      try? folder.remove("run")
      try folder.copy("stopped", to: "run")
      try #require(folder.checkpoints() == Self.wholes)
      try damage.spoil(folder)
      let outcome = try folder.train("1x2x1")
      #expect(outcome.status == 0, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains("damaged") || $0.contains("holds no whole") }
      #expect(told.count == damage.told.count, "\(outcome.story)")
      for (line, expected) in zip(told, damage.told) { #expect(line.contains(expected), "\(line)") }
      let goingOn = outcome.said.first { $0.hasPrefix("going on from ") }
      #expect(
        goingOn?.hasSuffix("(step \(damage.goesOnFrom ?? 0))") == (damage.goesOnFrom == nil ? nil : true))
      #expect(try folder.remains() == folder.remains("undisturbed"))
      #expect(!folder.names("run/checkpoints").contains { $0.hasPrefix(".") })
    }

    @Test("A checkpoint of a lower step than a damaged one is the newest from then on")
    func lowerStep() throws {
      let folder = try Self.prepared.get()
      try? folder.remove("run")
      try folder.copy("stopped", to: "run")
      for name in Self.wholes.suffix(2) { try folder.remove("run/checkpoints/\(name)/index.json") }
      let outcome = try folder.train("1x1x2", ["--limit-steps", "11", "--set", "checkpoint.keep=1"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(folder.checkpoints().last == "step-000000011")
      let evaluated = try folder.evaluate("2x1x1", "run", ["--split", "validation"])
      #expect(evaluated.said.contains { $0.contains("step-000000011") }, "\(evaluated.story)")
    }
  }
}
