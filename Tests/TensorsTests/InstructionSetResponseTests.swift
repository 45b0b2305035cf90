import CKernels
import Tensors
import Testing

/// Responses, complex states and what is counted of them: as `InstructionSetTests`, the baseline's bits from all sets.
@Suite("Instruction sets: responses and complex states") struct InstructionSetResponseTests {
  static let bent = [eq_sigmoid, eq_tanh, eq_silu, eq_capped_silu]
  static let clipped = [eq_hard_sigmoid, eq_relu6, eq_half_hard_sigmoid]
  static let curves = bent + clipped + [eq_linear]

  private func expectBaseline(
    _ set: InstructionSet, _ bits: (UnsafePointer<eq_kernels>, Precision) -> [UInt64]
  ) {
    let baseline = Kernels(set.precision, instructions: "baseline")
    guard let ours = set.kernels?.table, let theirs = baseline?.table else { return }
    let found = bits(ours, set.precision)
    #expect(found == bits(theirs, set.precision))
    #expect(found.contains { $0 != 0 })
  }

  @Test("slopes and responses", arguments: InstructionSet.all)
  func responses(set: InstructionSet) {
    for curve in Self.curves {
      for step in [0, 0.3] { expectBaseline(set) { response($0, $1, curve, step) } }
    }
  }

  private func response(
    _ table: UnsafePointer<eq_kernels>, _ precision: Precision, _ curve: eq_activation, _ step: Double
  ) -> [UInt64] {
    func drawn(_ stream: Int) -> Matrix { Matrix(random: stream, rows: 5, columns: 43, precision: precision) }
    let (states, drive, force, now) = (drawn(56), drawn(57), drawn(58), drawn(59))
    var (rho, slope, bend, next, seen) = (states, states, states, now, now)
    table.pointee.activate(
      5, 43, curve, states.pointer(0, 0), states.stride, rho.mutablePointer(0, 0), rho.stride)
    table.pointee.slopes(
      5, 43, curve, states.pointer(0, 0), states.stride, rho.pointer(0, 0), rho.stride, drive.pointer(0, 0),
      drive.stride, slope.mutablePointer(0, 0), slope.stride, bend.mutablePointer(0, 0), bend.stride)
    var update = eq_response()
    (update.rows, update.columns, update.step) = (5, 43, step)
    (update.response, update.response_stride) = (now.pointer(0, 0), now.stride)
    (update.drive, update.drive_stride) = (drive.pointer(0, 0), drive.stride)
    (update.force, update.force_stride) = (force.pointer(0, 0), force.stride)
    (update.slope, update.slope_stride) = (slope.pointer(0, 0), slope.stride)
    if Self.bent.contains(curve) { (update.bend, update.bend_stride) = (bend.pointer(0, 0), bend.stride) }
    if Self.bent.contains(curve) || curve == eq_half_hard_sigmoid {
      (update.seen, update.seen_stride) = (seen.mutablePointer(0, 0), seen.stride)
    }
    (update.next, update.next_stride) = (next.mutablePointer(0, 0), next.stride)
    let residual = table.pointee.respond(&update)
    return slope.bits + bend.bits + next.bits + seen.bits + [residual.bitPattern]
  }

  @Test("complex states", arguments: InstructionSet.all)
  func complexStates(set: InstructionSet) {
    for curve in [eq_sigmoid, eq_tanh, eq_silu, eq_linear] {
      for toMinimum: Int32 in curve == eq_linear ? [0, 1] : [0] {
        expectBaseline(set) { complex($0, $1, curve, toMinimum) }
      }
    }
  }

  private func complex(
    _ table: UnsafePointer<eq_kernels>, _ precision: Precision, _ curve: eq_activation, _ toMinimum: Int32
  ) -> [UInt64] {
    func drawn(_ stream: Int) -> Matrix { Matrix(random: stream, rows: 8, columns: 43, precision: precision) }
    let (states, drive, targets, before) = (drawn(60), drawn(61), drawn(62), drawn(63))
    var (next, activity) = (states, before)
    var update = eq_complex_update()
    (update.rows, update.columns, update.activation, update.step) = (4, 43, curve, 0.3)
    (update.beta, update.to_minimum) = ((-0.1, 0.3), toMinimum)
    update.states = (states.pointer(0, 0), states.pointer(4, 0))
    update.drive = (drive.pointer(0, 0), drive.pointer(4, 0))
    update.targets = targets.pointer(0, 0)
    (update.states_stride, update.drive_stride, update.targets_stride) = (
      states.stride, drive.stride, targets.stride
    )
    if curve != eq_linear {
      update.activity_before = (before.pointer(0, 0), before.pointer(4, 0))
      update.activity = (activity.mutablePointer(0, 0), activity.mutablePointer(4, 0))
      (update.activity_before_stride, update.activity_stride) = (before.stride, activity.stride)
    }
    update.next = (next.mutablePointer(0, 0), next.mutablePointer(4, 0))
    update.next_stride = next.stride
    let residual = table.pointee.complex_update(&update)
    return next.bits + activity.bits + [residual.bitPattern]
  }

  @Test("means, differences, turns, counts and squares", arguments: InstructionSet.all)
  func others(set: InstructionSet) {
    expectBaseline(set) { table, precision in
      let a = Matrix(random: 64, rows: 8, columns: 43, precision: precision)
      let b = Matrix(random: 65, rows: 8, columns: 43, precision: precision)
      var (mean, difference, turned) = (a, a, a)
      table.pointee.mean_difference(
        8, 43, a.pointer(0, 0), a.stride, b.pointer(0, 0), b.stride, mean.mutablePointer(0, 0), mean.stride,
        difference.mutablePointer(0, 0), difference.stride)
      table.pointee.turn(
        4, 43, 0.6, -0.7, a.pointer(0, 0), a.pointer(4, 0), a.stride, turned.mutablePointer(0, 0),
        turned.mutablePointer(4, 0), turned.stride)
      var (low, high) = (0, 0)
      for curve in Self.curves {
        table.pointee.count_bounds(8, 43, curve, a.pointer(0, 0), a.stride, &low, &high)
      }
      let (w, v) = (
        Panels(random: 66, depth: 9, columns: 16, precision: precision),
        Panels(random: 67, depth: 9, columns: 16, precision: precision)
      )
      let sums = [
        table.pointee.squares(9, w.pointer(panel: 0, row: 0), nil),
        table.pointee.squares(9, w.pointer(panel: 0, row: 0), v.pointer(panel: 0, row: 0)),
      ]
      return mean.bits + difference.bits + turned.bits + [UInt64(low), UInt64(high)] + sums.map(\.bitPattern)
    }
  }
}
