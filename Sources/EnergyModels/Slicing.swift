import Tensors

/// How the units of each layer are cut into slices: part of the tiling, which follows from the run file alone.
public struct Slicing: Equatable, Sendable {
  public let network: Network
  /// How many each cut layer has; 1 leaves every layer whole.
  public let slices: Int

  /// Layers with fewer units stay whole, and so do the input and the output: every slice holds all of them.
  public static let smallestCut = 64

  /// At least one slice; where a cut layer has fewer panels than slices, some of its slices are empty.
  public init(network: Network, slices: Int) {
    precondition(slices > 0, "a layer cannot be cut into no slices")
    self.network = network
    self.slices = slices
  }

  /// Whether layer k is cut; the input and the output never are.
  public func isCut(_ k: Int) -> Bool {
    k > 0 && k != network.output && slices > 1 && network.units(k) >= Slicing.smallestCut
  }

  /// Whether what layer j sends to layer k is the sum of one partial drive for each slice of j: not of a pooled
  /// connection upwards, whose sum must be whole before it is pooled.
  public func isPartial(into k: Int, from j: Int) -> Bool {
    guard !isCut(k), isCut(j) else { return false }
    return j > k || network.connection(j, k).map { network.wirings[$0].pool == nil } ?? true
  }

  /// The units of layer k in one slice, cut at whole panels; all of them where the layer is whole.
  public func units(_ k: Int, slice: Int) -> Range<Int> { units(k, slices: slice..<slice + 1) }

  /// The units of layer k in consecutive slices.
  public func units(_ k: Int, slices range: Range<Int>) -> Range<Int> {
    let units = network.units(k)
    guard isCut(k) else { return 0..<units }
    let panels = padded(units) / panelWidth
    func bound(_ slice: Int) -> Int { min(units, panels * slice / slices * panelWidth) }
    return bound(range.lowerBound)..<bound(range.upperBound)
  }
}

/// A layer of states that drives another.
public struct Driver: Equatable, Sendable {
  public let layer: Int
  /// Whether it stands below the layer that it drives.
  public let isBelow: Bool
  /// Whether its drive is the sum of one partial drive for each of its slices: so it is where a whole layer has a cut
  /// neighbour, and then only the small partial drives need to travel.
  public let isPartial: Bool
  /// Whether the layer, one above, is another portion's, which computes the drive and hands it down: the weights
  /// between two portions belong to the upper one alone.
  public let isElsewhere: Bool
  /// Whether what it sends up is pooled before it drives.
  public let isPooled: Bool
}

/// The part of a network that is computed in one place: consecutive layers and, of those that are cut,
/// consecutive slices.
public struct Portion: Equatable, Sendable {
  public let slicing: Slicing
  /// Layers of states; an input that is not clamped is held with layer 1.
  public let layers: ClosedRange<Int>
  /// The same of every cut layer; a whole layer is computed whole, whatever they are.
  public let slices: Range<Int>
  /// The connections held here, those from below into the portion's layers: places among the network's.
  public let connections: Range<Int>
  /// Those of them that lead from layers of states of other portions, which they drive from here.
  public let descending: [Int]
  /// Those of them that lead from layers of states and are pooled.
  public let pooled: [Int]
  /// The layers whose activity is known here, in order: its own and those below that drive them.
  public let known: [Int]
  /// For each layer of the portion, in order, the layers of states that drive it, from the lowest up.
  private let drivers: [[Driver]]
  /// For each layer from the input on the units in the slices.
  private let held: [Range<Int>]

  public init(slicing: Slicing, layers: ClosedRange<Int>, slices: Range<Int>) {
    self.slicing = slicing
    self.layers = layers
    self.slices = slices
    let network = slicing.network
    held = (0...network.depth).map { slicing.units($0, slices: slices) }
    let (lowest, highest) = (layers.lowerBound, layers.upperBound)
    connections =
      network.connections(into: lowest).lowerBound..<network.connections(into: highest).upperBound
    descending = connections.filter {
      network.isState(network.connections[$0].source) && !layers.contains(network.connections[$0].source)
    }
    pooled = connections.filter {
      network.isState(network.connections[$0].source) && network.wirings[$0].pool != nil
    }
    known = Set(descending.map { network.connections[$0].source }).union(layers).sorted()
    drivers = layers.map { k in
      network.neighbours(k).filter { !network.isLayerwise || $0 < k }.map {
        Driver(
          layer: $0, isBelow: $0 < k, isPartial: slicing.isPartial(into: k, from: $0),
          isElsewhere: $0 > layers.upperBound,
          isPooled: $0 < k && network.connection($0, k).map { network.wirings[$0].pool != nil } ?? false)
      }
    }
  }

  /// The whole network in one place.
  public init(whole network: Network, slices: Int = 1) {
    self.init(
      slicing: Slicing(network: network, slices: slices), layers: network.states, slices: 0..<slices)
  }

  /// The whole network, of which this is a part.
  public var network: Network { slicing.network }

  /// The units of layer k computed here.
  public func units(_ k: Int) -> Range<Int> { held[k] }

  /// Whether a layer of the portion is driven by the input, or tied to it.
  public var seesInput: Bool { connections.contains { network.connections[$0].source == 0 } }

  /// How many slices' partial drives are added before they are handed out: a branch of the tree over all slices.
  public var branch: Int { slices.count & -slices.count }

  /// Whether layer k is computed here.
  public func holds(_ k: Int) -> Bool { layers.contains(k) }

  /// The layers of states that drive layer k of the portion, from the lowest up.
  public func drivers(of k: Int) -> [Driver] { drivers[k - layers.lowerBound] }

  /// Whether what layer j sends to layer k is the sum of one partial drive for each slice of j.
  public func isPartial(into k: Int, from j: Int) -> Bool { slicing.isPartial(into: k, from: j) }

  /// The units of neighbour j whose activity must be known here to drive layer k.
  public func units(of j: Int, driving k: Int) -> Range<Int> {
    isPartial(into: k, from: j) && holds(j) ? units(j) : 0..<network.units(j)
  }
}
