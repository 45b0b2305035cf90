import CKernels

/// A Langevin step of a block of states, from what was to what is proposed.
public struct LangevinStep {
  /// s or s′ of a layer, ρ(s) where it differs, and what drives them.
  public struct End {
    let states: Matrix
    let activity: Matrix?
    let drive: Matrix

    /// Of matrices of a layer's rows; the drive's columns are those held here.
    public init(states: Matrix, activity: Matrix?, drive: Matrix) {
      (self.states, self.activity, self.drive) = (states, activity, drive)
    }
  }

  let before: End
  let after: End
  /// x′, where s′ is its mirror image between bounds; its columns are those of the drives.
  let unfolded: Matrix?

  /// A step between two ends of the same rows.
  public init(from before: End, to after: End, unfolded: Matrix?) {
    (self.before, self.after, self.unfolded) = (before, after, unfolded)
  }

  /// What the Metropolis-Hastings rule corrects F(s′) − F(s) by, T log q(s′|s)/q(s|s′), summed over some rows and columns in
  /// Float64; the drives' column `driveFrom` is the first of them.
  ///
  ///     ( ‖s − x′ + ε∇F(x′)‖² − ‖x′ − s + ε∇F(s)‖² ) / 4ε = (ε/4) (‖∇F(x′)‖² − ‖∇F(s)‖²) − ½ (x′ − s)·(∇F(s) + ∇F(x′))
  ///
  /// The right side, unlike the left one, has no square of the noise that would cancel.
  public func hastings(
    _ update: LayerUpdate, driveFrom first: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    var form = update.kernelForm(
      of: before.states, activity: before.activity, drive: before.drive, driveFrom: first, rows: rows,
      columns: columns)
    precondition(after.drive.stride == before.drive.stride, "drives of two shapes")
    let drives = first..<first + columns.count
    // The kernel reads what it writes elsewhere.
    form.next = UnsafeMutableRawPointer(mutating: after.states.pointer(rows, columns))
    form.next_stride = after.states.stride
    form.activity = after.activity.map { UnsafeMutableRawPointer(mutating: $0.pointer(rows, columns)) }
    form.unfolded = unfolded.map { UnsafeMutableRawPointer(mutating: $0.pointer(rows, drives)) }
    form.unfolded_stride = unfolded?.stride ?? 0
    return before.states.precision.kernels.pointee.hastings(&form, after.drive.pointer(rows, drives))
  }
}
