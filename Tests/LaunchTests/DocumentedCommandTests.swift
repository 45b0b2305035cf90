import Foundation
import TestBasis
import Testing

/// Every command in the readme and the documentation runs, in an empty folder, and prints what is shown of it.
@Suite(.serialized) struct DocumentedCommandTests {
  /// What makes a command short, or which test runs it.
  private enum Way {
    /// Run with these options too; any of these exit codes is well.
    case run(_ more: String = "", codes: [Int32] = [0])
    case test(String)
  }

  private static let small = "--set data.training=200 --set data.validation=40 --limit-steps 2"
  private static let digits = "launch/run train launch/recipes/digits.yaml"

  /// Those of a job in the order in which a reader would type them; what needs a cluster has a test of its own.
  private static let ways: [(line: String, way: Way)] = [
    ("launch/run", .run()),
    ("launch/test", .test("TestCommandTests.checksBuildsAndTests")),
    ("launch/fetch mnist data/mnist", .test("FetchTests.publishedFilesAreTakenOnce")),
    (
      "launch/run -n 4 train launch/recipes/mnist-paper-1h.yaml --set data.path=data/mnist --grid 2x2x1",
      .run(small)
    ),
    ("launch/run -n 2 evaluate runs/mnist-paper-1h", .run()),
    (
      "launch/run -n 2 predict runs/mnist-paper-1h --data mine.npy --output mine.npz",
      .test("PredictTests.files")
    ),
    (
      "launch/run -n 2 predict runs/mnist-best --data mine.npy --output mine.npz", .test("PredictTests.files")
    ),
    (
      "launch/run -n 2 predict runs/mnist-best --data digits.npy --output classes.npz",
      .test("PredictTests.files")
    ),
    (
      "launch/run -n 4 sweep launch/recipes/digits.yaml --set nudging.beta=0.1,0.2 --seeds 1..3",
      .run("--set training.epochs=1")
    ),
    (
      "launch/run train launch/recipes/digits.yaml --weights runs/other --output runs/mine",
      .test("OriginTests.weights")
    ),
    ("launch/run -n 2 bench launch/recipes/digits.yaml", .run(codes: [0, 1])),
    ("launch/run plan launch/recipes/digits.yaml -n 8", .run()),
    ("launch/run report runs/mnist-paper-1h", .run()),
    ("launch/run export runs/mnist-paper-1h", .run("--only metrics --only weights")),
    ("launch/run watch-relaxation runs/mnist-paper-1h --example 12", .run()),
    ("launch/run keys nudging", .run()),
    ("launch/run -n 2 doctor", .run(codes: [0, 1])),
    ("launch/run --mpi mpich -n 4 train launch/recipes/digits.yaml", .test("LauncherTests.anotherMPI")),
    (
      "launch/run --mpi /opt/site/mpi -n 4 train launch/recipes/digits.yaml",
      .test("SetupTests.anMPIInAFolder")
    ),
    ("launch/test --mpi mpich", .test("TestCommandTests.anotherMPI")),
    ("DIR/bin/eqprop-run -n 2 train digits --output runs/digits", .test("InstallTests.launcher")),
    ("swift build -c release --product eqprop --static-swift-stdlib", .test("InstallTests.built")),
    (
      "sbatch -n 64 -t 12:00:00 launch/slurm.sbatch my.yaml --output runs/my",
      .test("SlurmTests.atItsTimeLimitAJobSavesIsQueuedAgainAndEndsWithTheSameBits")
    ),
    (
      "qsub -l select=4:ncpus=16:mpiprocs=16 -l walltime=12:00:00 -v RUNFILE=my.yaml,OPTIONS=\"--output runs/my\" launch/pbs.sh",
      .test("JobScriptTests.underPBSTheScriptWarnsItself")
    ),
    (
      "docker build -f launch/Containerfile -t eqprop . && kubectl apply -f launch/kubernetes.yaml",
      .test("ContainerTests.theImageHoldsWhatIsStarted")
    ),
    (
      "launch/run -n 64 --hosts hosts.txt --restarts 5 train my.yaml --output runs/my",
      .test("HostsTests.aLostHostIsNamedAndTheJobGoesOnWithoutIt")
    ),
    (
      "launch/run -n 4 verify launch/recipes/digits.yaml --set network.layers.0.activation=tanh --grid 2x2x1",
      .test("TrainingVerifyDocumentsTests.readme")
    ),
    (
      "launch/run train launch/recipes/mnist-paper-3h.yaml --set data.path=data/mnist --set data.training=20000 "
        + "--set training.epochs=8 --set \"relaxation.free={tolerance: 2e-2, at-most: 100}\" "
        + "--set network.layers.0.rate=balanced --set network.layers.1.rate=balanced "
        + "--set network.layers.2.rate=balanced --set network.layers.3.rate=0.002", .run(small)
    ),
    (
      "launch/run verify launch/recipes/digits.yaml --set network.layers.0.activation=tanh --plot error-over-beta.svg",
      .test("TrainingVerifyDocumentsTests.page")
    ),
    ("launch/run -n 1 verify launch/recipes/digits.yaml --set relaxation.updates=gibbs", .run()),
    ("launch/run verify launch/recipes/digits.yaml --budget 0.95", .run()),
    ("launch/run -n 2 train launch/recipes/digits-ff.yaml", .run("--set training.epochs=2")),
    ("launch/run -n 2 evaluate runs/digits-ff", .run()),
    ("launch/run -n 2 train launch/recipes/digits-flow-classes.yaml", .run("--set training.epochs=2")),
    ("launch/run -n 2 sample runs/digits-flow-classes --count 100 --until 1.2", .run("--step 0.2")),
    ("launch/run -n 2 judge runs/digits-flow-classes", .run("--count 100 --step 0.2")),
    (
      "launch/run -n 2 judge runs/digits-flow --limit frechet_pixels=1.5 --limit confident_share=0.8",
      .test("TrainingFlowTests.judge")
    ),
    ("\(digits) --output runs/again --limit-steps 300", .run()),
    (
      "launch/run -n 4 train launch/recipes/digits.yaml --output runs/again --grid 2x1x2",
      .run("--limit-steps 360")
    ),
    ("launch/run export runs/again --only weights", .run()),
    ("python3 launch/read_weights.py runs/again", .run(codes: Repository.hasSafetensors ? [0] : [1])),
    ("launch/run plan launch/recipes/digits.yaml -n 64", .run()),
    ("launch/install --prefix DIR", .test("InstallTests.installed")),
    ("launch/run -n 2 train launch/recipes/digits.yaml --set training.epochs=5", .run("--output runs/five")),
    ("launch/run -n 2 evaluate runs/digits --split test", .run()),
    ("launch/run predict runs/digits --split validation > validation.csv", .run()),
    ("launch/run report runs/digits", .run()),
    ("launch/run export runs/digits", .run("--only metrics")),
    (
      "launch/run -n 2 verify launch/recipes/digits.yaml --plot error.svg",
      .test("TrainingVerifyOptionsTests.plot")
    ),
    (
      "launch/run -n 2 bench launch/recipes/mnist-paper-1h.yaml --grid 2x1x1",
      .test("TrainingBenchTests.text")
    ),
    ("launch/run plan launch/recipes/mnist-paper-1h.yaml -n 16", .run("--set data.path=data/mnist \(plain)")),
    ("launch/run sample runs/mnist-fast-1h --label 7", .test("DocumentedCommandTests.recipe")),
    ("launch/run watch-relaxation runs/digits --example 12", .run()),
    ("launch/run sample runs/digits --label 7", .run()),
    ("launch/run -n 2 doctor --output runs/mnist", .run(codes: [0, 1])),
    ("\(digits) --set nudging.beta=0.1 --output runs/weak", .run("--limit-steps 60")),
    ("launch/run report runs/digits runs/weak --output compared.html", .run()),
    ("launch/run report runs/digits-sweep", .run()),
    ("launch/run export runs/digits-sweep --only metrics", .run()),
    (
      "launch/run export runs/digits --only figures --format pdf --width 88mm --font-size 8",
      .test("ExportTests.sizes")
    ),
    ("launch/run keys nudging.beta", .run()),
    (
      "\(digits) --set training.epochs=2 --set network.layers.0.units=256 --output runs/wide", .run()
    ),
    ("\(digits) --set nudging.betta=0.5", .run(codes: [64])),
    ("launch/run plan launch/recipes/digits.yaml -n 4", .run()),
    ("launch/run --version", .run()),
    ("swift build -c release", .test("StrangerTests.bits")),
    ("mpirun -n 8 .build/release/stranger train run.yaml --grid 2x2x2", .test("StrangerTests.bits")),
  ]
  private static let plain = "--set data.training=200 --set data.validation=40"

