import Tensors

/// What a batch holds fixed while the states settle.
public struct Clamped: Sendable {
  /// Row numbers: the examples of the i-th shard here are rows shards[i] ..< shards[i + 1].
  public var shards: [Int]
  /// x, rows × n₀, where a layer is held that the input drives.
  public var input: Matrix?
  /// d, rows × n_L, where layer L is held.
  public var targets: Matrix?
  /// Wᵀ x + b of the portion's units, for each layer that the input drives: constant through all phases, computed once a
  /// batch.
  public private(set) var inputDrives: [Int: Matrix] = [:]
  /// Where x is not zero, if many are.
  public var live: LiveInputs?

  public init(shards: [Int], input: Matrix?, targets: Matrix?, parameters: Parameters) {
    self.shards = shards
    self.input = input
    self.targets = targets
    live = input.flatMap { LiveInputs($0, shards: shards) }
    setInputDrives(parameters)
  }

  /// Computes the input's drives again, for weights that have changed.
  public mutating func setInputDrives(_ parameters: Parameters) {
    guard let input else { return }
    for weights in parameters.connections where weights.connection.source == 0 {
      let (k, first) = (weights.connection.target, weights.forward)
      var drive = Matrix(rows: input.rows, columns: first.columns, precision: input.precision)
      if let live {
        drive.setProduct(of: input, live: live, rows: rows.upperBound, with: first, bias: parameters[bias: k])
      } else {
        drive.setProduct(rows: rows, of: input, with: first, adding: .row(parameters[bias: k]))
      }
      inputDrives[k] = drive
    }
  }

  /// Every row.
  public var rows: Range<Int> { 0..<(shards.last ?? 0) }
}

/// What a drive is made of.
public struct DriveParts: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The bias and what the input sends.
  public static let constant = DriveParts(rawValue: 1)
  /// What the free layers below send.
  public static let below = DriveParts(rawValue: 2)
  /// What the layers above send.
  public static let above = DriveParts(rawValue: 4)
  public static let all: DriveParts = [.constant, .below, .above]
}

/// What one layer sends into another, before it is added to what else drives that: rows × units held or, where partial,
/// rows × (slices × padded units), one stretch of columns a slice.
public typealias PartialDrives = Matrix

extension Portion {
  /// Columns of the partial drives that layer j sends into layer k.
  public func partialColumns(into k: Int, from j: Int) -> Int {
    isPartial(into: k, from: j) ? slicing.slices * padded(network.units(k)) : units(k).count
  }
}

extension Parameters {
  /// Room for what layer j sends into layer k of a portion or of the portion below.
  public static func partialDrives(
    into k: Int, from j: Int, of portion: Portion, rows: Int, precision: Precision
  ) -> PartialDrives {
    Matrix(rows: rows, columns: portion.partialColumns(into: k, from: j), precision: precision)
  }

  /// What layer j sends into layer k through the weights held here, as far as it can be added up here.
  public func setPartialDrives(
    _ partials: inout PartialDrives, into k: Int, from j: Int, state: State, rows: Range<Int>
  ) {
    setSliceDrives(&partials, into: k, from: j, state: state, rows: rows)
    guard portion.isPartial(into: k, from: j) else { return }
    let slices = portion.holds(j) ? portion.slices : 0..<portion.slicing.slices
    addSlices(&partials, slices, units: portion.network.units(k), widths: 1..<portion.branch, rows: rows)
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
    guard let (weights, known) = weights(into: k, from: j) else { return }
    guard portion.isPartial(into: k, from: j) else {
      return partials.setProduct(
        rows: rows, of: state.activity(j), from: known.lowerBound, with: weights, adding: .zero)
    }
    let slices = portion.holds(j) ? portion.slices : 0..<portion.slicing.slices
    for slice in slices {
      let units = portion.slicing.units(j, slice: slice)
      let depth = units.lowerBound - known.lowerBound..<units.upperBound - known.lowerBound
      partials.setProduct(
        rows: rows, of: state.activity(j), from: units.lowerBound, with: weights, depth: depth, adding: .zero,
        to: slice * padded(portion.network.units(k)))
    }
  }

  /// The drive of the portion's units of layer k: Σ_{j<k} W_{jk}ᵀ ρ(s_j) + Σ_{i>k} W_{ki} ρ(s_i) + b_k, or the asked parts
  /// of it.
  ///
  /// One chain of additions runs through bias (and input) and the layers below, from the lowest up; what each layer above
  /// sends is a chain of its own, added last, so that it may be computed elsewhere. A whole layer adds a cut
  /// neighbour's partial drives in a binary tree over its slices. `drive` is rows × units held; partial drives are spent.
  public func setDrive(
    _ drive: inout Matrix, of k: Int, state: State, clamped: Clamped,
    partials: (Source, (inout PartialDrives) -> Void) throws -> Void, rows: Range<Int>,
    parts: DriveParts = .all
  ) rethrows {
    var base = parts.contains(.constant) ? Addend.row(self[bias: k]) : .zero
    if parts.contains(.constant), let inputDrive = clamped.inputDrives[k] { base = .matrix(inputDrive) }
    for source in portion.sources(of: k) where parts.contains(source.isBelow ? .below : .above) {
      if source.isPartial || source.isElsewhere {
        drive.set(rows: rows, base)
        try partials(source) { partial in
          if source.isPartial {
            let slices = 0..<portion.slicing.slices
            addSlices(
              &partial, slices, units: portion.network.units(k), widths: portion.branch..<slices.count,
              rows: rows)
          }
          drive.add(rows: rows, partial)
        }
      } else if let (weights, known) = weights(into: k, from: source.layer) {
        drive.setProduct(
          rows: rows, of: state.activity(source.layer), from: known.lowerBound, with: weights, adding: base,
          last: !source.isBelow)
      }
      base = .itself
    }
    drive.set(rows: rows, base)
  }

  /// The weights through which layer j drives layer k, and the units of j that they start from.
  private func weights(into k: Int, from j: Int) -> (Panels, Range<Int>)? {
    guard portion.holds(max(j, k)), let index = portion.network.connection(j, k) else { return nil }
    let weights = self[connection: index]
    if j < k { return (weights.forward, weights.forwardBlock.rows) }
    if let backward = weights.backward, let block = weights.backwardBlock { return (backward, block.columns) }
    return nil
  }
}
