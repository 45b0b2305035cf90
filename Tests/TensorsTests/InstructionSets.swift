import CKernels
import Tensors
import Testing

/// One instruction set and precision.
struct InstructionSet: CustomTestStringConvertible, Sendable {
  let name: String
  let precision: Precision

  var testDescription: String { "\(name) \(precision)" }

  /// Nil where the processor lacks it.
  var kernels: Kernels? { Kernels(precision, instructions: name) }

  /// Those this processor runs; the others are skipped, each by its name, in `InstructionSetTests`.
  static let all = ["avx512", "avx2", "baseline"].flatMap { name in
    Precision.allCases.map { InstructionSet(name: name, precision: $0) }
  }.filter { $0.kernels != nil }
}
