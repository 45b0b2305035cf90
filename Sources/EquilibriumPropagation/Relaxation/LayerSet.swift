import EnergyModels
import Tensors

/// Layers that move together.
struct LayerSet {
  /// Those of the portion: first what other stages wait for, whole layers (which wait themselves) last.
  let mine: [Int]
  /// Those whose activity is known here.
  let known: [Int]
  /// The connections held here that drive layers of other portions among them: places in `Portion.descending`.
  let descending: [Int]
  /// The pooled connections held here that lead to or from any of them: places in `Portion.pooled`.
  let pooled: [Int]
  /// Those of them that lead from any of them.
  let pooledAbove: [Int]

  init(_ layers: [Int], portion: Portion) {
    let connections = portion.network.connections
    let isOuter = { k in
      connections.contains {
        $0.source == k && !portion.holds($0.target)
          || $0.target == k && portion.network.isState($0.source) && !portion.holds($0.source)
      }
    }
    let held = layers.filter(portion.holds)
    let cut = held.filter(portion.slicing.isCut)
    let whole = held.filter { !portion.slicing.isCut($0) }
    mine = [cut, whole].flatMap { layers in layers.filter(isOuter) + layers.filter { !isOuter($0) } }
    known = layers.filter(portion.known.contains)
    descending = portion.descending.indices.filter {
      layers.contains(connections[portion.descending[$0]].source)
    }
    pooledAbove = portion.pooled.indices.filter {
      layers.contains(connections[portion.pooled[$0]].source)
    }
    pooled = portion.pooled.indices.filter {
      layers.contains(connections[portion.pooled[$0]].source)
        || layers.contains(connections[portion.pooled[$0]].target)
    }
  }
}

extension Portion {
  /// The place of a pooled connection among those held here.
  func pool(into k: Int, from j: Int) -> Int? {
    pooled.firstIndex { network.connections[$0].source == j && network.connections[$0].target == k }
  }
}
