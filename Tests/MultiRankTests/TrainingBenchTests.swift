import Foundation
import Testing

extension RealRanks {
  /// `eqprop bench`: what it counts and measures on real ranks, whatever else the machine does.
  @Suite struct Benching {
    static let runFile = """
      name: benched
      data: {format: digits, training: 160, validation: 40}
      network:
        layers:
          - {units: 100, activation: hard-sigmoid, rate: 0.01}
          - {units: 10, activation: linear, rate: 0.01}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, free: 7, nudged: 3}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 1, batch: 20, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    /// The folder, the outcome and what it printed, of a short measurement.
    static func bench(
      _ grid: String, _ options: [String] = [], binding: String = "none"
    ) throws -> (TrainingFolder, Outcome) {
      let folder = try TrainingFolder(runFile)
      let ranks = grid.split(separator: "x").reduce(1) { $0 * (Int($1) ?? 0) }
      let short = ["--repeats", "3", "--seconds", "0.01", "--busy-limit", "1"]
      let outcome = try Mpirun(
        executable: "eqprop", ranks: ranks,
        arguments: ["bench", folder.path + "/run.yaml", "--grid", grid] + short + options,
        limitSeconds: 180, binding: binding
      ).run()
      return (folder, outcome)
    }

    @Test(
      "Every part is there, they add up to the step, and the work is that counted by hand",
      arguments: ["1x1x1", "2x1x1", "1x2x1", "1x1x2"])
    func parts(grid: String) throws {
      let (_, outcome) = try Self.bench(grid, ["--json"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let told = try Told(outcome)
      #expect(told.grid == grid && told.quiet.counted == 3 && told.quiet.verdict == "quiet")
      let names = [
        "data", "drive", "free", "nudged", "contrast", "tree sum", "optimizer", "waiting", "checkpoint",
        "rest",
      ]
      for rank in told.byRank {
        #expect(rank.parts.map(\.part) == names)
        #expect(rank.parts.allSatisfy { $0.leastUs <= $0.us && $0.us <= $0.mostUs })
        // Medians of parts need not add up to the median of sums, but nearly do.
        let sum = rank.parts.filter { $0.part != "checkpoint" }.reduce(0) { $0 + $1.us }
        #expect(sum > 0.5 * told.step.leastUs && sum < 1.5 * told.step.mostUs, "\(outcome.story)")
        for name in ["data", "free", "nudged", "contrast", "optimizer"] where grid != "1x2x1" {
          #expect(try rank.microseconds(name) > 0, "\(name)")
        }
        if grid == "1x1x1" { #expect(try rank.microseconds("tree sum") == 0) }
        if grid == "2x1x1" { #expect(try rank.microseconds("tree sum") > 0) }
      }
      // 64-100-10, 20 rows: see StepWorkTests.
      let iteration = 2 * (2 * 20 * 1000) + 2 * 20 * 10 + 4 * 20 * 110
      let replicas = grid.hasPrefix("2") ? 2 : 1
      if grid == "1x1x1" || grid == "2x1x1" {
        for rank in told.byRank {
          #expect(Int(try rank.operations("free")) * replicas == 7 * iteration)
          #expect(Int(try rank.operations("optimizer")) == 2 * (6400 + 1000 + 110))
        }
      }
      #expect(told.byRank.map { $0.parts.map(\.us).reduce(0, +) }.allSatisfy { $0 > 0 })
      #expect(told.timeOverRoofline ?? 0 > 0 && told.rooflineUs > 0 && told.shareOfPeak ?? 2 <= 1)
      #expect(told.ceilings.contains { $0.kernel == "product" && $0.gflops > 0 })
      let kinds = told.scaling?.map(\.kind)
      #expect(kinds == (grid == "1x1x1" ? [] : grid == "2x1x1" ? ["strong", "weak"] : ["strong"]))
      for scaling in told.scaling ?? [] {
        #expect(abs(scaling.efficiency * 2 - scaling.speedUp) < 1e-9 && scaling.speedUp > 0)
        #expect(scaling.batch == (scaling.kind == "weak" ? 40 : 20))
      }
    }

    @Test(
      "Parcels through memory and by messages are counted alike; the text tells the ratio, and no folder is left"
    )
    func text() throws {
      for transport in ["automatic", "mpi"] {
        let (folder, outcome) = try Self.bench(
          "1x2x1", ["--transport", transport, "--set", "network.layers.0.units=640"])
        #expect(outcome.status == 0, "\(outcome.story)")
        #expect(outcome.output.contains("\nbench: time / roofline time "), "\(outcome.story)")
        // Every iteration of three phases each stage waits for the other's layer, once.
        #expect(outcome.output.contains("a step waits for 13 of "), "\(outcome.story)")
        #expect(folder.names("") == ["run.yaml"])
      }
      #expect(!FileManager.default.fileExists(atPath: "runs/.bench-benched"))
    }

    @Test(
      "Ranks bound to cores of their own have all of these together",
      .enabled(if: bindsTwo, "needs two cores to bind ranks to"))
    func bound() throws {
      let (_, outcome) = try Self.bench("2x1x1", ["--json"], binding: "core")
      try #require(outcome.status == 0, "\(outcome.story)")
      let told = try Told(outcome)
      // A core may be two processors.
      #expect(told.cores >= 2 && told.moreRanksThanCores == 0, "\(outcome.story)")
    }

    static let bindsTwo =
      (try? Mpirun(executable: "eqprop", ranks: 2, arguments: ["--version"], binding: "core").run())?.status
      == 0

    @Test("A calibration is written and holds rates of this run's shapes and of others")
    func calibration() throws {
      let folder = try TrainingFolder(Self.runFile)
      let (_, outcome) = try Self.bench("1x1x1", ["--calibrate", folder.path + "/machine.json"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let machine = try #require(
        try JSONSerialization.jsonObject(with: Data(try folder.bytes("machine.json"))) as? [String: Any])
      let products = try #require(machine["products"] as? [[String: Any]])
      for (rows, depth, columns) in [(20, 64, 100), (20, 10, 100), (10, 10, 100), (100, 1024, 1024)] {
        let rates = products.filter {
          $0["rows"] as? Int == rows && $0["depth"] as? Int == depth && $0["columns"] as? Int == columns
        }
        #expect(
          !rates.isEmpty && rates.allSatisfy { $0["gigaflops"] as? Double ?? 0 > 0 }, "\(rows) \(depth)")
      }
      #expect(machine["peakGigaflops"] as? Double ?? 0 > 0 && machine["version"] as? Int == 1)
    }

    @Test(
      "A mistake is told once", arguments: [["--repeats", "0"], ["--seconds", "0"], ["--busy-limit", "2"]])
    func mistake(options: [String]) throws {
      let outcome = try Mpirun(
        executable: "eqprop", ranks: 1, arguments: ["bench", "nowhere.yaml"] + options
      ).run()
      #expect(
        outcome.status == 64 && outcome.output == "" && outcome.errors.contains(options[0]),
        "\(outcome.story)")
    }
  }
}

/// What `eqprop bench --json` says.
private struct Told: Decodable {
  struct Time: Decodable {
    let us: Double
    let leastUs: Double
    let mostUs: Double
  }
  struct Part: Decodable {
    let part: String
    let us: Double
    let leastUs: Double
    let mostUs: Double
    let flop: Double
  }
  struct Rank: Decodable {
    let parts: [Part]
    func microseconds(_ name: String) throws -> Double { try #require(parts.first { $0.part == name }).us }
    func operations(_ name: String) throws -> Double { try #require(parts.first { $0.part == name }).flop }
  }
  struct Ceiling: Decodable {
    let kernel: String
    let gflops: Double
  }
  struct Scaling: Decodable {
    let kind: String
    let batch: Int
    let speedUp: Double
    let efficiency: Double
  }
  struct Quiet: Decodable {
    let verdict: String
    let counted: Int
  }
  let grid: String
  let cores: Int
  let moreRanksThanCores: Int
  let step: Time
  let byRank: [Rank]
  let rooflineUs: Double
  let timeOverRoofline: Double?
  let shareOfPeak: Double?
  let ceilings: [Ceiling]
  let scaling: [Scaling]?
  let quiet: Quiet

  init(_ outcome: Outcome) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Told.self, from: Data(outcome.output.utf8))
  }
}
