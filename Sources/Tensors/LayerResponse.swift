import CKernels

/// The response of one layer's states to a small force, given its neighbours' responses:
///
///     λ ← λ + ε (force + ρ″(s) D ⊙ λ + ρ′(s) ⊙ drive − λ),   drive = Wᵀ g below + W g above,   g = ρ′(s) ⊙ λ
///
/// so that (∂²E/∂s²) λ = force at rest. Where ρ is straight ε = nil goes to the layer's own solution at once.
public struct LayerResponse {
  /// ρ′(s); 0 where a state is clipped, so that nothing responds there.
  public var slope: Matrix
  /// ρ″(s) D, D the drive at s; nil where ρ is straight.
  public var bend: Matrix?
  /// The force on the layer, nil where there is none.
  public var force: Matrix?
  /// ε; nil for the layer's own solution, which needs a straight ρ.
  public var step: Double?

  public init(slope: Matrix, bend: Matrix? = nil, force: Matrix? = nil, step: Double?) {
    self.slope = slope
    self.bend = bend
    self.force = force
    self.step = step
  }

  /// Moves response[rows, columns] into `next` and g into `nextSeen` (nil where g = λ) at the same place; `drive` holds
  /// just these columns, from 0, as do slope, bend and force. Returns the largest |Δλ| / ε.
  public func apply(
    to response: Matrix, drive: Matrix, rows: Range<Int>, columns: Range<Int>, next: inout Matrix,
    nextSeen: inout Matrix?
  ) -> Double {
    let own = 0..<columns.count
    var update = eq_response()
    update.rows = rows.count
    update.columns = columns.count
    update.response = response.pointer(rows, columns)
    update.response_stride = response.stride
    update.drive = drive.pointer(rows, own)
    update.drive_stride = drive.stride
    update.force = force?.pointer(rows, own)
    update.force_stride = force?.stride ?? 0
    update.slope = slope.pointer(rows, own)
    update.slope_stride = slope.stride
    update.bend = bend?.pointer(rows, own)
    update.bend_stride = bend?.stride ?? 0
    update.next = next.mutablePointer(rows, columns)
    update.next_stride = next.stride
    update.seen = nextSeen?.mutablePointer(rows, columns)
    update.seen_stride = nextSeen?.stride ?? 0
    update.step = step ?? 0
    return response.precision.kernels.pointee.respond(&update)
  }
}

extension Matrix {
  /// self[rows, 0 …] = ρ′(states[rows, columns]), 0 where a state is clipped, and in `bend` ρ″(states) drive;
  /// `drive` holds just these columns, from 0.
  public mutating func setSlopes(
    of activation: Curve, states: Matrix, activity: Matrix, drive: Matrix, rows: Range<Int>,
    columns: Range<Int>, bend: inout Matrix?
  ) {
    if case .own(let curve) = activation {
      return setSlopes(curve, states, drive: drive, rows: rows, columns: columns, bend: &bend)
    }
    let own = 0..<columns.count
    precision.kernels.pointee.slopes(
      rows.count, columns.count, activation.code, states.pointer(rows, columns), states.stride,
      activity.pointer(rows, columns), activity.stride, drive.pointer(rows, own), drive.stride,
      mutablePointer(rows, own), stride, bend?.mutablePointer(rows, own), bend?.stride ?? 0)
  }
}
