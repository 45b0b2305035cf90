/// The learning rate α of a layer's weight and bias.
public enum Rate: Equatable, Sendable {
  /// α itself, at least 0.
  case fixed(Double)
  /// α that follows from the output's: scaled so that the mean ‖ΔW‖/‖W‖ of this layer equals that of the output,
  /// whose rate must be a number.
  case balanced
}
