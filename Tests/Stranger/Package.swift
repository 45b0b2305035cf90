// swift-tools-version: 6.2
import PackageDescription

// A package as a stranger would write it: it builds the command with a rule and an activation of its own.
let package = Package(
  name: "stranger",
  dependencies: [.package(name: "eqprop", path: "../..")],
  targets: [
    .executableTarget(
      name: "stranger",
      dependencies: [
        .product(name: "Commands", package: "eqprop"),
        .product(name: "EquilibriumPropagation", package: "eqprop"),
        .product(name: "EnergyModels", package: "eqprop"),
        .product(name: "Schema", package: "eqprop"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
