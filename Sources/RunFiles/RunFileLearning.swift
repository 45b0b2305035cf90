import EnergyModels
import Schema

// How rates and steps are chosen: a word, or a map whose `kind` is the word.

extension Codec where Value == Schedule {
  /// `constant`, `linear`, `cosine`, or a map such as `{kind: exponential, factor: f}`.
  static let schedule = Self(
    takes: Spelling.listed(["constant", "linear", "cosine", "{kind: exponential, factor: 0.99}"]),
    keys: Codec<LongSchedule>.long.keys,
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content {
        return try Codec<LongSchedule>.long.read(tree, path).schedule(tree, path)
      }
      guard let kind = tree.text.flatMap(ScheduleKind.init(rawValue:)) else {
        throw .noWord(
          tree, path, of: ["constant", "linear", "cosine"], or: "{kind: exponential, factor: 0.99}")
      }
      if let (key, example) = kind.required {
        throw SchemaError(
          tree.position, "missing required key '\(path).\(key)'",
          hint: "write {kind: \(kind.rawValue), \(key): \(example)}")
      }
      return kind == .constant ? .constant : kind == .linear ? .linear(hold: 0) : .cosine(floor: 0)
    },
    write: { schedule in
      func floored(_ text: String, _ floor: Double) -> Text {
        .value("{\(text)\(floor == 0 ? "" : ", floor: \(floor)")}")
      }
      switch schedule {
      case .constant: return .value("constant")
      case .exponential(let factor): return .value("{kind: exponential, factor: \(factor)}")
      case .linear(let hold): return .value("{kind: linear\(hold == 0 ? "" : ", hold: \(hold)")}")
      case .cosine(let floor): return floored("kind: cosine", floor)
      case .cosineRestarts(let period, let growth, let floor):
        return floored("kind: cosine-restarts, period: \(period), growth: \(growth)", floor)
      }
    })
}

private enum ScheduleKind: String, CaseIterable, Sendable {
  case constant, exponential, linear, cosine
  case cosineRestarts = "cosine-restarts"

  /// The key it cannot do without.
  var required: (key: String, example: String)? {
    switch self {
    case .constant, .linear, .cosine: nil
    case .exponential: ("factor", "0.99")
    case .cosineRestarts: ("period", "10")
    }
  }

  var keys: [String] {
    switch self {
    case .constant: []
    case .exponential: ["factor"]
    case .linear: ["hold"]
    case .cosine: ["floor"]
    case .cosineRestarts: ["period", "growth", "floor"]
    }
  }
}

private struct LongSchedule: Sendable {
  var kind = ScheduleKind.constant
  var factor: Double?
  var period: Int?
  var growth: Int?
  var floor: Double?
  var hold: Double?

  func schedule(_ tree: Tree, _ path: Path) throws(SchemaError) -> Schedule {
    let written: [(key: String, isWritten: Bool)] = [
      ("factor", factor != nil), ("period", period != nil), ("growth", growth != nil),
      ("floor", floor != nil), ("hold", hold != nil),
    ]
    for (key, isWritten) in written where isWritten && !kind.keys.contains(key) {
      let other = ScheduleKind.allCases.first { $0.keys.contains(key) } ?? kind
      throw SchemaError(
        tree.position(of: key), "'\(path).\(key)' is of no use to the \(kind.rawValue) schedule",
        hint: "delete it or write kind: \(other.rawValue)")
    }
    if let (key, example) = kind.required, written.contains(where: { $0.key == key && !$0.isWritten }) {
      throw SchemaError(
        tree.position, "missing required key '\(path).\(key)'", hint: "add \(key): \(example)")
    }
    return switch kind {
    case .constant: .constant
    case .exponential: .exponential(factor: factor ?? 1)
    case .linear: .linear(hold: hold ?? 0)
    case .cosine: .cosine(floor: floor ?? 0)
    case .cosineRestarts: .cosineRestarts(period: period ?? 1, growth: growth ?? 1, floor: floor ?? 0)
    }
  }
}

