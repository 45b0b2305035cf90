import EnergyModels
import EquilibriumPropagation
import RunFiles
import Tensors
import Training

/// The floating-point operations and bytes moved of one step at one place of a grid, counted from the run file alone.
///
/// Operations are those of the mathematics: two a multiply-add, padding not counted. Bytes are what a pass must read and
/// write once, whatever cache it finds them in, padding counted. Neither counts what is done to a few numbers a row
/// (costs, comparisons) or inside an activation.
public struct StepWork: Equatable, Sendable {
  /// Work of one form that a step does so many times.
  public struct Call: Equatable, Sendable {
    public var part: StepPart
    public var kind: Kind
    /// How often a step does it; whole but where shards stop by a tolerance.
    public var times: Double
    /// Of one.
    public var operations: Double
    /// Of one.
    public var bytes: Double
  }

  /// What a call does.
  public enum Kind: Hashable, Sendable {
    /// rows × depth times depth × columns; `isLive`: the rows are inputs, whose zeros are left out.
    case product(rows: Int, depth: Int, columns: Int, isLive: Bool)
    /// `terms` products (depth × rows) · (rows × columns), a chain for each of so many shards.
    case contrast(terms: Int, depth: Int, columns: Int, rows: Int, shards: Int, isLive: Bool)
    /// One pass over so many scalars of states or partial drives.
    case elements(Int)
    /// So many scalars of weights learn.
    case descent(Int, Update)
    /// The transpose of a depth × columns matrix.
    case transpose(depth: Int, columns: Int)
  }

  /// How weights learn, as far as work is counted.
  public enum Update: Hashable, Sendable {
    case plain, momentum, nesterov, adam

    /// Scalars read and written for each one that learns, its contrast not counted.
    var moves: Int {
      switch self {
      case .plain: 2
      case .momentum, .nesterov: 4
      case .adam: 6
      }
    }

    /// Operations a scalar; a root and a quotient are one each.
    func operations(decays: Bool) -> Double {
      switch self {
      case .plain: decays ? 5 : 2
      case .momentum: 7
      case .nesterov: 9
      case .adam: 15
      }
    }
  }

  /// In the order of counting; those alike in part, kind, operations and bytes are one, their `times` added.
  public internal(set) var calls: [Call] = []
  /// Bytes of a scalar.
  public let scalarSize: Int

  /// The share of input elements that are multiplied, in the drive and in the contrast: the kernels leave zeros out.
  public struct LiveShare: Codable, Equatable, Sendable {
    /// In 0…1; the drive skips an input where all of a few rows have a zero.
    public var drive: Double
    /// In 0…1; the contrast skips a row where all of a few neighbouring inputs have a zero.
    public var contrast: Double
    public init(drive: Double, contrast: Double) {
      self.drive = drive
      self.contrast = contrast
    }
    /// Dense counts.
    public static let all = LiveShare(drive: 1, contrast: 1)
  }

  /// Iterations of a free phase and of one nudged phase, means over shards.
  public struct Iterations: Equatable, Sendable {
    public var free: Double
    public var nudged: Double
    public init(free: Double, nudged: Double) {
      self.free = free
      self.nudged = nudged
    }
    /// As many as the run file allows.
    public init(atMost relaxation: Relaxation) {
      self.init(free: Double(relaxation.free.atMost), nudged: Double(relaxation.nudged.atMost))
    }
  }

  /// The work of a full batch at a place.
  public init(
    _ run: RunFile, deal: Deal, at place: Place, iterations: Iterations? = nil,
    liveShare: LiveShare = .all
  ) {
    scalarSize = run.training.precision.size
    let count = WorkCount(
      run: run, deal: deal, place: place, iterations: iterations ?? Iterations(atMost: run.relaxation),
      liveShare: liveShare)
    count.all(into: &self)
  }

  /// Operations of some parts of a step.
  public func operations(_ parts: StepPart...) -> Double { total(parts) { $0.operations } }

  /// Bytes that some parts of a step move.
  public func bytes(_ parts: StepPart...) -> Double { total(parts) { $0.bytes } }

  /// Operations of a whole step.
  public var operations: Double { total(StepPart.allCases) { $0.operations } }

  /// Bytes that a whole step moves.
  public var bytes: Double { total(StepPart.allCases) { $0.bytes } }

  private func total(_ parts: [StepPart], _ value: (Call) -> Double) -> Double {
    calls.filter { parts.contains($0.part) }.reduce(0) { $0 + $1.times * value($1) }
  }

  /// Adds a call to those of the same form.
  mutating func add(_ part: StepPart, _ kind: Kind, times: Double = 1, operations: Double, bytes: Double) {
    guard times > 0 else { return }
    if let index = calls.firstIndex(where: {
      $0.part == part && $0.kind == kind && $0.operations == operations && $0.bytes == bytes
    }) {
      calls[index].times += times
    } else {
      calls.append(Call(part: part, kind: kind, times: times, operations: operations, bytes: bytes))
    }
  }
}

extension StepWork {
  /// Adds `times` products of what the taps of a kernel read with depth × columns weights each: at every position as
  /// many taps as reach it.
  mutating func addProduct(
    _ part: StepPart, _ taps: TapTable, rows: Int, depth: Int, columns: Int, times: Double, ontoMatrix: Bool,
    share: Double = 1, isLive: Bool = false
  ) {
    let inner = taps.pairs * depth
    let mean = max(1, inner / taps.positions)
    addProduct(
      part, rows: rows * taps.positions, depth: mean, columns: columns, times: times, ontoMatrix: ontoMatrix,
      share: share * Double(inner) / Double(mean * taps.positions), isLive: isLive)
  }

  /// Adds `times` products of `share` of rows × depth inputs with depth × columns weights, onto a row or a matrix.
  mutating func addProduct(
    _ part: StepPart, rows: Int, depth: Int, columns: Int, times: Double, ontoMatrix: Bool, share: Double = 1,
    isLive: Bool = false
  ) {
    let (inner, wide) = (share * Double(depth), Double(padded(columns)))
    add(
      part, .product(rows: rows, depth: depth, columns: columns, isLive: isLive), times: times,
      operations: 2 * Double(rows) * inner * Double(columns),
      bytes: Double(scalarSize) * (Double(rows) * inner + inner * wide + Double(rows) * wide)
        + Double(scalarSize) * (ontoMatrix ? Double(rows) * wide : wide))
  }

  /// Adds passes over rows × columns scalars that take so many operations a scalar and move so many.
  mutating func addElements(
    _ part: StepPart, rows: Int, columns: Int, times: Double, operations: Double, moves: Double
  ) {
    add(
      part, .elements(rows * columns), times: times, operations: operations * Double(rows * columns),
      bytes: moves * Double(scalarSize * rows * padded(columns)))
  }
}
