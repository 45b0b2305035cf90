import EnergyModels

/// How the run file cuts every step into tiles, whatever the number of ranks.
public struct TilingSettings: Equatable, Sendable {
  /// Fixed parts of the training set; every batch takes equally many examples from each.
  public var shards: Int
  /// Fixed parts of each layer of at least `Slicing.smallestCut` units.
  public var slices: Int

  public init(shards: Int, slices: Int) {
    self.shards = shards
    self.slices = slices
  }

  /// Shards at most.
  public static let mostShards = 4096

  /// Slices at most.
  public static let mostSlices = 64

  /// The tiling of a run file that names none.
  ///
  /// Shards: the largest power of two up to 8 that divides the batch. Slices: the largest power of two up
  /// to 8 that leaves every layer of at least 64 units 32 units a slice; 1 where no layer but the output has 64.
  ///
  /// - Parameter output: the layer that is never cut; nil for the last one.
  public static func standard(batch: Int, layers: [LayerSettings], output: Int? = nil) -> TilingSettings {
    let powers = [8, 4, 2, 1]
    let cut = layers.map(\.units).filter { $0 >= Slicing.smallestCut }
    let hidden = layers.enumerated().contains {
      $0 + 1 != output ?? layers.count && $1.units >= Slicing.smallestCut
    }
    let slices = hidden ? powers.first { slices in cut.allSatisfy { $0 >= 32 * slices } } : nil
    return TilingSettings(shards: powers.first { batch.isMultiple(of: $0) } ?? 1, slices: slices ?? 1)
  }

  /// A count that the run file leaves to the rule.
  static let unset = 0

  /// Puts the standard tiling where nothing is set.
  mutating func resolve(batch: Int, layers: [LayerSettings], output: Int?) {
    let standard = Self.standard(batch: batch, layers: layers, output: output)
    if shards == Self.unset { shards = standard.shards }
    if slices == Self.unset { slices = standard.slices }
  }
}
