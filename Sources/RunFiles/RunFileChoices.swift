import EnergyModels
import EquilibriumPropagation
import Schema
import Tensors

// The values that are a word or a number in their short form and a map in their long one.

extension Codec where Value == Duration {
  /// A count, or `{tolerance: t, at-most: n}`.
  static let duration = Self(
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content {
        let limited = try Codec<LimitedDuration>.limited.read(tree, path)
        return Duration(atMost: limited.atMost, tolerance: limited.tolerance)
      }
      guard let count = try? Codec<Int>.whole(RunFileRange.count, example: 15).read(tree, path) else {
        throw SchemaError(
          tree.position, "'\(path)' is \(tree.found)",
          hint: "it takes a whole number from 1 to \(RunFileRange.count.upperBound), such as 15, "
            + "or {tolerance: 1e-4, at-most: 100}")
      }
      return Duration(atMost: count)
    },
    write: { duration in
      guard let tolerance = duration.tolerance else { return .value("\(duration.atMost)") }
      return .value("{tolerance: \(tolerance), at-most: \(duration.atMost)}")
    }, keys: Codec<LimitedDuration>.limited.keys)
}

extension Codec where Value == Rate {
  /// A number of at least 0, or `balanced`.
  static let rate = Self(
    read: { tree, path throws(SchemaError) in
      if tree.text == balanced { return .balanced }
      let number = Codec<Double>.number("a number of at least 0", example: "0.05") { $0 >= 0 }
      guard let rate = try? number.read(tree, path) else {
        throw .noWord(tree, path, of: [balanced], or: "a number of at least 0, such as 0.05")
      }
      return .fixed(rate)
    },
    write: { rate in
      switch rate {
      case .fixed(let rate): .value("\(rate)")
      case .balanced: .value(balanced)
      }
    })

  private static var balanced: String { "balanced" }
}

/// The long form of a duration.
private struct LimitedDuration: Sendable {
  var tolerance = 0.0
  var atMost = 0
}

extension Codec where Value == LimitedDuration {
  fileprivate static let limited = section(
    LimitedDuration(),
    [
      .init(
        "tolerance", \.tolerance, .number("a number above 0", example: "1e-4") { $0 > 0 }, required: "1e-4"),
      .init("at-most", \.atMost, .whole(RunFileRange.count, example: 100), required: "100"),
    ])
}

extension Codec where Value == Pooling {
  /// `max`, `average` or `soft`, of squares of 2 × 2 positions, or `{kind: max, size: 3}`.
  static let pooling = Self(
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content { return try Codec<Pooling>.sized.read(tree, path) }
      return Pooling(kind: try Codec<PoolingKind>.word.read(tree, path), size: 2)
    },
    write: { .value($0.size == 2 ? $0.kind.rawValue : "{kind: \($0.kind.rawValue), size: \($0.size)}") },
    keys: Codec<Pooling>.sized.keys)

  private static let sized = section(
    Pooling(kind: .max, size: 2),
    [
      .init("kind", \.kind, .word, required: "max"),
      .init("size", \.size, .whole(RunFileRange.positions, example: 2)),
    ])
}

extension Codec where Value == Initialization {
  /// `glorot-uniform`, `{uniform: gain}` or `{spectral: gain}`.
  static let initialization = Self(
    read: { tree, path throws(SchemaError) in
      if case .map = tree.content {
        let gain = try Codec<Gain>.gain.read(tree, path)
        switch (gain.uniform, gain.spectral) {
        case (let gain?, nil): return .uniform(gain: gain)
        case (nil, let gain?): return .spectral(gain: gain)
        default:
          throw SchemaError(
            tree.position, "'\(path)' needs one of uniform and spectral", hint: "write {uniform: 0.7}")
        }
      }
      guard tree.text == glorot else {
        throw .noWord(tree, path, of: [glorot], or: "{uniform: 0.7}")
      }
      return .glorotUniform
    },
    write: { initialization in
      switch initialization {
      case .glorotUniform: .value(glorot)
      case .uniform(let gain): .value("{uniform: \(gain)}")
      case .spectral(let gain): .value("{spectral: \(gain)}")
      }
    }, keys: Codec<Gain>.gain.keys)

  private static var glorot: String { "glorot-uniform" }
}

private struct Gain: Sendable {
  var uniform: Double?
  var spectral: Double?
}

extension Codec where Value == Gain {
  fileprivate static let gain = section(
    Gain(),
    [
      .init("uniform", \.uniform, .optional(.number("a number above 0", example: "0.7") { $0 > 0 })),
      .init("spectral", \.spectral, .optional(.number("a number above 0", example: "0.8") { $0 > 0 })),
    ])
}
