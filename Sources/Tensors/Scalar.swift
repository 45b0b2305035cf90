import CKernels

/// The arithmetic of one scalar type, compiled for the fastest instruction set this processor runs.
public struct Kernels: @unchecked Sendable {
  let table: UnsafePointer<eq_kernels>

  init(_ table: UnsafePointer<eq_kernels>) { self.table = table }

  /// "avx512", "avx2" or "baseline".
  public var instructions: String { String(cString: table.pointee.instructions) }
}

/// The number type of states and weights: `Float` to train, `Double` to prove.
public protocol Scalar: BinaryFloatingPoint, LosslessStringConvertible, Sendable {
  static var kernels: Kernels { get }
  /// The kernels of a named instruction set, nil where the processor lacks it.
  static func kernels(for instructions: String) -> Kernels?
}

extension Float: Scalar {
  public static let kernels = Kernels(eq_kernels_f32())
  public static func kernels(for instructions: String) -> Kernels? {
    eq_kernels_f32_for(instructions).map(Kernels.init)
  }
}

extension Double: Scalar {
  public static let kernels = Kernels(eq_kernels_f64())
  public static func kernels(for instructions: String) -> Kernels? {
    eq_kernels_f64_for(instructions).map(Kernels.init)
  }
}

/// Columns of a panel: matrices are padded to a multiple of this.
public let panelWidth = eq_panel

/// `count` rounded up to whole panels.
public func padded(_ count: Int) -> Int { (count + panelWidth - 1) / panelWidth * panelWidth }
