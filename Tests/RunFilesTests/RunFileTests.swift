import DataSets
import EnergyModels
import EquilibriumPropagation
import Foundation
import RunFiles
import TestSupport
import Testing

@Suite("Run file")
struct RunFileTests {
  @Test("every key of the paper's recipe arrives")
  func paper() throws {
    let runFile = try RunFile.parse(paperRunFile, file: "recipes/any.yaml")
    let expected = RunFile(
      name: "mnist-paper-1h", seed: 1,
      data: DataSource(
        format: .idx, path: "data/mnist", training: 50_000, validation: 10_000, divisor: 256),
      network: NetworkSettings(
        layers: [
          LayerSettings(units: 500, activation: .hardSigmoid, rate: .fixed(0.2)),
          LayerSettings(units: 10, activation: .hardSigmoid, rate: .fixed(0.1)),
        ], initialization: .glorotUniform, cost: .squaredError),
      rule: .equilibriumPropagation,
      relaxation: Relaxation(
        updates: .euler, step: 0.5, start: .persistent, free: Duration(atMost: 20),
        nudged: Duration(atMost: 4)),
      nudging: Nudging(kind: .randomSign, beta: 1),
      training: TrainingSettings(
        epochs: 25, batch: 20, shuffle: false, momentum: 0, decay: 0, schedule: .constant,
        reduction: .reproducible, precision: .float32),
      tiling: TilingSettings(shards: 4, slices: 2),
      checkpoint: CheckpointSettings(every: 500, keep: 3, wait: false))
    #expect(runFile == expected)
    #expect(try runFile.network.network(input: Shape(units: 784)).units(1) == 500)
  }

