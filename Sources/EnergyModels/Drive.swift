import Tensors

/// What a drive is made of.
public struct DriveParts: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The bias and what the input sends.
  public static let constant = DriveParts(rawValue: 1)
  /// What the layers of states below send.
  public static let below = DriveParts(rawValue: 2)
  /// What the layers above send.
  public static let above = DriveParts(rawValue: 4)
  /// The whole drive of a layer.
  public static let all: DriveParts = [.constant, .below, .above]
}

/// What one layer sends into another, before it is added to what else drives that: for each position of each row the
/// units held or, where partial, slices × padded units, one stretch of columns a slice.
public typealias PartialDrives = Matrix

extension Portion {
  /// Columns of the partial drives that layer j sends into layer k.
  public func partialColumns(into k: Int, from j: Int) -> Int {
    isPartial(into: k, from: j) ? slicing.slices * padded(network.units(k)) : units(k).count
  }
}

extension Parameters {
  /// Room for what layer j sends into layer k of a portion or of the portion below, for so many examples.
  public static func partialDrives(
    into k: Int, from j: Int, of portion: Portion, rows: Int, precision: Precision
  ) -> PartialDrives {
    Matrix(
      rows: rows * portion.network.positions(k), columns: portion.partialColumns(into: k, from: j),
      precision: precision)
  }

  /// What layer j sends into layer k through the weights held here, as far as it can be added up here.
  public func setPartialDrives(
    _ partials: inout PartialDrives, into k: Int, from j: Int, state: State, rows: Range<Int>
  ) {
    setSliceDrives(&partials, into: k, from: j, state: state, rows: rows)
    guard portion.isPartial(into: k, from: j) else { return }
    let slices = portion.holds(j) ? portion.slices : 0..<portion.slicing.slices
    addSlices(
      &partials, slices, units: portion.network.units(k), widths: 1..<portion.branch,
      rows: rows.times(portion.network.positions(k)))
  }

  /// Adds neighbours' stretches of partial drives, in place: the levels of one binary tree over the slices, an odd one
  /// carried up, whose branches have so many slices.
  private func addSlices(
    _ partials: inout PartialDrives, _ slices: Range<Int>, units: Int, widths: Range<Int>, rows: Range<Int>
  ) {
    var width = widths.lowerBound
    while width < widths.upperBound {
      for slice in stride(from: slices.lowerBound, to: slices.upperBound - width, by: 2 * width) {
        partials.addColumns(
          rows: rows, from: (slice + width) * padded(units), to: slice * padded(units), count: units)
      }
      width *= 2
    }
  }

  /// What layer j sends into layer k through the weights held here: ρ(s_j) W where k is cut or both are whole,
  /// otherwise ρ(s_j)[slice] W[slice, :] for each slice of j computed here: all slices where j comes from the portion
  /// below, the portion's own otherwise.
  func setSliceDrives(
    _ partials: inout PartialDrives, into k: Int, from j: Int, state: State, rows: Range<Int>
  ) {
    guard let way = way(into: k, from: j, state: state) else { return }
    guard portion.isPartial(into: k, from: j) else {
      return way.set(&partials, rows: rows, adding: .zero)
    }
    let slices = portion.holds(j) ? portion.slices : 0..<portion.slicing.slices
    for slice in slices {
      let units = portion.slicing.units(j, slice: slice)
      let depth = units.lowerBound - way.known.lowerBound..<units.upperBound - way.known.lowerBound
      way.set(
        &partials, rows: rows, from: units.lowerBound, depth: depth, adding: .zero,
        to: slice * padded(portion.network.units(k)))
    }
  }

  /// What a drive begins with: the bias, and what the clamped input sends; nothing where that does not count.
  ///
  /// One chain of additions runs from here through the layers below, from the lowest up; what each layer above sends is a
  /// chain of its own, added last, so that it may be computed elsewhere.
  public func constant(of k: Int, clamped: Clamped, counts: Bool = true) -> Addend {
    guard counts else { return .zero }
    return clamped.inputDrives[k].map { .matrix($0) } ?? .row(self[bias: k])
  }

  /// Goes on with the drive of layer k, rows × units held at each position, by what a driver sends through weights held
  /// here.
  public func drive(
    _ drive: inout Matrix, of k: Int, from driver: Driver, state: State, onto base: Addend, rows: Range<Int>
  ) {
    way(into: k, from: driver.layer, state: state)?
      .set(&drive, rows: rows, adding: base, last: !driver.isBelow)
  }

  /// Goes on with the drive of layer k by what was computed elsewhere or has gone through pooling, and is spent: a whole
  /// layer adds a cut neighbour's partial drives in a binary tree over its slices.
  public func add(
    _ partial: inout PartialDrives, from driver: Driver, to drive: inout Matrix, of k: Int, onto base: Addend,
    rows: Range<Int>
  ) {
    let positions = rows.times(portion.network.positions(k))
    drive.set(rows: positions, base)
    if driver.isPartial {
      let slices = 0..<portion.slicing.slices
      addSlices(
        &partial, slices, units: portion.network.units(k), widths: portion.branch..<slices.count,
        rows: positions)
    }
    drive.add(rows: positions, partial)
  }

  /// How layer j drives layer k through weights held here.
  func way(into k: Int, from j: Int, state: State) -> Way? {
    guard portion.holds(max(j, k)), let index = portion.network.connection(j, k) else { return nil }
    let (weights, network) = (self[connection: index], portion.network)
    let wiring = weights.wiring
    if j < k {
      return Way(
        seen: state.activity(j), layout: network.layout(j), known: weights.forwardBlock.rows,
        weights: weights.forward, taps: wiring.isPlain ? nil : wiring.upward, count: wiring.taps)
    }
    guard let backward = weights.backward, let block = weights.backwardBlock else { return nil }
    return Way(
      seen: state.seen(fromBelow: index), layout: PositionLayout(positions: wiring.before.positions),
      known: block.columns, weights: backward, taps: wiring.isPlain ? nil : wiring.downward,
      count: wiring.taps)
  }
}

/// What a layer reads of another, and the weights it reads it through.
struct Way {
  let seen: Matrix
  let layout: PositionLayout
  /// The units that the weights start from.
  let known: Range<Int>
  let weights: Panels
  /// Of a kernel; nil between single positions.
  let taps: TapTable?
  /// Taps of the kernel.
  let count: Int

  /// drive[rows] = addend + seen · weights, or a part of it: `depth` of the weights from a unit on.
  func set(
    _ drive: inout Matrix, rows: Range<Int>, from first: Int? = nil, depth: Range<Int>? = nil,
    adding addend: Addend, last: Bool = false, to: Int = 0
  ) {
    let from = first ?? known.lowerBound
    if let taps {
      drive.setConvolution(
        examples: rows, of: seen, layout, from: from, taps: taps, of: count, with: weights, depth: depth,
        adding: addend, last: last, to: to)
    } else {
      drive.setProduct(
        rows: rows, of: seen, from: from, with: weights, depth: depth, adding: addend, last: last, to: to)
    }
  }
}
