import EnergyModels
import RunFiles
import Training

extension Shape {
  /// Of the embedded digits.
  package static let digits = Shape(height: 8, width: 8, units: 1)
}

/// A tiling made up for a test.
package func tiling(inputs: Int = 20, units: [Int], shards: Int = 4, slices: Int = 1, perShard: Int = 2)
  -> Tiling
{
  let network = Network(inputs: inputs, layers: units.map { Layer(units: $0) })
  return Tiling(shards: shards, perShard: perShard, slicing: Slicing(network: network, slices: slices))
}

/// The deal of a tiling to a grid written as "2x1x1".
package func deal(_ tiling: Tiling, _ grid: String, iterations: Int = 20) throws -> Deal {
  guard let shape = GridShape(grid) else { throw GridError("a test misspells its grid: \(grid)") }
  return try Deal(tiling, to: shape, iterations: iterations)
}

/// Every place of a grid.
package func places(_ grid: GridShape) -> [Place] { (0..<grid.ranks).map(grid.place(ofRank:)) }

/// A run of two layers on the digits, with other settings after it.
package func runFile(_ settings: String...) throws -> RunFile {
  try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings)
}