extension Codec where Value == LongSchedule {
  fileprivate static let long = section(
    LongSchedule(),
    [
      .init(
        "kind", \.kind, .word, required: "exponential",
        meaning:
          "Constant, times a factor each epoch, straight to 0, half a cosine down to the floor, or one cosine after another."
      ),
      .init(
        "factor", \.factor,
        .optional(.number("a number above 0 and at most 1", example: "0.99") { $0 > 0 && $0 <= 1 }),
        .conditional, meaning: "What an epoch multiplies the rates by, of the exponential schedule."),
      .init(
        "period", \.period, .optional(.whole(RunFileRange.count, example: 10)),
        meaning: "Epochs of the first cosine, of `cosine-restarts`."),
      .init(
        "growth", \.growth, .optional(.whole(1...1000, example: 2)),
        meaning: "How many times as long the next cosine is, of `cosine-restarts`; 1 without."),
      .init(
        "hold", \.hold,
        .optional(.number("a number of at least 0 and below 1", example: "0.5") { $0 >= 0 && $0 < 1 }),
        meaning: "The share of the epochs before rates fall, of `linear`; 0 without."),
      .init(
        "floor", \.floor,
        .optional(.number("a number of at least 0 and at most 1", example: "0.01") { $0 >= 0 && $0 <= 1 }),
        meaning: "The share of the rates that a cosine ends at; 0 without."),
    ])
}

extension Codec where Value == OptimizerSettings {
  /// `sgd`, `nesterov`, `adam`, or `{kind: adam, mean: 0.9, square: 0.999, epsilon: 1e-8}`.
  static let optimizer = Self(
    takes: Codec<OptimizerKind>.word.takes, keys: Codec<LongOptimizer>.long.keys,
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content {
        return try Codec<LongOptimizer>.long.read(tree, path).optimizer(tree, path)
      }
      return LongOptimizer(kind: try Codec<OptimizerKind>.word.read(tree, path)).settings
    },
    write: { optimizer in
      guard case .adam(let mean, let square, let epsilon) = optimizer else {
        return .value(optimizer.kind.rawValue)
      }
      return .value("{kind: adam, mean: \(mean), square: \(square), epsilon: \(epsilon)}")
    })
}

private struct LongOptimizer: Sendable {
  var kind = OptimizerKind.sgd
  var mean: Double?
  var square: Double?
  var epsilon: Double?

  func optimizer(_ tree: Tree, _ path: Path) throws(SchemaError) -> OptimizerSettings {
    for (key, value) in [("mean", mean), ("square", square), ("epsilon", epsilon)]
    where value != nil && kind != .adam {
      throw SchemaError(
        tree.position(of: key), "'\(path).\(key)' is of no use to \(kind.rawValue)",
        hint: "delete it or write kind: adam")
    }
    return settings
  }

  var settings: OptimizerSettings {
    switch kind {
    case .sgd: .sgd
    case .nesterov: .nesterov
    case .adam: .adam(mean: mean ?? 0.9, square: square ?? 0.999, epsilon: epsilon ?? 1e-8)
    }
  }
}

extension Codec where Value == LongOptimizer {
  fileprivate static let long = section(
    LongOptimizer(),
    [
      .init(
        "kind", \.kind, .word, required: "adam",
        meaning: "The optimizer; the map is for the numbers of `adam`."),
      .init(
        "mean", \.mean,
        .optional(.number("a number of at least 0 and below 1", example: "0.9") { $0 >= 0 && $0 < 1 }),
        meaning: "The share of the mean of gradients that stays, of `adam`; 0.9 without."),
      .init(
        "square", \.square,
        .optional(.number("a number of at least 0 and below 1", example: "0.999") { $0 >= 0 && $0 < 1 }),
        meaning: "The share of the mean of squares that stays, of `adam`; 0.999 without."),
      // Far above the least number of Float32: no gradient must not become 0 / 0.
      .init(
        "epsilon", \.epsilon,
        .optional(.number("a number from 1e-20 to 1", example: "1e-8") { $0 >= 1e-20 && $0 <= 1 }),
        meaning: "What is added to the root of that mean, of `adam`; 1e-8 without."),
    ])
}
