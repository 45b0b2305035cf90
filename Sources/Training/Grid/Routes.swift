import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import Tensors

/// The ways of all parcels to and from one place of a grid, within its replica: who hands out which columns to whom.
///
/// Of a cut layer each slice rank sends its units to whoever drives a layer from all of them: the other slice ranks
/// of its stage where a cut layer is joined to it, and every slice rank of the stages above that are. A whole layer goes
/// from each slice rank to the one with the same slice in those stages. Partial drives go to the other slice ranks; what
/// drives the stage below goes to the rank with the same slice, or to all of them where it is partial.
package struct Routes: Equatable, Sendable {
  /// The way of one parcel.
  package struct Route: Equatable, Sendable {
    /// What others hand in.
    package struct Source: Equatable, Sendable {
      /// A rank of the replica.
      package let peer: Int
      package let columns: Range<Int>
    }
    package let tag: Int
    /// Rows for each example.
    package let positions: Int
    /// The columns this rank hands out, none where nobody receives them.
    package let columns: Range<Int>
    /// Ranks of the replica.
    package let receivers: [Int]
    package let sources: [Source]

    init(
      tag: Int, positions: Int, carriesActivity: Bool, mine: Range<Int>, receivers: [Int], sources: [Source]
    ) {
      self.tag = tag
      self.positions = positions
      self.carriesActivity = carriesActivity
      self.receivers = mine.isEmpty ? [] : receivers
      columns = receivers.isEmpty ? 0..<0 : mine
      self.sources = sources.filter { !$0.columns.isEmpty }
    }

    package var isEmpty: Bool { receivers.isEmpty && sources.isEmpty }
    package let carriesActivity: Bool

    /// The messages of the parcel once, for columns of so many bytes.
    package func flow(height: Int) -> MessageFlow {
      var flow = MessageFlow()
      flow.sent.add(bytes: height * columns.count, times: receivers.count)
      for source in sources { flow.received.add(bytes: height * source.columns.count) }
      return flow
    }
  }

  private let deal: Deal
  private let place: Place
  /// Of each connection between layers of states its first parcel's number.
  private let tags: [Int]
  /// By tag; empty ones where there is no such parcel.
  package private(set) var all: [Route] = []

  package init(deal: Deal, place: Place) {
    self.deal = deal
    self.place = place
    let connections = deal.tiling.network.connections
    let network = deal.tiling.network
    var tag = connections.isEmpty ? 0 : network.states.count + (network.isLayerwise ? 1 : 0)
    tags = connections.indices.map { index in
      defer {
        let isPooled = network.wirings[index].pool != nil
        tag += !network.isState(connections[index].source) ? 0 : isPooled ? 3 : 2
      }
      return tag
    }
    all = network.states.map(activityRoute) + (network.isLayerwise ? [negativesRoute] : [])
    for (index, connection) in connections.enumerated() where network.isState(connection.source) {
      let (j, k) = (connection.source, connection.target)
      all += [partialRoute(k, from: j), partialRoute(j, from: k)]
      if network.wirings[index].pool != nil { all.append(slopesRoute(index)) }
    }
  }

  package subscript(parcel: Parcel) -> Route { all[tag(parcel)] }

  /// A number for each parcel, from 0: activities, where layers learn by themselves the negatives, then of each connection between layers of states the drives both ways and,
  /// where it is pooled, the slopes.
  func tag(_ parcel: Parcel) -> Int {
    switch parcel {
    case .activity(let k): return k - network.states.lowerBound
    case .partialDrives(let k, let j):
      guard let index = network.connection(j, k) else { preconditionFailure("layers that are not joined") }
      return tags[index] + (j < k ? 0 : 1)
    case .slopes(let index): return tags[index] + 2
    case .negatives: return network.states.count
    }
  }
}

extension Routes {
  private var slicing: Slicing { deal.tiling.slicing }
  private var network: Network { deal.tiling.network }
  private var otherSlices: [Int] { (0..<deal.grid.slices).filter { $0 != place.slice } }

  private func rank(stage: Int, slice: Int) -> Int { stage * deal.grid.slices + slice }

  private func units(_ k: Int, of slice: Int) -> Range<Int> {
    slicing.units(k, slices: deal.slices(slice: slice))
  }

