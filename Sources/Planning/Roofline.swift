import Tensors
import Training

/// The least time that a step's counted work can take at the ceilings that were measured in the same run.
///
///     roofline time = Σ over calls of max(operations / rate, bytes / bandwidth)
///                     + messages × latency + their bytes / their bandwidth
///
/// Rate is, for a product or a contrast, its kernel's own at that very shape; for all else the core's peak.
public struct Roofline: Codable, Equatable, Sendable {
  /// Operations a second of fused multiply-adds on registers alone.
  public var peak: Double
  /// Bytes a second of reading as many bytes as the step's weights are, and of updating them.
  public var read: Double
  /// Bytes a second of a ← a + s b on as many bytes, two reads and a write counted.
  public var update: Double
  /// Bytes a second of updating what is in the first caches, as states are.
  public var nearUpdate: Double
  /// Bytes a second of updating well more than the last cache holds.
  public var memoryUpdate: Double
  /// Seconds of a message, and bytes a second of large ones; 0 where one rank was measured.
  public var latency: Double
  /// Bytes a second of 32 kB messages one way, past the wait for their first byte; 0 where one rank was measured.
  public var messageBandwidth: Double
  /// For each call of the work its kernel's rate, operations a second; 0 where it has none.
  public var rates: [Double]

  /// `rates` stand in the order of the work's `calls`.
  public init(
    peak: Double, read: Double, update: Double, nearUpdate: Double, memoryUpdate: Double, latency: Double,
    messageBandwidth: Double, rates: [Double]
  ) {
    (self.peak, self.read, self.update) = (peak, read, update)
    (self.nearUpdate, self.memoryUpdate) = (nearUpdate, memoryUpdate)
    (self.latency, self.messageBandwidth) = (latency, messageBandwidth)
    self.rates = rates
  }

  /// Seconds of all that a step does of one call, `rate` being its kernel's.
  public func seconds(_ call: StepWork.Call, rate: Double) -> Double {
    func slower(_ rate: Double, _ bandwidth: Double) -> Double {
      max(rate > 0 ? call.operations / rate : 0, bandwidth > 0 ? call.bytes / bandwidth : 0)
    }
    let once =
      switch call.kind {
      case .product, .contrast: slower(rate > 0 ? rate : peak, read)
      case .elements: slower(peak, nearUpdate)
      case .descent, .transpose: slower(peak, update)
      }
    return call.times * once
  }

  /// Seconds of a part of a step's work.
  public func seconds(_ part: StepPart, of work: StepWork) -> Double {
    zip(work.calls, rates).reduce(0) { $1.0.part == part ? $0 + seconds($1.0, rate: $1.1) : $0 }
  }

  /// Seconds of messages, waited for one after the other.
  public func seconds(messages: Double, bytes: Double) -> Double {
    messages * latency + (messageBandwidth > 0 ? bytes / messageBandwidth : 0)
  }
}
