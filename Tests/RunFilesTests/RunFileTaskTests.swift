import RunFiles
import Tasks
import TestSupport
import Testing

@Suite("Tasks of a run file") struct RunFileTaskTests {
  private static let regression = """
    data: {format: friedman}
    task: regression
    network: {layers: [{units: 64, activation: tanh}, {units: 1}]}

    """

  private static let autoencoder = """
    data: {format: digits}
    task: autoencoder
    network: {layers: [{units: 32}, {units: 64}]}

    """

  private static func read(_ text: String, _ settings: String...) throws -> RunFile {
    try RunFile.parse(text, file: "m.yaml", settings: settings)
  }

  @Test("A run file that names no task is a classification, which leaves its identity as it was")
  func standard() throws {
    let run = try Self.read(smallestRunFile)
    #expect(run.task == .classification && !run.identity.contains("task"))
    #expect(!run.resolvedYAML.contains("task"))
    #expect(try Self.read(smallestRunFile + "task: classification\n") == run)
  }

  @Test("Every task is read and written with its keys")
  func roundTrip() throws {
    var plain = Regression()
    plain.standardize = false
    var (masked, noisy) = (Autoencoder(), Autoencoder())
    (masked.corrupt, noisy.corrupt) = (.mask(0.3), .noise(0.1))
    for (text, task) in [
      (Self.regression, LearningTask(Regression())),
      (
        Self.regression.replacing("task: regression", with: "task: {kind: regression, standardize: false}"),
        LearningTask(plain)
      ),
      (Self.autoencoder, LearningTask(Autoencoder())),
      (
        Self.autoencoder.replacing(
          "task: autoencoder", with: "task: {kind: autoencoder, corrupt: {mask: .3}}"),
        LearningTask(masked)
      ),
      (
        Self.autoencoder.replacing(
          "task: autoencoder", with: "task: {kind: autoencoder, corrupt: {noise: .1}}"),
        LearningTask(noisy)
      ),
    ] {
      let run = try Self.read(text)
      #expect(run.task == task)
      #expect(try Self.read(run.resolvedYAML) == run)
      #expect(run.identity.contains("task"))
    }
    #expect(
      try Self.read(Self.autoencoder, "task={kind: autoencoder, corrupt: {mask: 0.3}}").task
        == LearningTask(masked))
  }

  @Test("An output is linear unless something else is written")
  func output() throws {
    #expect(try Self.read(Self.regression).network.layers[1].activation == .linear)
    #expect(try Self.read(Self.regression).network.layers[0].activation == .tanh)
    #expect(
      try Self.read(Self.regression, "network.layers.1.activation=tanh").network.layers[1].activation == .tanh
    )
    #expect(try Self.read(Self.autoencoder).network.layers[1].activation == .linear)
  }

  @Test("Tasks that data, cost or output cannot serve are refused at the key to change")
  func mistakes() {
    #expect(
      refusal(smallestRunFile + "task: regresion\n")
        == "m.yaml:3:7: 'task' is 'regresion'; did you mean 'regression'?")
    #expect(
      refusal(smallestRunFile + "task: regression\n")
        == "m.yaml:1:16: 'data.format' is digits, which has no targets for the task regression; use npy, csv or friedman, or another task"
    )
    #expect(
      refusal(Self.regression.replacing("task: regression", with: "task: classification"))
        == "m.yaml:1:16: 'data.format' is friedman, which has no labels for the task classification; use idx, cifar, npy, csv, pictures or digits, or another task"
    )
    #expect(
      refusal(Self.regression, settings: ["network.cost=cross-entropy"])
        == "--set network.cost=cross-entropy: 'network.cost' is cross-entropy, which is for classes, and a regression has numbers for targets; write cost: squared-error"
    )
    #expect(
      refusal(Self.regression, settings: ["network.layers.1.activation=hard-sigmoid"])
        == "--set network.layers.1.activation=hard-sigmoid: 'network.layers.1.activation' is hard-sigmoid, which holds states within 0.0 and 1.0, but standardised targets lie around 0; write activation: linear"
    )
    #expect(
      refusal(Self.autoencoder.replacing("task: autoencoder", with: "task: {kind: autoencoder, corrupt: {}}"))
        == "m.yaml:2:36: 'task.corrupt' needs one of mask and noise; write {mask: 0.3}")
    #expect(
      refusal(
        Self.autoencoder.replacing("task: autoencoder", with: "task: {kind: autoencoder, corrupt: {mask: 1}}")
      )
        == "m.yaml:2:43: 'task.corrupt.mask' is '1'; it takes a number above 0 and below 1, such as 0.3")
    #expect(
      refusal(
        Self.autoencoder,
        settings: [
          "data.normalize={mean: [0.5], deviation: [0.5]}", "network.layers.1.activation=hard-sigmoid",
        ])
        == "--set network.layers.1.activation=hard-sigmoid: 'network.layers.1.activation' is hard-sigmoid, which holds states within 0.0 and 1.0, but normalised inputs lie around 0; write activation: linear"
    )
    #expect(
      refusal(Self.regression, settings: ["data.path=x"])
        == "--set data.path=x: 'data.path' is of no use to friedman, which is embedded; delete it")
  }
}
