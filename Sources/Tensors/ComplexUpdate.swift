import CKernels

/// An update of one layer's complex states; real parts stand in the upper half of a matrix's rows, imaginary parts in
/// the lower.
public struct ComplexUpdate {
  public var move: Move
  public var curve: Curve
  /// ε.
  public var step: Double
  /// β of a nudged output, real and imaginary part; 0 elsewhere.
  public var beta: (re: Double, im: Double)
  /// d of a nudged output, rows × columns, real.
  public var targets: Matrix?

  public init(
    move: Move, curve: Curve, step: Double, beta: (re: Double, im: Double), targets: Matrix? = nil
  ) {
    self.move = move
    self.curve = curve
    self.step = step
    self.beta = beta
    self.targets = targets
  }

  /// As `LayerUpdate.apply`; `rows` counts examples. Returns the largest change of a part / ε (ε = 1 for a minimiser).
  public func apply(
    to states: Matrix, activity: Matrix?, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    next: inout Matrix, nextActivity: inout Matrix?
  ) -> Double {
    let (row, column, half) = (rows.lowerBound, columns.lowerBound, states.rows / 2)
    let nudge = beta.re == 0 && beta.im == 0 ? nil : targets
    var update = eq_complex_update()
    update.rows = rows.count
    update.columns = columns.count
    update.states = (states.pointer(row, column), states.pointer(half + row, column))
    update.states_stride = states.stride
    update.drive = (drive.pointer(row, 0), drive.pointer(half + row, 0))
    update.drive_stride = drive.stride
    update.activity_before = (activity?.pointer(row, column), activity?.pointer(half + row, column))
    update.activity_before_stride = activity?.stride ?? 0
    update.targets = nudge?.pointer(row, column)
    update.targets_stride = nudge?.stride ?? 0
    update.next = (next.mutablePointer(row, column), next.mutablePointer(half + row, column))
    update.next_stride = next.stride
    update.activity = (
      nextActivity?.mutablePointer(row, column), nextActivity?.mutablePointer(half + row, column)
    )
    update.activity_stride = nextActivity?.stride ?? 0
    update.activation = curve.code
    update.beta = (beta.re, beta.im)
    update.step = step
    update.to_minimum = move == .minimize && curve == .linear ? 1 : 0
    return states.precision.kernels.pointee.complex_update(&update)
  }
}
