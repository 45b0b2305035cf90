import DataSets
import EnergyModels
import MessagePassing
import RunFiles
import Tensors

/// Looks for silent faults of memory or processor: what several ranks hold of the same tensor must be the same bits, since
/// every step gives each of them the same sums and states.
///
/// Replicas hold the same weights, biases and moments. Slice ranks hold the same of whole layers, and their persistent
/// states. Of weights between two cut layers each block is with one slice rank to drive upwards and with another,
/// transposed, to drive downwards. So every tensor is cut into blocks at the bounds of the slice ranks' units, each with a
/// digest that does not depend on how it is laid out.
///
/// Sends, where anything is held twice, one reduction of 16 bytes for each block of the network.
struct WeightComparison {
  private let blocks: ComparedBlocks
  /// By block the digests of what this rank holds of it: one, or one for each direction.
  private var held: [Int: [UInt64]] = [:]

  init(_ model: Model, settings: TrainingSettings, deal: Deal, place: Place) {
    blocks = ComparedBlocks(
      deal, moments: settings.moments, carriedOn: model.persistent.keys,
      // What MPI adds up belongs to the ranks that add: slice ranks need not get the same.
      slice: settings.reduction == .mpi ? place.slice : nil)
    guard blocks.areHeldTwice else { return }
    let (parameters, moments) = (model.parameters, model.moments)
    for moment in [nil] + settings.moments {
      for (i, weights) in parameters.connections.enumerated() {
        add(weights, moment, moment.map { moments.forward[i][$0] } ?? weights.forward, isForward: true, place)
        guard !weights.isMirrored else { continue }
        add(
          weights, moment, moment.map { moments.backward[i][$0] } ?? weights.backward, isForward: false, place
        )
      }
      let biased = parameters.portion.network.biased
      for (i, k) in parameters.portion.layers.enumerated() where biased.contains(k) {
        guard let bias = moment.map({ moments.biases[i][$0] }) ?? parameters.biases[i] else { continue }
        let block = blocks.number(.bias(layer: k, moment: moment), 0, blocks.part(k, at: place))
        held[block, default: []].append(bias.digest(rows: 0..<1, first: 0, rowStep: 0, columnStep: 1))
      }
    }
    for (split, persistent) in model.persistent {
      for (k, states) in zip(parameters.portion.layers, persistent.states) {
        for (shard, states) in zip(deal.shards(replica: place.replica), states) {
          let block = blocks.number(ComparedBlocks.states(split, k), shard, blocks.part(k, at: place))
          held[block, default: []].append(states.digest)
        }
      }
    }
  }

  /// Adds what a rank holds of a connection in one direction, or of a moment beside it.
  private mutating func add(
    _ weights: ConnectionWeights, _ moment: Moment?, _ panels: Panels?, isForward: Bool, _ place: Place
  ) {
    guard let panels, let block = isForward ? weights.forwardBlock : weights.backwardBlock else { return }
    let (j, k) = (weights.connection.source, weights.connection.target)
    let (below, above) = (weights.wiring.below.units, weights.wiring.above.units)
    // A row of the panels is a unit of the layer that drives; their columns are one slice rank's units of the other.
    let (driving, driven) = isForward ? (block.rows, block.columns) : (block.columns, block.rows)
    let driven0 = blocks.part(isForward ? k : j, at: place)
    for (part, units) in blocks.parts(isForward ? j : k).enumerated()
    where driving.lowerBound <= units.lowerBound && units.upperBound <= driving.upperBound {
      var digest: UInt64 = 0
      for tap in 0..<weights.wiring.taps {
        let start = tap * driving.count - driving.lowerBound
        let (i, j) = isForward ? (units.lowerBound, driven.lowerBound) : (driven.lowerBound, units.lowerBound)
        digest &+= panels.digest(
          rows: start + units.lowerBound..<start + units.upperBound, first: (tap * below + i) * above + j,
          rowStep: isForward ? above : 1, columnStep: isForward ? 1 : above)
      }
      let content = CheckpointLayout.Content.weight(connection: weights.index, moment: moment)
      let block = isForward ? blocks.number(content, part, driven0) : blocks.number(content, driven0, part)
      held[block, default: []].append(digest)
    }
  }

  /// Throws, on every rank alike, where two ranks differ; every rank must call it, at the same step.
  ///
  /// - Parameter lastCheckpoint: asked on every rank before it throws: what to go on from.
  func check(over grid: Grid, step: Int, lastCheckpoint: () throws -> String?) throws {
    guard blocks.areHeldTwice else { return }
    // Of each block the largest digest, and the largest complement: that is the complement of the smallest digest.
    var extremes = [Int64](repeating: .min, count: 2 * blocks.count)
    for (block, digests) in held {
      for digest in digests.map(Int64.init(bitPattern:)) {
        extremes[2 * block] = max(extremes[2 * block], digest)
        extremes[2 * block + 1] = max(extremes[2 * block + 1], ~digest)
      }
    }
    try grid.world.maximum(&extremes)
    let differing = (0..<blocks.count).filter {
      let (most, complement) = (extremes[2 * $0], extremes[2 * $0 + 1])
      // Blocks of a slice rank's own table that it does not hold stay as they were.
      return most != ~complement && (most, complement) != (.min, .min)
    }
    guard !differing.isEmpty else { return }
    let last = try lastCheckpoint()
    let hosts = try grid.world.allGather(Array(Session.processorName.utf8))
    // What has gone on since is told by more ranks: the fault is where the fewest differ from the others.
    var fewest: (block: Int, copies: [[Copy]])?
    for block in differing.prefix(64) {
      let copies = try copies(of: block, over: grid)
      let others = { (copies: [[Copy]]) in copies.dropFirst().reduce(0) { $0 + $1.count } }
      if fewest.map({ others(copies) < others($0.copies) }) ?? true { fewest = (block, copies) }
    }
    guard let (block, copies) = fewest else { return }
    let found = WeightsDiffer(
      tensor: blocks.name(block),
      holders: copies.map { group in
        group.map { "rank \($0.rank) on \(String(decoding: hosts[$0.rank], as: UTF8.self))" }
      }, step: step, lastCheckpoint: last)
    throw AgreedFailure(rank: 0, message: "\(found)", exitCode: found.exitCode)
  }

