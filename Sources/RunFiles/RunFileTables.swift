import DataSets
import EnergyModels
import EquilibriumPropagation
import Schema

// One row a key. To add one: a property, its default in `RunFile.blank`, a row here.

extension Codec where Value == RunFile {
  static let runFile = section(
    .blank,
    [
      .init("name", \.name, .text(RunFileRange.name, example: "mnist-1h", where: RunFile.isName)),
      .init("seed", \.seed, .whole(0...UInt64.max, example: 1)),
      .init("data", \.data, .data, required: "{format: digits}"),
      .init("network", \.network, .network),
      .init("rule", \.rule, .rule),
      .init("relaxation", \.relaxation, .relaxation),
      .init("nudging", \.nudging, .nudging),
      .init("training", \.training, .training),
      .init("tiling", \.tiling, .tiling),
      .init("checkpoint", \.checkpoint, .checkpoint),
      .init("report", \.report, .report),
    ])
}

/// The values several keys share.
enum RunFileRange {
  /// Large enough for any run, small enough that products of two of them do not overflow.
  static let count = 1...1_000_000
  /// Of a kernel's or a pool's height.
  static let positions = 1...256
  static let name = "a text of at most 100 bytes without '/' that starts with no dot"
}

extension Codec where Value == DataSource {
  static let data = section(
    RunFile.blank.data,
    [
      .init("format", \.format, .word, required: "digits"),
      .init(
        "path", \.path,
        .optional(.text("a path", example: "data/mnist") { !$0.isEmpty && !$0.unicodeScalars.contains("\0") })
      ),
      .init("training", \.training, .optional(.whole(1...1_000_000_000, example: 50_000))),
      .init("validation", \.validation, .whole(0...1_000_000_000, example: 10_000)),
      .init("divisor", \.divisor, .optional(.number("a number above 0", example: "255") { $0 > 0 })),
      .init("normalize", \.normalize, .optional(.normalize)),
      .init("augment", \.augment, .optional(.augment)),
    ])
}

extension Codec where Value == Normalization {
  static let normalize = section(
    Normalization(mean: [], deviation: []),
    [
      .init(
        "mean", \.mean,
        .list(
          of: .number("a number", example: "0.5") { _ in true }, atMost: 1000, example: "[0.5, 0.5, 0.5]"),
        required: "[0.5]"),
      .init(
        "deviation", \.deviation,
        .list(
          of: .number("a number above 0", example: "0.25") { $0 > 0 }, atMost: 1000,
          example: "[0.25, 0.25, 0.25]"), required: "[0.25]"),
    ])
}

extension Codec where Value == Augmentation {
  static let augment = section(
    Augmentation(flip: false, crop: 0),
    [.init("flip", \.flip, .flag), .init("crop", \.crop, .whole(0...1000, example: 4))])
}

extension Codec where Value == NetworkSettings {
  static let network = section(
    RunFile.blank.network,
    [
      .init(
        "layers", \.layers, .list(of: .layer, atMost: 1000, example: "[{units: 500}, {units: 10}]"),
        required: "[{units: 500}, {units: 10}]"),
      .init(
        "connections", \.connections,
        .optional(.list(of: .connection, atMost: 10_000, example: "[{from: 0, to: 1}, {from: 1, to: 2}]"))),
      .init("initialization", \.initialization, .initialization),
      .init("cost", \.cost, .word),
    ])
}

extension Codec where Value == ConnectionSettings {
  static let connection = section(
    ConnectionSettings(from: 0, to: 0),
    [
      .init("from", \.source, .whole(0...1000, example: 0), required: "0"),
      .init("to", \.target, .whole(1...1000, example: 1), required: "1"),
      .init("kernel", \.window.kernel, .optional(.whole(RunFileRange.positions, example: 3))),
      .init("stride", \.window.stride, .optional(.whole(RunFileRange.positions, example: 2))),
      .init(
        "padding", \.window.padding, .optional(.whole(0...RunFileRange.positions.upperBound, example: 1))),
      .init("pool", \.window.pool, .optional(.pooling)),
    ])
}

extension Codec where Value == LayerSettings {
  static let layer = section(
    .blank,
    [
      .init("units", \.units, .whole(RunFileRange.count, example: 500), required: "500"),
      .init("activation", \.activation, .word),
      .init("rate", \.rate, .rate),
      .init("gain", \.gain, .optional(.number("a number above 0", example: "0.4") { $0 > 0 })),
      .init("kernel", \.window.kernel, .optional(.whole(RunFileRange.positions, example: 3))),
      .init("stride", \.window.stride, .optional(.whole(RunFileRange.positions, example: 2))),
      .init(
        "padding", \.window.padding, .optional(.whole(0...RunFileRange.positions.upperBound, example: 1))),
      .init("pool", \.window.pool, .optional(.pooling)),
    ])
}

extension Codec where Value == Relaxation {
  static let relaxation = section(
    RunFile.blank.relaxation,
    [
      .init("updates", \.updates, .word),
      .init("step", \.step, .number("a number above 0 and at most 1", example: "0.5") { $0 > 0 && $0 <= 1 }),
      .init("factor", \.factor, .number("a number above 0 and below 2", example: "1.2") { $0 > 0 && $0 < 2 }),
      .init("start", \.start, .word),
      .init("free", \.free, .duration),
      .init("nudged", \.nudged, .duration),
    ])
}

extension Codec where Value == Nudging {
  static let nudging = section(
    RunFile.blank.nudging,
    [
      .init("kind", \.kind, .word),
      .init("beta", \.beta, .number("a number other than 0", example: "0.2") { $0 != 0 }),
      .init("points", \.points, .optional(.whole(2...64, example: 4))),
      .init("reject", \.reject, .flag),
      .init("form", \.form, .nudgeForm),
    ])
}

extension Codec where Value == TrainingSettings {
  static let training = section(
    RunFile.blank.training,
    [
      .init("epochs", \.epochs, .whole(RunFileRange.count, example: 10)),
      .init("batch", \.batch, .whole(RunFileRange.count, example: 16)),
      .init("shuffle", \.shuffle, .flag),
      .init("optimizer", \.optimizer, .optimizer),
      .init(
        "momentum", \.momentum,
        .number("a number of at least 0 and below 1", example: "0.9") { $0 >= 0 && $0 < 1 }),
      .init("decay", \.decay, .number("a number of at least 0", example: "2.5e-4") { $0 >= 0 }),
      .init("schedule", \.schedule, .schedule),
      .init("reduction", \.reduction, .word),
      .init("precision", \.precision, .word),
    ])
}

extension Codec where Value == TilingSettings {
  static let tiling = section(
    RunFile.blank.tiling,
    [
      .init("shards", \.shards, .whole(1...TilingSettings.mostShards, example: 4)),
      .init("slices", \.slices, .whole(1...TilingSettings.mostSlices, example: 2)),
    ])
}

extension Codec where Value == CheckpointSettings {
  static let checkpoint = section(
    RunFile.blank.checkpoint,
    [
      .init("every", \.every, .optional(.whole(1...1_000_000_000, example: 500))),
      .init("keep", \.keep, .whole(RunFileRange.count, example: 3)),
      .init("wait", \.wait, .flag),
    ])
}

extension Codec where Value == ReportSettings {
  static let report = section(
    RunFile.blank.report, [.init("html", \.html, .flag), .init("tensorboard", \.tensorboard, .flag)])
}
