import CKernels

/// The goodness g(h) of a layer of n units by which Forward-Forward tells what it should be strong on from what not.
///
/// With m = mean h, δ = h − m, v = mean δ² + 1e-5, q = mean δ⁴, π the weights of each kind of attention:
///
///     sum-of-squares  Σ h²                 fourth-power   Σ h⁴ / n            variance    mean δ²
///     squares         Σ h² / n             concentration  Σ h⁴ / (Σ h²)²      skewness    mean δ³ / v^1.5
///     top             mean of the k largest                                   burstiness  q / v² − 3
///     max             the largest          entmax, sparse-max, soft-max       Σ π h²
///
/// Source: Hinton 2022, arXiv:2212.13345 (sums of squares); arXiv:2604.13081 (the others).
public struct Goodness: Equatable, Sendable {
  /// Which function of a layer's units it is.
  public enum Kind: String, CaseIterable, Sendable {
    case sumOfSquares = "sum-of-squares"
    case squares, top, entmax, burstiness
    case max
    case fourthPower = "fourth-power"
    case variance, concentration, skewness
    case softMax = "soft-max"
    case sparseMax = "sparse-max"

    fileprivate var code: eq_goodness_kind {
      switch self {
      case .sumOfSquares: eq_goodness_sum
      case .squares: eq_goodness_squares
      case .top, .max: eq_goodness_top
      case .entmax: eq_goodness_entmax
      case .burstiness: eq_goodness_burstiness
      case .fourthPower: eq_goodness_fourth
      case .variance: eq_goodness_variance
      case .concentration: eq_goodness_concentration
      case .skewness: eq_goodness_skewness
      case .softMax: eq_goodness_softmax
      case .sparseMax: eq_goodness_sparsemax
      }
    }
  }

  public var kind: Kind
  /// Of `top` the share of the units that counts, at least five of them.
  public var share: Double

  public init(_ kind: Kind, share: Double = 0.02) { (self.kind, self.share) = (kind, share) }

  /// Whether which units count, or its slope, changes at once.
  public var hasKinks: Bool {
    switch kind {
    case .top, .max, .entmax, .sparseMax: true
    case .sumOfSquares, .squares, .burstiness, .fourthPower, .variance, .concentration, .skewness, .softMax:
      false
    }
  }

  /// Units that `top` is the mean of, of so many.
  public func most(of units: Int) -> Int {
    kind == .max ? 1 : Swift.min(units, Swift.max(5, Int(share * Double(units))))
  }

  /// g of each of some rows of a layer's drives a, h = ρ(a); in Float64.
  public func values(of drives: Matrix, curve: Curve, rows: Range<Int>) -> [Double] {
    guard !rows.isEmpty else { return [] }
    return Array(unsafeUninitializedCapacity: rows.count) { buffer, count in
      withUnsafePointer(to: form(drives, curve, rows)) {
        drives.precision.kernels.pointee.goodness($0, buffer.baseAddress)
      }
      count = rows.count
    }
  }

  /// Writes what some units' drives learn from: factor · ∂g/∂a of each row, and `peers` of each unit.
  ///
  /// - Parameters:
  ///   - units: from a whole panel on.
  ///   - peers: a row of all units.
  public func setSlopes(
    _ out: inout Matrix, of drives: Matrix, curve: Curve, factors: [Double], peers: Matrix? = nil,
    rows: Range<Int>, units: Range<Int>
  ) {
    precondition(
      factors.count == rows.count && units.lowerBound.isMultiple(of: panelWidth), "not whole panels")
    guard !rows.isEmpty, !units.isEmpty else { return }
    let written = out.mutablePointer(rows, units)
    withUnsafePointer(to: form(drives, curve, rows)) {
      drives.precision.kernels.pointee.goodness_slopes(
        $0, factors, peers?.pointer(0..<1, units), units.lowerBound, units.count, written, out.stride)
    }
  }

  private func form(_ drives: Matrix, _ curve: Curve, _ rows: Range<Int>) -> eq_goodness {
    var form = eq_goodness()
    form.kind = kind.code
    form.most = most(of: drives.columns)
    (form.rows, form.columns) = (rows.count, drives.columns)
    form.drive = drives.pointer(rows, 0..<drives.columns)
    form.drive_stride = drives.stride
    form.activation = curve.code
    return form
  }
}

extension Matrix {
  /// Brings each of some rows to a mean square of 1, together with a label of length 1 that takes the place of its first
  /// columns, which become 0; what each row, and its label, was multiplied by.
  ///
  /// - Parameter overlaid: the columns that a label takes the place of; none where it is shown elsewhere.
  public mutating func normalizeInputs(rows: Range<Int>, overlaid: Int) -> [Double] {
    guard !precision.isHollow, !rows.isEmpty, columns > 0 else { return rows.map { _ in 1 } }
    for row in rows { for column in 0..<min(overlaid, columns) { self[row, column] = column == 0 ? 1 : 0 } }
    // In place: each number is read before it is written.
    let written = mutablePointer(rows, 0..<columns)
    precision.kernels.pointee.normalize(
      rows.count, columns, Curve.linear.code, written, stride, written, stride)
    guard overlaid > 0 else { return rows.map { _ in 1 } }
    return rows.map { row in
      defer { self[row, 0] = 0 }
      return self[row, 0]
    }
  }

  /// self[rows, :] = h / √(mean h² + 1e-8), h = ρ(drives): what the layer above sees of a layer, whatever its length.
  public mutating func setNormalized(_ drives: Matrix, curve: Curve, rows: Range<Int>) {
    precision.kernels.pointee.normalize(
      rows.count, columns, curve.code, drives.pointer(rows, 0..<columns), drives.stride,
      mutablePointer(rows, 0..<columns), stride)
  }
}