  /// What a rank holds of a block.
  private typealias Copy = (rank: Int, digest: UInt64)

  /// All copies of a block, in groups of those that agree, the largest first.
  private func copies(of block: Int, over grid: Grid) throws -> [[Copy]] {
    let mine = (held[block] ?? []).flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
    let copies = try grid.world.allGather(mine).enumerated().flatMap { rank, bytes in
      stride(from: 0, to: bytes.count, by: 8).map { first in
        (rank: rank, digest: bytes[first..<first + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
      }
    }
    return Dictionary(grouping: copies, by: \.digest).values.sorted {
      ($1.count, $0[0].rank) < ($0.count, $1[0].rank)
    }
  }
}

/// The blocks that a network's tensors are compared by, numbered alike on every rank: of weights a table of parts of the
/// layers below and above, of biases the parts of their layer, of persistent states shards × parts.
///
/// The parts of a cut layer are the units of each slice rank; a whole layer is one part.
private struct ComparedBlocks {
  private let deal: Deal
  private let names: [String]
  /// The first block of each tensor.
  private let firsts: [Int]
  /// Blocks in a row of each tensor's table.
  private let widths: [Int]
  private let numbers: [CheckpointLayout.Content: Int]
  /// The slice rank whose blocks are its own, if any.
  private let slice: Int?
  private let each: Int

  init(_ deal: Deal, moments: [Moment], carriedOn: some Collection<CarriedStates>, slice: Int?) {
    self.deal = deal
    self.slice = slice
    let network = deal.tiling.network
    var (names, firsts, widths): ([String], [Int], [Int]) = ([], [], [])
    var numbers: [CheckpointLayout.Content: Int] = [:]
    var end = 0
    func parts(_ k: Int) -> Int { deal.tiling.slicing.isCut(k) ? deal.grid.slices : 1 }
    func add(_ name: String, _ content: CheckpointLayout.Content, rows: Int, columns: Int) {
      numbers[content] = names.count
      names.append(name)
      firsts.append(end)
      widths.append(columns)
      end += rows * columns
    }
    for moment in [nil] + moments {
      let suffix = moment.map { ".\($0.rawValue)" } ?? ""
      for (index, connection) in network.connections.enumerated() {
        add(
          connection.weightName + suffix, .weight(connection: index, moment: moment),
          rows: parts(connection.source), columns: parts(connection.target))
      }
      for k in network.biased {
        add("layers.\(k).bias" + suffix, .bias(layer: k, moment: moment), rows: 1, columns: parts(k))
      }
    }
    for carried in CarriedStates.allCases where carriedOn.contains(carried) {
      for k in network.states {
        add(
          "states.\(carried.name).\(k)", Self.states(carried, k), rows: deal.tiling.shards, columns: parts(k))
      }
    }
    (self.names, self.firsts, self.widths, self.numbers, each) = (names, firsts, widths, numbers, end)
  }

  /// The persistent states of a layer, whatever their examples.
  static func states(_ carried: CarriedStates, _ k: Int) -> CheckpointLayout.Content {
    .states(carried, layer: k, examples: 0..<0)
  }

  /// Whether any two ranks hold the same tensor: the biases of the output, which is whole, at the least.
  var areHeldTwice: Bool { deal.grid.replicas > 1 || deal.grid.slices > 1 }

  /// How many there are.
  var count: Int { each * (slice == nil ? 1 : deal.grid.slices) }

  /// The block in a row and a column of a tensor's table.
  func number(_ content: CheckpointLayout.Content, _ row: Int, _ column: Int) -> Int {
    guard let number = numbers[content] else { preconditionFailure("a tensor of the network") }
    return (slice ?? 0) * each + firsts[number] + row * widths[number] + column
  }

  /// The tensor of a block.
  func name(_ block: Int) -> String {
    names[(firsts.firstIndex { $0 > block % each } ?? firsts.count) - 1]
  }

  /// The units of each part of layer k.
  func parts(_ k: Int) -> [Range<Int>] {
    let slicing = deal.tiling.slicing
    guard slicing.isCut(k) else { return [0..<slicing.network.units(k)] }
    return (0..<deal.grid.slices).map { slicing.units(k, slices: deal.slices(slice: $0)) }
  }

  /// The part of layer k that is computed at a place.
  func part(_ k: Int, at place: Place) -> Int { deal.tiling.slicing.isCut(k) ? place.slice : 0 }
}

/// Ranks that hold the same tensor hold different bits.
struct WeightsDiffer: Error, Sendable, ExitCoded, CustomStringConvertible {
  let tensor: String
  let holders: [[String]]
  let step: Int
  let lastCheckpoint: String?
  var exitCode: Int32 { 71 }

  var description: String {
    let groups = holders.map { $0.joined(separator: ", ") }.joined(separator: " differs from ")
    return
      "\(tensor) is not the same everywhere after step \(step): \(groups); a fault of memory or processor"
      + (lastCheckpoint.map { "; run again to go on from \($0)" } ?? "; run again from the beginning")
  }
}