  @Test("what is not written has its default, and the resolved file shows it")
  func defaults() throws {
    let runFile = try RunFile.parse(smallestRunFile, file: "runs/first try.yaml")
    #expect(
      runFile.resolvedYAML == """
        name: "first try"
        seed: 1
        data:
          format: digits
          validation: 0
        network:
          layers:
            - {units: 128, activation: hard-sigmoid, rate: 0.01}
            - {units: 10, activation: linear, rate: 0.01}
          initialization: {spectral: 0.8}
          cost: squared-error
        rule: equilibrium-propagation
        relaxation:
          updates: even-odd
          step: 0.5
          factor: 1.2
          newton: 0
          temperature: 0.01
          burn-in: 10
          average: 20
          chains: 1
          inference: sampled
          start: zero
          free: 15
          nudged: 15
        nudging:
          kind: centered
          beta: 0.2
          reject: false
          noise: common
          estimator: contrast
        training:
          epochs: 20
          batch: 16
          shuffle: true
          optimizer: sgd
          momentum: 0.9
          decay: 0.0
          schedule: {kind: cosine}
          reduction: reproducible
          precision: float32
        tiling:
          shards: 8
          slices: 4
        checkpoint:
          keep: 3
          wait: false
        report:
          html: true
          tensorboard: false

        """)
  }

  @Test(
    "the default tiling follows from batch and layers",
    arguments: [
      (16, [128, 10], 8, 4), (20, [500, 10], 4, 8), (7, [63, 10], 1, 1), (6, [64, 10], 2, 2),
      (1, [100, 1024, 10], 1, 2), (128, [1024, 1024, 10], 8, 8), (2, [10], 2, 1), (4, [1024, 64], 4, 2),
      (4, [32, 100], 4, 1),
    ])
  func standardTiling(batch: Int, units: [Int], shards: Int, slices: Int) {
    let layers = units.map { LayerSettings(units: $0, activation: .linear, rate: .fixed(0)) }
    #expect(
      TilingSettings.standard(batch: batch, layers: layers) == TilingSettings(shards: shards, slices: slices))
  }

  @Test(
    "long and short forms of the same value",
    arguments: [
      ("training.schedule", "cosine", "{kind: cosine}"),
      ("training.schedule", "constant", "{kind: constant}"),
      ("training.schedule", "{kind: cosine, floor: 0}", "cosine"),
      (
        "training.schedule", "{kind: cosine-restarts, period: 4}",
        "{kind: cosine-restarts, period: 4, growth: 1, floor: 0.0}"
      ),
      ("training.optimizer", "sgd", "{kind: sgd}"),
      ("training.optimizer", "adam", "{kind: adam, mean: .9, square: .999, epsilon: 1e-8}"),
      ("training.momentum", "5e-1", ".5"),
      ("relaxation.free", "{tolerance: 1e-4, at-most: 100}", "{at-most: 100, tolerance: .0001}"),
      ("data.training", "null", ""),
      ("checkpoint.every", "~", "null"),
      ("name", "\"a: b\"", "'a: b'"),
      ("seed", "+3", "3"),
    ])
  func forms(key: String, one: String, other: String) throws {
    let first = try RunFile.parse(smallestRunFile, file: "m.yaml", settings: ["\(key)=\(one)"])
    let second = try RunFile.parse(smallestRunFile, file: "m.yaml", settings: ["\(key)=\(other)"])
    #expect(first == second)
  }

  @Test("an option replaces, adds and reaches into lists; the last one wins")
  func settings() throws {
    let runFile = try RunFile.parse(
      paperRunFile, file: "m.yaml",
      settings: [
        "network.layers.0.rate=0.5", "training.batch=10", "training.batch=40", "tiling={shards: 2}",
        "relaxation.free={tolerance: 1e-4, at-most: 100}", "training.schedule={kind: cosine}",
        "training.schedule.kind=exponential", "training.schedule.factor=0.99",
        "network.initialization.uniform=0.7",
      ].filter { !$0.hasPrefix("network.initialization") } + ["network.initialization={uniform: 0.7}"])
    #expect(runFile.network.layers.map(\.rate) == [.fixed(0.5), .fixed(0.1)])
    #expect(runFile.training.batch == 40)
    #expect(runFile.tiling == TilingSettings(shards: 2, slices: 8))
    #expect(runFile.relaxation.free == Duration(atMost: 100, tolerance: 1e-4))
    #expect(runFile.training.schedule == .exponential(factor: 0.99))
    #expect(runFile.network.initialization == .uniform(gain: 0.7))
  }

  @Test("What follows from other keys goes with them, unless it is written")
  func following() throws {
    func run(_ settings: String...) throws -> RunFile {
      try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings)
    }
    #expect(try run("training.optimizer=adam").training.momentum == 0)
    #expect(try run("training.optimizer=nesterov").training.momentum == 0.9)
    #expect(try run("training.momentum=0").training.momentum == 0)
    #expect(
      try run("network.cost=cross-entropy").network.layers.map(\.activation) == [.hardSigmoid, .softmax])
    #expect(
      try run("network.layers.1.activation=hard-sigmoid").network.layers.map(\.activation)
        == [.hardSigmoid, .hardSigmoid])
    #expect(
      try run("network.layers=[{units: 10}, {units: 9}]", "network.output=1").network.layers.map(\.activation)
        == [.linear, .hardSigmoid])
  }

  @Test("the list of keys names every key once and only keys that are read")
  func keys() throws {
    #expect(RunFile.keys.count == Set(RunFile.keys).count)
    for key in [
      "seed", "network.layers.0.units", "relaxation.free.at-most", "training.schedule.kind", "rule",
      "nudging.points", "nudging.reject",
    ] {
      #expect(RunFile.keys.contains(key))
    }
    let unknown = RunFile.reference.filter { key in
      refusal(smallestRunFile, settings: ["\(key.key)=\(key.key == "name" ? "a/b" : "[]")"])?
        .contains("unknown key") ?? !key.isText
    }
    #expect(unknown.isEmpty)
  }

  @Test("the checked-in recipes are read", arguments: recipes)
  func recipe(path: String) throws {
    #expect(try RunFile.load(path: path).network.layers.count >= 1)
  }

  @Test("there are recipes") func recipesAreThere() { #expect(Self.recipes.count > 10) }

  static let recipes: [String] = {
    let folder = packageRoot.appendingPathComponent("launch/recipes").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
  }()
}
