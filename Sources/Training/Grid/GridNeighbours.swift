import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Tensors

/// The other portions of this rank's replica: moves border states up and their drives down between stages, and states
/// and partial drives between slices.
///
/// Of a cut layer each slice rank sends its units to whoever drives a layer from all of them: the other slice ranks
/// of its stage where a cut layer is next to it, and every slice rank of the next stage. A whole layer goes from
/// each slice rank to the one with the same slice in the next stage. Partial drives go to the other slice ranks; what
/// drives the stage below goes to the rank with the same slice, or to all of them where it is partial.
final class GridNeighbours: Neighbours {
  private let grid: Grid
  private let deal: Deal
  private let portion: Portion
  private let rows: Int
  private let precision: Precision
  /// By tag.
  private var routes: [Route] = []
  /// Where all ranks of the replica are on one host.
  private var slots: SharedSlots?
  private let residuals: SharedMaximum

  /// Every rank of the replica must make it.
  init(grid: Grid, deal: Deal, rows: Int, precision: Precision) throws {
    self.precision = precision
    self.grid = grid
    self.deal = deal
    self.rows = rows
    portion = deal.portion(at: grid.place)
    residuals = try SharedMaximum(
      over: grid.replica, most: deal.tiling.shards, sharesMemory: grid.sharesMemory)
    routes = (0..<3 * (deal.tiling.network.depth + 1)).map(route)
    guard grid.replica.count > 1 else { return }
    if grid.sharesMemory {
      slots = try SharedSlots(
        over: grid.replica, slots: routes.count,
        outgoing: routes.filter { !$0.receivers.isEmpty }.map {
          .init(slot: $0.tag, capacity: $0.outgoingBytes, receivers: $0.receivers)
        })
    }
    if slots == nil { routes.forEach { $0.makeBuffers() } }
  }

