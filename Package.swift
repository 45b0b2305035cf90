// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// Tests that compute little themselves: unoptimised they are compiled in half the time, what they test is not touched.
let unoptimised: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]

// The floors of the house, top to bottom: a target imports only what stands below it.
let package = Package(
  name: "eqprop",
  products: [
    .executable(name: "eqprop", targets: ["eqprop"]),
    // For packages that bring rules of their own, or read what runs have written.
    .library(name: "Commands", targets: ["Commands"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "RunFiles", targets: ["RunFiles"]),
    .library(name: "Tasks", targets: ["Tasks"]),
    .library(name: "EquilibriumPropagation", targets: ["EquilibriumPropagation"]),
    .library(name: "EnergyModels", targets: ["EnergyModels"]),
    .library(name: "Schema", targets: ["Schema"]),
    .library(name: "DataSets", targets: ["DataSets"]),
    .library(name: "Tensors", targets: ["Tensors"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .executableTarget(name: "eqprop", dependencies: ["Commands"], swiftSettings: strict),
    .target(
      name: "Commands",
      dependencies: [
        "Reporting", "Verification", "Planning", "Inspection", "Training", "RunFiles", "Tasks",
        "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats", "MessagePassing", "Records",
        "Schema", "Tensors", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["FileFormats", "Records"], swiftSettings: strict),
    .target(
      name: "Verification",
      dependencies: [
        "Training", "RunFiles", "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats",
        "MessagePassing",
        "Records", "Tensors",
      ], swiftSettings: strict),
    .target(
      name: "Planning",
      dependencies: [
        "Training", "RunFiles", "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats",
        "MessagePassing", "Records", "Tensors",
      ], swiftSettings: strict),
    .target(
      name: "Inspection",
      dependencies: [
        "Training", "RunFiles", "Tasks", "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats",
        "Records", "Tensors",
      ], swiftSettings: strict),
    .target(
      name: "Training",
      dependencies: [
        "RunFiles", "Tasks", "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats",
        "MessagePassing", "Records", "Schema", "Tensors",
      ], swiftSettings: strict),
    .target(
      name: "RunFiles",
      dependencies: [
        "Tasks", "EquilibriumPropagation", "EnergyModels", "DataSets", "FileFormats", "Schema", "Tensors",
      ],
      swiftSettings: strict),
    .target(
      name: "Tasks", dependencies: ["EnergyModels", "DataSets", "Records", "Schema", "Tensors"],
      swiftSettings: strict),
    .target(
      name: "EquilibriumPropagation", dependencies: ["EnergyModels", "Records", "Schema", "Tensors"],
      swiftSettings: strict),
    .target(name: "EnergyModels", dependencies: ["Schema", "Tensors"], swiftSettings: strict),
    .target(name: "DataSets", dependencies: ["FileFormats", "Tensors"], swiftSettings: strict),
    .target(name: "FileFormats", dependencies: ["CPictures", "CZlib", "COpenSSL"], swiftSettings: strict),
    .target(
      name: "Schema", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: strict),
    .target(name: "MessagePassing", dependencies: ["CMPI", "Records"], swiftSettings: strict),
    .target(name: "Tensors", dependencies: ["CKernels"], swiftSettings: strict),
    .target(name: "Records", swiftSettings: strict),

    // C enters here.
    .target(name: "CKernels"),
    .target(name: "CMPI", dependencies: ["COpenMPI"]),
    .systemLibrary(name: "COpenMPI", pkgConfig: "mpi", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CPictures", dependencies: ["CJPEG", "CPNG"]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // For tests: run files and runs made up for them; where the programs are that they start, and one that a test lets
    // end.
    .target(
      name: "TestSupport",
      dependencies: [
        "Inspection", "Training", "RunFiles", "DataSets", "EnergyModels", "EquilibriumPropagation",
        "FileFormats", "Tensors",
      ], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(name: "TestBasis", path: "Tests/TestBasis", swiftSettings: strict),
    .executableTarget(
      name: "kernels-beyond", dependencies: ["Tensors"], path: "Tests/KernelsBeyond", swiftSettings: strict),
    .testTarget(
      name: "TensorsTests",
      dependencies: ["Tensors", "CKernels", "COpenBLAS", "TestBasis", "kernels-beyond"],
      swiftSettings: strict),
    .testTarget(
      name: "FileFormatsTests", dependencies: ["FileFormats", "CZlib", "TestBasis"],
      swiftSettings: unoptimised),
    .testTarget(
      name: "DataSetsTests",
      dependencies: ["DataSets", "FileFormats", "Tensors", "CJPEG", "CZlib", "TestBasis"],
      swiftSettings: strict),
    .testTarget(
      name: "EnergyModelsTests", dependencies: ["EnergyModels", "Tensors", "TestBasis"], swiftSettings: strict
    ),
    .testTarget(
      name: "TasksTests", dependencies: ["Tasks", "DataSets", "EnergyModels", "Records", "Tensors"],
      swiftSettings: unoptimised),
    .testTarget(
      name: "EquilibriumPropagationTests",
      dependencies: [
        "EquilibriumPropagation", "Records", "EnergyModels", "Tensors", "TestBasis", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RunFilesTests",
      dependencies: [
        "RunFiles", "Schema", "Tasks", "TestSupport", "DataSets", "EnergyModels", "EquilibriumPropagation",
        "Tensors", "TestBasis",
      ],
      swiftSettings: unoptimised),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Tasks", "Records", "TestSupport", "DataSets", "EnergyModels", "EquilibriumPropagation",
        "FileFormats", "RunFiles", "Tensors",
      ],
      swiftSettings: unoptimised),
    .testTarget(
      name: "InspectionTests",
      dependencies: [
        "Inspection", "Records", "TestSupport", "DataSets", "EnergyModels", "EquilibriumPropagation",
        "FileFormats", "Schema", "Tensors",
      ], swiftSettings: unoptimised),
    .testTarget(
      name: "VerificationTests", dependencies: ["Verification", "EquilibriumPropagation"],
      swiftSettings: unoptimised),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Planning", "Records", "Training", "TestSupport", "DataSets", "EnergyModels", "MessagePassing",
        "RunFiles",
      ],
      swiftSettings: unoptimised),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "Records", "FileFormats"],
      swiftSettings: unoptimised),
    // Real ranks: these suites start mpirun on `eqprop` and on `rank-checks`.
    .executableTarget(
      name: "rank-checks", dependencies: ["MessagePassing", "Records"], path: "Tests/RankChecks",
      swiftSettings: strict),
    .testTarget(
      name: "MultiRankTests",
      dependencies: [
        "eqprop", "rank-checks", "TestBasis", "FileFormats", "Planning", "Records", "Training",
        "RunFiles", "DataSets", "MessagePassing",
      ],
      swiftSettings: unoptimised),
    // Hostile input: `launch/fuzz` builds this one with libFuzzer, the tests give its corpus to the ordinary build.
    .executableTarget(
      name: "fuzz-parsers",
      dependencies: [
        "Reporting", "Planning", "Training", "RunFiles", "EnergyModels", "DataSets", "FileFormats",
        "MessagePassing",
      ],
      path: "Tests/Fuzzing", exclude: ["Corpus"], swiftSettings: strict),
    .testTarget(
      name: "FuzzingTests", dependencies: ["fuzz-parsers", "TestBasis"], swiftSettings: unoptimised),
    .testTarget(
      name: "LaunchTests", dependencies: ["eqprop", "TestBasis", .product(name: "Yams", package: "Yams")],
      exclude: ["Hosts"], swiftSettings: unoptimised),
  ],
  swiftLanguageModes: [.v6]
)
