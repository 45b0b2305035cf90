import EnergyModels
import EquilibriumPropagation
import Schema
import Tensors

// The values that are a word or a number in their short form and a map in their long one.

extension Codec where Value == Duration {
  /// A count, or `{tolerance: t, at-most: n}`, which mean what is given.
  static func duration(ends: String, most: String, together: String) -> Self {
    let (counted, limited) = (
      Codec<Int>.whole(RunFileRange.count, example: 15),
      Codec<LimitedDuration>.limited(ends: ends, most: most, together: together)
    )
    let takes = "\(counted.takes), or {tolerance: 1e-4, at-most: 100}"
    return Self(
      takes: takes, keys: limited.keys,
      read: { tree, path throws(SchemaError) in
        if case .map = tree.content {
          let limited = try limited.read(tree, path)
          return Duration(atMost: limited.atMost, tolerance: limited.tolerance, together: limited.rows)
        }
        guard let count = try? counted.read(tree, path) else { throw .unfit(tree, path, takes: takes) }
        return Duration(atMost: count)
      },
      write: { duration in
        guard let tolerance = duration.tolerance else { return .value("\(duration.atMost)") }
        let rows = duration.together.map { ", rows: \($0)" } ?? ""
        return .value("{tolerance: \(tolerance), at-most: \(duration.atMost)\(rows)}")
      })
  }
}

extension Codec where Value == SweepOrders {
  /// A word for both phases, or `{free: upwards, nudged: downwards}`; sweeps of even and odd layers are not written.
  static var sweepOrders: Self {
    let word = Codec<SweepOrder>.word
    let each = section(
      SweepOrders(),
      [
        .init("free", \.free, word, required: "upwards", meaning: "The order in the free phase."),
        .init(
          "nudged", \.nudged, word, required: "downwards",
          meaning: "The order in the nudged phase, or in each of them."),
      ])
    let (words, map) = (SweepOrder.allCases.map(\.rawValue), "{free: upwards, nudged: downwards}")
    return Self(
      takes: Spelling.listed(words + [map]), keys: each.keys,
      read: { tree, path throws(SchemaError) in
        if case .map = tree.content { return try each.read(tree, path) }
        guard let order = try? word.read(tree, path) else {
          throw .noWord(tree, path, of: words, or: map)
        }
        return SweepOrders(free: order, nudged: order)
      },
      write: { $0 == SweepOrders() ? nil : .value($0.description) })
  }
}

extension Codec where Value == LayerAnchor {
  /// A free layer's is not written.
  static let layerAnchor = Self(
    takes: word.takes, read: word.read, write: { $0 == .free ? nil : word.write($0) })
}

extension Codec where Value == Rate {
  /// A number of at least 0, or `balanced`.
  static let rate = Self(
    takes: Spelling.listed([balanced, number.takes]),
    read: { tree, path throws(SchemaError) in
      if tree.text == balanced { return .balanced }
      guard let rate = try? number.read(tree, path) else {
        throw .noWord(tree, path, of: [balanced], or: number.takes)
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
  private static let number = Codec<Double>.number("a number of at least 0", example: "0.05") { $0 >= 0 }
}

/// The long form of a duration.
private struct LimitedDuration: Sendable {
  var tolerance = 0.0
  var atMost = 0
  var rows: Int?
}

extension Codec where Value == LimitedDuration {
  fileprivate static func limited(ends: String, most: String, together: String) -> Self {
    section(
      LimitedDuration(),
      [
        .init(
          "tolerance", \.tolerance, .number("a number above 0", example: "1e-4") { $0 > 0 }, required: "1e-4",
          meaning: ends),
        .init(
          "at-most", \.atMost, .whole(RunFileRange.count, example: 100), required: "100", meaning: most),
        .init("rows", \.rows, .optional(.whole(RunFileRange.count, example: 12)), meaning: together),
      ])
  }
}

extension Codec where Value == Pooling {
  /// `max`, `average` or `soft`, of squares of 2 × 2 positions, or `{kind: max, size: 3}`, which mean what is given.
  static func pooling(kind: String, size: String) -> Self {
    let sized = section(
      Pooling(kind: .max, size: 2),
      [
        .init("kind", \.kind, .word, required: "max", meaning: kind),
        .init("size", \.size, .whole(Convolution.sizes, example: 2), meaning: size),
      ])
    return Self(
      takes: Codec<PoolingKind>.word.takes, keys: sized.keys,
      read: { tree, path throws(SchemaError) in
        if case .map = tree.content { return try sized.read(tree, path) }
        return Pooling(kind: try Codec<PoolingKind>.word.read(tree, path), size: 2)
      },
      write: { .value($0.size == 2 ? $0.kind.rawValue : "{kind: \($0.kind.rawValue), size: \($0.size)}") })
  }
}

extension Codec where Value == Initialization {
  /// `glorot-uniform`, `{uniform: gain}` or `{spectral: gain}`.
  static let initialization = Self(
    takes: Spelling.listed([glorot, "{uniform: 0.7}"]), keys: Codec<Gain>.gain.keys,
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
    })

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
      .init(
        "uniform", \.uniform, .optional(.number("a number above 0", example: "0.7") { $0 > 0 }),
        meaning: "U(±gain/√n) for n units of the layer below."),
      .init(
        "spectral", \.spectral, .optional(.number("a number above 0", example: "0.8") { $0 > 0 }),
        meaning:
          "U(±gain √3/(√n + √m)) between n and m units: the gain is the weights' largest singular value."),
    ])
}