  func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) throws {
    let route = routes[tag(parcel)]
    guard !route.isEmpty else { return }
    func pack(_ room: UnsafeMutableRawBufferPointer) -> Int {
      var end = 0
      for rows in rows {
        end += matrix.pack(
          rows: rows, columns: route.mine, into: UnsafeMutableRawBufferPointer(rebasing: room[end...]))
      }
      return end
    }
    if let slots {
      if !route.receivers.isEmpty { slots.send(route.tag, pack) }
      return
    }
    // Who only hands out has nothing to wait for until the buffer is needed again.
    if route.sources.isEmpty { try route.pending.take()?.wait() }
    precondition(route.pending == nil, "a parcel is received before it is sent again")
    let bytes = route.receivers.isEmpty ? 0 : pack(route.outgoing.bytes)
    try route.start(bytes: bytes, rows: rows.reduce(0) { $0 + $1.count }, in: grid)
  }

  func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) throws {
    let route = routes[tag(parcel)]
    guard !route.isEmpty else { return }
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    if slots == nil {
      if route.pending == nil { try route.start(bytes: 0, rows: rows.reduce(0) { $0 + $1.count }, in: grid) }
      try route.pending.take()?.wait()
    }
    for (index, source) in route.sources.enumerated() {
      grid.clock?.count(parcel: rows.reduce(0) { $0 + $1.count } * source.columns.count * precision.size)
      func unpack(_ arrived: UnsafeRawBufferPointer) {
        var begin = 0
        for rows in rows {
          matrix.unpack(
            rows: rows, columns: source.columns, from: UnsafeRawBufferPointer(rebasing: arrived[begin...]))
          begin += rows.count * source.columns.count * precision.size
        }
      }
      if let slots {
        slots.receive(route.tag, from: source.peer, unpack)
      } else {
        unpack(UnsafeRawBufferPointer(route.incoming[index].bytes))
      }
    }
  }

  func finish() throws {
    for route in routes where route.sources.isEmpty { try route.pending.take()?.wait() }
  }

  func maximum(_ values: inout [Double]) throws {
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    try residuals.apply(to: &values, over: grid.replica)
  }

  /// The way of one parcel to and from this rank.
  private final class Route {
    struct Source {
      let peer: Int
      let columns: Range<Int>
    }
    let tag: Int
    /// The columns this rank hands out, none where it computes none.
    let mine: Range<Int>
    let receivers: [Int]
    let sources: [Source]
    /// Bytes of a column.
    private let height: Int
    private let size: Int
    private(set) var outgoing = MessageBuffer(byteCount: 0)
    private(set) var incoming: [MessageBuffer] = []
    var pending: PendingTransfers?

    init(
      tag: Int, mine: Range<Int>?, receivers: [Int], sources: [(peer: Int, columns: Range<Int>)], rows: Int,
      size: Int
    ) {
      self.tag = tag
      self.size = size
      self.mine = mine ?? 0..<0
      height = rows * size
      self.receivers = self.mine.isEmpty ? [] : receivers
      self.sources = sources.filter { !$0.columns.isEmpty }.map { Source(peer: $0.peer, columns: $0.columns) }
    }

    var isEmpty: Bool { receivers.isEmpty && sources.isEmpty }
    var outgoingBytes: Int { height * mine.count }

    /// Room for messages between hosts.
    func makeBuffers() {
      outgoing = MessageBuffer(byteCount: receivers.isEmpty ? 0 : outgoingBytes)
      incoming = sources.map { MessageBuffer(byteCount: height * $0.columns.count) }
    }

    func start(bytes: Int, rows: Int, in grid: Grid) throws {
      let leaving =
        bytes == 0 ? [] : receivers.map { Transfer(buffer: outgoing, range: 0..<bytes, peer: $0, tag: tag) }
      let arriving = zip(sources, incoming).map { source, buffer in
        Transfer(buffer: buffer, range: 0..<rows * source.columns.count * size, peer: source.peer, tag: tag)
      }
      pending = try grid.replica.start(sending: leaving, receiving: arriving)
    }
  }

  private func tag(_ parcel: Parcel) -> Int {
    switch parcel {
    case .activity(let k): 3 * k
    case .partialDrives(let k, let j): 3 * k + (j < k ? 1 : 2)
    }
  }

  /// The way of the parcel with a tag; an empty one where there is no such parcel.
  private func route(tag: Int) -> Route {
    let (k, kind) = (tag / 3, tag % 3)
    let from = kind == 1 ? k - 1 : k + 1
    let layers = 1...deal.tiling.network.depth
    guard layers.contains(k), kind == 0 || layers.contains(from) else {
      return Route(tag: tag, mine: nil, receivers: [], sources: [], rows: rows, size: precision.size)
    }
    return kind == 0 ? activityRoute(k, tag: tag) : partialRoute(k, from: from, tag: tag)
  }

  private func rank(stage: Int, slice: Int) -> Int { stage * grid.shape.slices + slice }

  private var otherSlices: [Int] { (0..<grid.shape.slices).filter { $0 != grid.place.slice } }

  /// Upwards, to whoever holds the connection above, and within the stage where units that it drives are cut.
  private func activityRoute(_ k: Int, tag: Int) -> Route {
    let (slicing, depth) = (deal.tiling.slicing, deal.tiling.network.depth)
    let home = deal.stage(ofLayer: k)
    let above = k < depth ? deal.stage(ofLayer: k + 1) : home
    let isCut = slicing.isCut(k)
    // Within its stage a cut layer travels only where it drives a cut one; a whole one takes partial drives.
    let staysCut = isCut && (slicing.isCut(k - 1) || (above == home && slicing.isCut(k + 1)))
    func units(_ slice: Int) -> Range<Int> { slicing.units(k, slices: deal.slices(slice: slice)) }
    let slices = isCut ? Array(0..<grid.shape.slices) : [grid.place.slice]
    var receivers: [Int] = []
    var sources: [(Int, Range<Int>)] = []
    if home == grid.place.stage {
      if staysCut {
        receivers += otherSlices.map { rank(stage: home, slice: $0) }
        sources += otherSlices.map { (rank(stage: home, slice: $0), units($0)) }
      }
      if above != home { receivers += slices.map { rank(stage: above, slice: $0) } }
    } else if above == grid.place.stage {
      sources += slices.map { (rank(stage: home, slice: $0), units($0)) }
    }
    let mine = home == grid.place.stage ? units(grid.place.slice) : nil
    return Route(
      tag: tag, mine: mine, receivers: receivers, sources: sources, rows: rows, size: precision.size)
  }

  /// Downwards, from whoever holds the connection, and within the stage from each slice into a whole layer.
  private func partialRoute(_ k: Int, from j: Int, tag: Int) -> Route {
    let isPartial = portion.isPartial(into: k, from: j)
    let (target, source) = (deal.stage(ofLayer: k), deal.stage(ofLayer: j))
    let here = grid.place.stage
    let width = padded(deal.tiling.network.units(k))
    func stretch(_ slice: Int) -> Range<Int> {
      let slices = deal.slices(slice: slice)
      // The first stretch of a branch holds its sum.
      return slices.lowerBound * width..<(slices.upperBound - portion.branch + 1) * width
    }
    var (mine, receivers, sources): (Range<Int>?, [Int], [(Int, Range<Int>)]) = (nil, [], [])
    if isPartial, target == source || j > k {
      let slices = target == source ? otherSlices : Array(0..<grid.shape.slices)
      if here == source {
        mine = stretch(grid.place.slice)
        receivers = slices.map { rank(stage: target, slice: $0) }
      }
      if here == target { sources = slices.map { (rank(stage: source, slice: $0), stretch($0)) } }
    } else if !isPartial, target != source, j > k {
      let columns = 0..<deal.tiling.slicing.units(k, slices: deal.slices(slice: grid.place.slice)).count
      if here == source { (mine, receivers) = (columns, [rank(stage: target, slice: grid.place.slice)]) }
      if here == target { sources = [(rank(stage: source, slice: grid.place.slice), columns)] }
    }
    return Route(
      tag: tag, mine: mine, receivers: receivers, sources: sources, rows: rows, size: precision.size)
  }
}
