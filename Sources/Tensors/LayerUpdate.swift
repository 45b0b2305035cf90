import CKernels

/// How one layer's states are moved, given everything that drives them.
public enum Move: Equatable, Sendable {
  /// s ← s − ε ∂F/∂s.
  case euler
  /// s ← the minimiser of F given the neighbours; where it has no closed form some Newton steps towards it, or one Euler
  /// step.
  case minimize
  /// s ← ρ(drive).
  case forward
  /// Of a read-out: p ← e^drive / Σ e^drive, and β (d − p) is what is seen of it.
  case readOut
  /// s drawn from e^{−F/T} given the neighbours, where ρ is straight.
  case gibbs
  /// s ← s − ε ∂F/∂s + √(2Tε) ξ, reflected at the bounds of the states.
  case langevin
  /// s ← ⟨s⟩ of e^{−F/T} given the neighbours, of linear and binary units.
  case mean(temperature: Double)
}

/// The curve ρ as the kernels know it.
public enum Curve: Equatable, Sendable {
  case hardSigmoid, sigmoid, tanh, linear, relu6, halfHardSigmoid, silu, cappedSilu, binary, relu, gelu
  /// One that they do not know.
  case own(OwnCurve)

  var code: eq_activation {
    switch self {
    case .hardSigmoid: eq_hard_sigmoid
    case .sigmoid: eq_sigmoid
    case .tanh: eq_tanh
    case .linear: eq_linear
    case .relu6: eq_relu6
    case .halfHardSigmoid: eq_half_hard_sigmoid
    case .silu: eq_silu
    case .cappedSilu: eq_capped_silu
    case .binary: eq_binary
    case .relu: eq_relu
    case .gelu: eq_gelu
    case .own(let own): preconditionFailure("no kernel knows the curve \(own.name)")
    }
  }
}

/// What moves a block of states.
public struct LayerUpdate {
  public var move: Move
  /// ρ.
  public var curve: Curve
  /// ε.
  public var step: Double
  /// How far `minimize` goes on the way to the minimiser: 1 reaches it, up to 2 lowers F all the same.
  public var factor: Double
  /// Newton steps of `minimize` where ρ bends; 0 for one Euler step.
  public var newton = 0
  /// β of a nudged output; 0 elsewhere.
  public var beta: Double
  /// d of a nudged output, rows × columns.
  public var targets: Matrix?
  /// What `gibbs` and `langevin` draw with.
  public var noise: Noise?

  /// Without targets nothing is nudged, whatever β is.
  public init(
    move: Move, curve: Curve, step: Double, factor: Double = 1, beta: Double = 0, targets: Matrix? = nil
  ) {
    self.move = move
    self.curve = curve
    self.step = step
    self.factor = factor
    self.beta = beta
    self.targets = targets
  }

  /// Moves states[rows, columns] into `next` at the same place; `drive` holds just these columns, from 0.
  ///
  /// `activity` is ρ(s), in `nextActivity` ρ(s) afterwards; both nil where ρ is the identity on the states' range.
  /// Returns the largest |Δs| / ε (ε = 1 for `minimize`, but for an Euler step of it).
  public func apply(
    to states: Matrix, activity: Matrix?, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    next: inout Matrix, nextActivity: inout Matrix?
  ) -> Double {
    var unfolded: Matrix?
    return apply(
      to: states, activity: activity, drive: drive, rows: rows, columns: columns, next: &next,
      nextActivity: &nextActivity, unfolded: &unfolded)
  }

  /// The same; `unfolded`, where there is one, of just these columns, tells where `langevin` leads before it is reflected.
  public func apply(
    to states: Matrix, activity: Matrix?, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    next: inout Matrix, nextActivity: inout Matrix?, unfolded: inout Matrix?
  ) -> Double {
    if case .own(let own) = curve {
      return apply(
        own, to: states, drive: drive, rows: rows, columns: columns, next: &next, nextActivity: &nextActivity)
    }
    var update = kernelForm(
      of: states, activity: activity, drive: drive, driveFrom: 0, rows: rows, columns: columns)
    update.next = next.mutablePointer(rows, columns)
    update.next_stride = next.stride
    update.activity = nextActivity?.mutablePointer(rows, columns)
    update.unfolded = unfolded?.mutablePointer(rows, 0..<columns.count)
    update.unfolded_stride = unfolded?.stride ?? 0
    switch move {
    case .euler: return states.precision.kernels.pointee.euler(&update)
    case .minimize: return states.precision.kernels.pointee.minimize(&update)
    case .readOut: return states.precision.kernels.pointee.read_out(&update)
    case .mean(let temperature): return states.precision.kernels.pointee.mean(&update, temperature)
    case .gibbs, .langevin:
      guard let noise else { preconditionFailure("a draw without random numbers") }
      let kernels = states.precision.kernels.pointee
      return noise.withKernelForm(row: rows.lowerBound, unit: columns.lowerBound) {
        move == .gibbs ? kernels.gibbs(&update, $0) : kernels.langevin(&update, $0)
      }
    case .forward:
      states.precision.kernels.pointee.forward(&update)
      return 0
    }
  }

  /// Of states that are read, and what drives them, from a column of `drive` on.
  func kernelForm(
    of states: Matrix, activity: Matrix?, drive: Matrix, driveFrom first: Int, rows: Range<Int>,
    columns: Range<Int>
  ) -> eq_update {
    let nudge = beta == 0 ? nil : targets
    var update = eq_update()
    update.rows = rows.count
    update.columns = columns.count
    update.states = states.pointer(rows, columns)
    update.states_stride = states.stride
    update.drive = drive.pointer(rows, first..<first + columns.count)
    update.drive_stride = drive.stride
    update.targets = nudge?.pointer(rows, columns)
    update.targets_stride = nudge?.stride ?? 0
    update.activity_before = activity?.pointer(rows, columns)
    update.activity_stride = activity?.stride ?? 0
    update.activation = curve.code
    update.beta = beta
    update.step = step
    update.factor = factor
    update.newton = newton
    return update
  }
}