  /// Upwards, to whoever holds the connection above, and within the stage where units that it drives are cut.
  private func activityRoute(_ k: Int) -> Route {
    let home = deal.stage(ofLayer: k)
    let isCut = slicing.isCut(k)
    let neighbours = network.neighbours(k)
    // Within its stage a cut layer travels only where it drives a cut one; a whole one takes partial drives. A layer that
    // learns by itself is known whole.
    let staysCut =
      isCut
      && neighbours.contains {
        !slicing.isPartial(into: $0, from: k) && ($0 < k || deal.stage(ofLayer: $0) == home)
      } || isCut && network.isLayerwise
    let above = Set(neighbours.filter { $0 > k }.map(deal.stage)).subtracting([home])
    // What crosses to other stages.
    let slices = isCut ? Array(0..<deal.grid.slices) : [place.slice]
    func sources(_ slices: [Int]) -> [Route.Source] {
      slices.map { .init(peer: rank(stage: home, slice: $0), columns: units(k, of: $0)) }
    }
    let tag = tag(.activity(k))
    if home == place.stage {
      let inside = staysCut ? otherSlices : []
      let up = above.sorted().flatMap { stage in slices.map { rank(stage: stage, slice: $0) } }
      return Route(
        tag: tag, positions: network.positions(k), carriesActivity: true, mine: units(k, of: place.slice),
        receivers: inside.map { rank(stage: home, slice: $0) } + up, sources: sources(inside))
    }
    return Route(
      tag: tag, positions: network.positions(k), carriesActivity: true, mine: 0..<0, receivers: [],
      sources: above.contains(place.stage) ? sources(slices) : [])
  }

  /// From each slice rank that holds the output to the one with the same slice where the labels' layer is.
  private var negativesRoute: Route {
    let (home, target) = (deal.stage(ofLayer: network.output), deal.stage(ofLayer: network.clampedLayers[0]))
    let (isHome, isTarget) = (home == place.stage && target != home, target == place.stage && target != home)
    let columns = 0..<network.units(network.output)
    return Route(
      tag: tag(.negatives), positions: 1, carriesActivity: false, mine: isHome ? columns : 0..<0,
      receivers: isHome ? [rank(stage: target, slice: place.slice)] : [],
      sources: isTarget ? [.init(peer: rank(stage: home, slice: place.slice), columns: columns)] : [])
  }

  /// Downwards, from whoever holds the connection, and within the stage from each slice into a whole layer.
  private func partialRoute(_ k: Int, from j: Int) -> Route {
    let isPartial = slicing.isPartial(into: k, from: j)
    let (target, source) = (deal.stage(ofLayer: k), deal.stage(ofLayer: j))
    let width = padded(deal.tiling.network.units(k))
    let branch = deal.portion(at: place).branch
    func columns(_ slice: Int) -> Range<Int> {
      let slices = deal.slices(slice: slice)
      // The first stretch of a branch holds its sum.
      return isPartial
        ? slices.lowerBound * width..<(slices.upperBound - branch + 1) * width : 0..<units(k, of: slice).count
    }
    // The slice ranks at the other end: from the stage below, each slice rank computes all it needs itself.
    let slices: [Int] =
      if target == source {
        isPartial ? otherSlices : []
      } else if j > k {
        isPartial ? Array(0..<deal.grid.slices) : [place.slice]
      } else {
        []
      }
    return Route(
      tag: tag(.partialDrives(into: k, from: j)), positions: network.positions(k), carriesActivity: false,
      mine: place.stage == source ? columns(place.slice) : 0..<0,
      receivers: place.stage == source ? slices.map { rank(stage: target, slice: $0) } : [],
      sources: place.stage == target
        ? slices.map { .init(peer: rank(stage: source, slice: $0), columns: columns($0)) } : [])
  }

  /// Among the slice ranks of the stage that holds the connection, where both its layers are cut: each computes the
  /// slopes of its units of the layer above, and drives its units of the layer below from all of these.
  private func slopesRoute(_ index: Int) -> Route {
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    let home = deal.stage(ofLayer: k)
    let isSplit = place.stage == home && slicing.isCut(j) && slicing.isCut(k)
    let others = isSplit ? otherSlices : []
    return Route(
      tag: tag(.slopes(index)), positions: network.wirings[index].before.positions, carriesActivity: true,
      mine: isSplit ? units(k, of: place.slice) : 0..<0,
      receivers: others.map { rank(stage: home, slice: $0) },
      sources: others.map { .init(peer: rank(stage: home, slice: $0), columns: units(k, of: $0)) })
  }
}
