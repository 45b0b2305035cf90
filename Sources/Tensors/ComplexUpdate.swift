import CKernels

/// An update of one layer's complex states; real parts stand in the upper half of a matrix's rows, imaginary parts in
/// the lower.
public struct ComplexUpdate {
  /// `minimize` goes to the minimiser where ρ is linear; all else is an Euler step.
  public var move: Move
  /// ρ, one that does not clip.
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
    let half = states.rows / 2
    let (imaginary, own) = (half + rows.lowerBound..<half + rows.upperBound, 0..<columns.count)
    let nudge = beta.re == 0 && beta.im == 0 ? nil : targets
    var update = eq_complex_update()
    update.rows = rows.count
    update.columns = columns.count
    update.states = (states.pointer(rows, columns), states.pointer(imaginary, columns))
    update.states_stride = states.stride
    update.drive = (drive.pointer(rows, own), drive.pointer(imaginary, own))
    update.drive_stride = drive.stride
    update.activity_before = (activity?.pointer(rows, columns), activity?.pointer(imaginary, columns))
    update.activity_before_stride = activity?.stride ?? 0
    update.targets = nudge?.pointer(rows, columns)
    update.targets_stride = nudge?.stride ?? 0
    update.next = (next.mutablePointer(rows, columns), next.mutablePointer(imaginary, columns))
    update.next_stride = next.stride
    update.activity = (
      nextActivity?.mutablePointer(rows, columns), nextActivity?.mutablePointer(imaginary, columns)
    )
    update.activity_stride = nextActivity?.stride ?? 0
    update.activation = curve.code
    update.beta = (beta.re, beta.im)
    update.step = step
    update.to_minimum = move == .minimize && curve == .linear ? 1 : 0
    return states.precision.kernels.pointee.complex_update(&update)
  }
}
