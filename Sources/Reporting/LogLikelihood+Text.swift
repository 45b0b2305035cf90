import Foundation
import Records

extension LogLikelihood {
  /// `ln p −142.56 nats an example, counted; −142.51 ± 0.20 by annealing, −142.60 from the other side; of 10,000 examples`.
  public var text: String {
    func nats(_ value: Double) -> String { String(format: "%.2f", value).replacing("-", with: "−") }
    let counted = exact.map { "\(nats($0)) nats an example, counted; " } ?? ""
    return
      "ln p \(counted)\(nats(ais)) ± \(nats(error)) \(exact == nil ? "nats an example " : "")by annealing, "
      + "\(nats(reverse)) from the other side; of \(Figures.count(examples, "example"))"
  }

  /// One line of JSON.
  public var json: String {
    JSONText.object([
      ("exact", .optional(exact)), ("ais", .number(ais)), ("ais_error", .number(error)),
      ("ais_reverse", .number(reverse)), ("examples", .integer(examples)),
    ]).text
  }
}
