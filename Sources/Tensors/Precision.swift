import CKernels

/// The number type of states and weights.
///
/// Chosen when a tensor is made, not when the program is compiled: the kernels take either, and everything above them is
/// written once and runs at full speed without being specialised.
public enum Precision: String, CaseIterable, Sendable {
  /// To train.
  case float32
  /// To prove.
  case float64
  /// Of tensors that have a shape and would take bytes but hold no numbers: arithmetic does nothing to them, and what they
  /// would take is counted apart. See `TensorBytes.ofHollow`.
  case hollow32, hollow64

  /// Those of numbers.
  public static var allCases: [Precision] { [.float32, .float64] }

  /// Bytes of a scalar.
  public var size: Int { self == .float32 || self == .hollow32 ? 4 : 8 }

  /// The same size without numbers.
  public var hollow: Precision { size == 4 ? .hollow32 : .hollow64 }

  package var isHollow: Bool { self == .hollow32 || self == .hollow64 }

  /// The arithmetic, for the fastest instruction set this processor runs.
  var kernels: UnsafePointer<eq_kernels> {
    switch self {
    case .float32: fastest.float32
    case .float64: fastest.float64
    case .hollow32, .hollow64: fastest.hollow
    }
  }

  /// "avx512", "avx2" or "baseline".
  public var instructions: String { String(cString: kernels.pointee.instructions) }
}

private struct Fastest: @unchecked Sendable {
  let float32 = eq_kernels_f32()!
  let float64 = eq_kernels_f64()!
  let hollow = eq_kernels_hollow()!
}

private let fastest = Fastest()

/// The arithmetic of one named instruction set, for tests that compare them.
package struct Kernels: @unchecked Sendable {
  package let table: UnsafePointer<eq_kernels>

  /// "avx512", "avx2" or "baseline"; nil where the processor lacks it.
  package init?(_ precision: Precision, instructions: String) {
    let found = precision == .float32 ? eq_kernels_f32_for(instructions) : eq_kernels_f64_for(instructions)
    guard let found else { return nil }
    table = found
  }
}

/// Columns of a panel: matrices are padded to a multiple of this.
public let panelWidth = Int(eq_panel)

/// `count` rounded up to whole panels.
public func padded(_ count: Int) -> Int { (count + panelWidth - 1) / panelWidth * panelWidth }