  @Test("All commands of all documents are known, and the tests that others name are there")
  func known() throws {
    let (shown, known) = (Set(DocumentedCommand.all.map(\.line)), Set(Self.ways.map(\.line)))
    #expect(shown.subtracting(known).isEmpty, "no test runs these: \(shown.subtracting(known).sorted())")
    #expect(known.subtracting(shown).isEmpty, "no document shows these: \(known.subtracting(shown).sorted())")
    #expect(known.count == Self.ways.count && DocumentedCommand.documents.count > 8)
    for case (let line, .test(let name)) in Self.ways {
      #expect(Repository.hasTest(name), "\(line): \(name)")
    }
  }

  @Test("From an empty folder, one after the other")
  func run() throws {
    let folder = try Self.emptyFolder()
    for (line, way) in Self.ways {
      guard case .run(let more, let codes) = way else { continue }
      let outcome = try Self.type("exec 2>&1; \(line) \(more)", in: folder)
      let said = outcome.output
      #expect(codes.contains(outcome.code), "\(line): \(outcome.code)\n\(said)")
      for command in DocumentedCommand.all where command.line == line {
        #expect(
          command.missing(in: said).isEmpty, "\(line) does not print \(command.missing(in: said)):\n\(said)")
      }
    }
    #expect(folder.has("compared.html") && folder.has("runs/mnist-paper-1h/export/weights.npz"))
    #expect(folder.has("runs/digits/report.html") && folder.has("runs/digits/sample-7.png"))
  }

  @Test("Every recipe makes its first steps", arguments: RecipeTests.names)
  func recipe(name: String) throws {
    let folder = try Self.emptyFolder()
    let command = "launch/run train launch/recipes/\(name)"
    let text = try String(contentsOfFile: Repository.root + "/launch/recipes/" + name, encoding: .utf8)
    let isCIFAR = text.contains("format: cifar")
    if isCIFAR { try Self.writeCIFAR(to: folder) }
    // A few pictures, and of the large networks as few iterations as carry an update to their first layer.
    let small =
      "--set data.training=10 --set data.validation=10 --set relaxation.free=2 --set relaxation.nudged=2"
    let data =
      isCIFAR
      ? " --set data.path=data/cifar10 \(small) --set training.batch=2 --set tiling.shards=2"
      : text.contains("format: idx")
        ? " --set data.path=data/mnist \(Self.plain) --set training.batch=8" : " --set training.batch=8"
    let outcome = try Self.type(command + data + " --limit-steps 1", in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let run = name.replacingOccurrences(of: ".yaml", with: "")
    #expect(folder.text("runs/\(run)/checkpoints/LATEST") == "step-000000001\n")
    guard run == "mnist-fast-1h" else { return }
    #expect(try Self.type("launch/run sample runs/mnist-fast-1h --label 7", in: folder).code == 0)
    #expect(folder.has("runs/mnist-fast-1h/sample-7.png"))
  }

  /// A folder with nothing but the launcher and a few images in MNIST's form.
  private static func emptyFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/launch", withDestinationPath: Repository.root + "/launch")
    for (name, count) in [("train", 240), ("t10k", 60)] {
      let pixels = (0..<count * 784).map {
        UInt8(truncatingIfNeeded: ($0 / 784 % 10) * 25 + $0 % 784 * 37 % 50)
      }
      try folder.write("data/mnist/\(name)-images-idx3-ubyte", idx([0x803, count, 28, 28]) + pixels)
      let labels = (0..<count).map { UInt8($0 % 10) }
      try folder.write("data/mnist/\(name)-labels-idx1-ubyte", idx([0x801, count]) + labels)
    }
    return folder
  }

  /// Fifty-one pictures in CIFAR-10's form, ten a training file.
  private static func writeCIFAR(to folder: TemporaryFolder) throws {
    for (file, count) in (1...5).map({ ("data_batch_\($0)", 10) }) + [("test_batch", 1)] {
      var records = Data()
      for record in 0..<count {
        records.append(UInt8(record % 10))
        for place in 0..<3072 { records.append(UInt8(record * 25 % 200 + place * 37 % 50)) }
      }
      try folder.write("data/cifar10/\(file).bin", records)
    }
  }

  private static func idx(_ words: [Int]) -> Data {
    Data(words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } })
  }

  private static func type(_ line: String, in folder: TemporaryFolder) throws -> Outcome {
    try LaunchTests.run(
      "bash", ["-c", line], in: folder.path, environment: ["EQPROP_EXECUTABLE": Repository.eqprop])
  }
}
