import Foundation
import Records

/// The figures of some steps within an epoch, as `metrics.jsonl` holds them where a run asks for them.
public struct StepMetrics: Equatable, Sendable {
  /// Weight updates made since the run began.
  public var step: Int
  /// Of the training examples since the line before, the task's figures by their keys.
  public var training: [String: Double]
  /// Mean cost of those examples at their free states.
  public var cost: Double?
  /// ‖W_k‖ of each layer after the step; NaN where it was not finite.
  public var weightNorms: [Double]
  /// ‖∂C/∂(W_k, b_k)‖ of each layer, as the step estimated it; NaN where it was not finite.
  public var gradientNorms: [Double]

  /// Nil of a line of another event.
  init?(line: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
      object["event"] as? String == "steps", let step = object["step"] as? Int
    else { return nil }
    func norms(_ key: String) -> [Double] {
      (object[key] as? [Any] ?? []).map { ($0 as? NSNumber)?.doubleValue ?? .nan }
    }
    self.step = step
    cost = (object["cost"] as? NSNumber)?.doubleValue
    (weightNorms, gradientNorms) = (norms("weight_norm"), norms("gradient_norm"))
    training = object.reduce(into: [:]) { scores, field in
      guard field.key.hasPrefix("training_"), let value = field.value as? NSNumber else { return }
      scores[String(field.key.dropFirst("training_".count))] = value.doubleValue
    }
  }
}
