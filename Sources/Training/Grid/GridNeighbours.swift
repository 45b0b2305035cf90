import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Tensors

/// The other portions of this rank's replica: moves border states between stages, and states and partial drives
/// between slices.
///
/// Of a cut layer each slice rank sends its units to whoever drives a layer from all of them: the other slice ranks
/// of its stage where a cut layer is next to it, and every slice rank of a neighbouring stage. A whole layer goes from
/// each slice rank to the one with the same slice in a neighbouring stage. Partial drives go to the other slice ranks.
final class GridNeighbours: Neighbours {
  private let grid: Grid
  private let deal: Deal
  private let portion: Portion
  private let rows: Int
  private let precision: Precision
  /// By tag, made when first needed.
  private var routes: [Route?]

  init(grid: Grid, deal: Deal, rows: Int, precision: Precision) {
    self.precision = precision
    self.grid = grid
    self.deal = deal
    self.rows = rows
    portion = deal.portion(at: grid.place)
    routes = Array(repeating: nil, count: 3 * (deal.tiling.network.depth + 1))
  }

  func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) throws {
    let route = route(of: parcel)
    guard !route.isEmpty else { return }
    precondition(route.pending == nil, "a parcel is received before it is sent again")
    var end = 0
    if let columns = route.mine, !route.receivers.isEmpty {
      for rows in rows {
        let room = UnsafeMutableRawBufferPointer(rebasing: route.outgoing.bytes[end...])
        end += matrix.pack(rows: rows, columns: columns, into: room)
      }
    }
    try route.start(bytes: end, rows: rows.reduce(0) { $0 + $1.count }, in: grid)
  }

  func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) throws {
    let route = route(of: parcel)
    guard !route.isEmpty else { return }
    if route.pending == nil { try route.start(bytes: 0, rows: rows.reduce(0) { $0 + $1.count }, in: grid) }
    try route.pending.take()?.wait()
    for source in route.sources {
      var begin = 0
      for rows in rows {
        let arrived = UnsafeRawBufferPointer(rebasing: source.incoming.bytes[begin...])
        matrix.unpack(rows: rows, columns: source.columns, from: arrived)
        begin += rows.count * source.columns.count * precision.size
      }
    }
  }

  func maximum(_ values: inout [Double]) throws {
    if grid.replica.count > 1 { try grid.replica.maximum(&values) }
  }

  /// The way of one parcel to and from this rank.
  private final class Route {
    struct Source {
      let peer: Int
      let columns: Range<Int>
      let incoming: MessageBuffer
    }
    let tag: Int
    let size: Int
    /// The columns this rank hands out, nil where it computes none.
    let mine: Range<Int>?
    let receivers: [Int]
    let sources: [Source]
    let outgoing: MessageBuffer
    var pending: PendingTransfers?

    init(
      tag: Int, mine: Range<Int>?, receivers: [Int], sources: [(peer: Int, columns: Range<Int>)], rows: Int,
      size: Int
    ) {
      let mine = mine ?? 0..<0
      func room(_ columns: Range<Int>) -> MessageBuffer {
        MessageBuffer(byteCount: rows * columns.count * size)
      }
      self.tag = tag
      self.size = size
      self.mine = mine
      self.receivers = mine.isEmpty ? [] : receivers
      self.sources = sources.filter { !$0.columns.isEmpty }.map {
        Source(peer: $0.peer, columns: $0.columns, incoming: room($0.columns))
      }
      outgoing = room(self.receivers.isEmpty ? 0..<0 : mine)
    }

    var isEmpty: Bool { receivers.isEmpty && sources.isEmpty }

    func start(bytes: Int, rows: Int, in grid: Grid) throws {
      let leaving =
        bytes == 0 ? [] : receivers.map { Transfer(buffer: outgoing, range: 0..<bytes, peer: $0, tag: tag) }
      let arriving = sources.map {
        Transfer(
          buffer: $0.incoming, range: 0..<rows * $0.columns.count * size, peer: $0.peer, tag: tag)
      }
      pending = try grid.replica.start(sending: leaving, receiving: arriving)
    }
  }

  private func route(of parcel: Parcel) -> Route {
    let tag =
      switch parcel {
      case .activity(let k): 3 * k
      case .partialDrives(let k, let j): 3 * k + (j < k ? 1 : 2)
      }
    if let route = routes[tag] { return route }
    let route =
      switch parcel {
      case .activity(let k): activityRoute(k, tag: tag)
      case .partialDrives(let k, let j): partialRoute(k, from: j, tag: tag)
      }
    routes[tag] = route
    return route
  }

  private func rank(stage: Int, slice: Int) -> Int { stage * grid.shape.slices + slice }

  private var otherSlices: [Int] { (0..<grid.shape.slices).filter { $0 != grid.place.slice } }

  private func neighbours(of k: Int) -> [Int] {
    [k - 1, k + 1].filter { 1...deal.tiling.network.depth ~= $0 }
  }

  private func activityRoute(_ k: Int, tag: Int) -> Route {
    let home = deal.stage(ofLayer: k)
    let isCut = deal.tiling.slicing.isCut(k)
    let around = Set(neighbours(of: k).map(deal.stage(ofLayer:))).subtracting([home])
    // Within its stage a cut layer travels only where a cut layer is next to it; a whole one takes partial drives.
    let staysCut =
      isCut
      && neighbours(of: k).contains {
        deal.stage(ofLayer: $0) == home && deal.tiling.slicing.isCut($0)
      }
    func units(_ slice: Int) -> Range<Int> { deal.tiling.slicing.units(k, slices: deal.slices(slice: slice)) }
    var receivers: [Int] = []
    var sources: [(Int, Range<Int>)] = []
    if home == grid.place.stage {
      if staysCut {
        receivers += otherSlices.map { rank(stage: home, slice: $0) }
        sources += otherSlices.map { (rank(stage: home, slice: $0), units($0)) }
      }
      for stage in around.sorted() {
        let slices = isCut ? Array(0..<grid.shape.slices) : [grid.place.slice]
        receivers += slices.map { rank(stage: stage, slice: $0) }
      }
    } else if around.contains(grid.place.stage) {
      let slices = isCut ? Array(0..<grid.shape.slices) : [grid.place.slice]
      sources += slices.map { (rank(stage: home, slice: $0), units($0)) }
    }
    let mine = home == grid.place.stage ? units(grid.place.slice) : nil
    return Route(
      tag: tag, mine: mine, receivers: receivers, sources: sources, rows: rows, size: precision.size)
  }

  private func partialRoute(_ k: Int, from j: Int, tag: Int) -> Route {
    let width = padded(deal.tiling.network.units(k))
    func stretch(_ slice: Int) -> Range<Int> {
      let slices = deal.slices(slice: slice)
      return slices.lowerBound * width..<slices.upperBound * width
    }
    // From another stage's layer every slice rank computes all partial drives itself.
    let peers = portion.holds(k) && portion.holds(j) ? otherSlices : []
    return Route(
      tag: tag, mine: stretch(grid.place.slice),
      receivers: peers.map { rank(stage: grid.place.stage, slice: $0) },
      sources: peers.map { (rank(stage: grid.place.stage, slice: $0), stretch($0)) }, rows: rows,
      size: precision.size)
  }
}
