import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import Tensors

/// The other portions of this rank's replica: moves border states up and their drives down between stages, and states
/// and partial drives between slices, by the ways of `Routes`.
package final class GridNeighbours: Neighbours {
  private let grid: Grid
  private let precision: Precision
  private let routes: Routes
  /// By tag.
  private let ways: [Way]
  /// Where all ranks of the replica are on one host.
  private var slots: SharedSlots?
  private let residuals: SharedMaximum

  /// Every rank of the replica must make it, for messages of at most so many rows, of which so many parts rest by themselves.
  package init(grid: Grid, deal: Deal, rows: Int, parts: Int, precision: Precision) throws {
    self.precision = precision
    self.grid = grid
    residuals = try SharedMaximum(
      over: grid.replica, most: parts, sharesMemory: grid.sharesMemory)
    routes = Routes(deal: deal, place: grid.place)
    ways = routes.all.map { Way($0, height: rows * $0.positions * precision.size) }
    guard grid.replica.count > 1 else { return }
    if grid.sharesMemory {
      slots = try SharedSlots(
        over: grid.replica, slots: ways.count,
        outgoing: ways.filter { !$0.route.receivers.isEmpty }.map {
          .init(slot: $0.route.tag, capacity: $0.outgoingBytes, receivers: $0.route.receivers)
        })
    }
    if slots == nil {
      for way in ways { way.makeBuffers() }
    }
  }

  package func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) throws {
    let way = ways[routes.tag(parcel)]
    let route = way.route
    guard !route.isEmpty else { return }
    func pack(_ room: UnsafeMutableRawBufferPointer) -> Int {
      var end = 0
      for rows in rows {
        end += matrix.pack(
          rows: rows, columns: route.columns, into: UnsafeMutableRawBufferPointer(rebasing: room[end...]))
      }
      way.flow.sent.add(bytes: end, times: route.receivers.count)
      return end
    }
    if let slots {
      if !route.receivers.isEmpty { slots.send(route.tag, pack) }
      return
    }
    // Who only hands out has nothing to wait for until the buffer is needed again.
    if route.sources.isEmpty { try way.pending.take()?.wait() }
    precondition(way.pending == nil, "a parcel is received before it is sent again")
    let bytes = route.receivers.isEmpty ? 0 : pack(way.outgoing.bytes)
    try way.start(bytes: bytes, heights: height(rows), in: grid)
  }

  package func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) throws {
    let way = ways[routes.tag(parcel)]
    let route = way.route
    guard !route.isEmpty else { return }
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    if slots == nil {
      if way.pending == nil { try way.start(bytes: 0, heights: height(rows), in: grid) }
      try way.pending.take()?.wait()
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
        way.flow.received.add(bytes: begin)
      }
      if let slots {
        slots.receive(route.tag, from: source.peer, unpack)
      } else {
        unpack(UnsafeRawBufferPointer(way.incoming[index].bytes))
      }
    }
  }

  /// Bytes of a column of some rows.
  private func height(_ rows: [Range<Int>]) -> Int { rows.reduce(0) { $0 + $1.count } * precision.size }

  package func finish() throws {
    for way in ways where way.route.sources.isEmpty { try way.pending.take()?.wait() }
  }

  package func maximum(_ values: inout [Double]) throws {
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    try residuals.apply(to: &values, over: grid.replica)
  }

  /// Bytes of the room that messages take here.
  var byteCount: Int { residuals.byteCount + (slots?.byteCount ?? ways.reduce(0) { $0 + $1.byteCount }) }

  /// What was handed out and taken in so far.
  var traffic: Traffic {
    var traffic = Traffic()
    for way in ways { traffic.add(way.flow, of: way.route) }
    return traffic
  }

  /// What moves along a route, its room and its count.
  private final class Way {
    let route: Routes.Route
    /// Bytes of a column, at most.
    private let height: Int
    private(set) var outgoing = MessageBuffer(byteCount: 0)
    private(set) var incoming: [MessageBuffer] = []
    var pending: PendingTransfers?
    var flow = MessageFlow()

    init(_ route: Routes.Route, height: Int) {
      self.route = route
      self.height = height
    }

    var outgoingBytes: Int { height * route.columns.count }

    /// Room for messages between hosts.
    func makeBuffers() {
      outgoing = MessageBuffer(byteCount: outgoingBytes)
      incoming = route.sources.map { MessageBuffer(byteCount: height * $0.columns.count) }
    }

    var byteCount: Int { incoming.reduce(outgoing.bytes.count) { $0 + $1.bytes.count } }

    func start(bytes: Int, heights: Int, in grid: Grid) throws {
      let leaving =
        bytes == 0
        ? [] : route.receivers.map { Transfer(buffer: outgoing, range: 0..<bytes, peer: $0, tag: route.tag) }
      let arriving = zip(route.sources, incoming).map { source, buffer in
        Transfer(
          buffer: buffer, range: 0..<heights * source.columns.count, peer: source.peer, tag: route.tag)
      }
      pending = try grid.replica.start(sending: leaving, receiving: arriving)
    }
  }
}
