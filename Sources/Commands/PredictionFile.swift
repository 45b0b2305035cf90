import FileFormats
import Foundation
import Training

/// The form of a file of predictions, by its name's ending.
enum PredictionForm: String, CaseIterable {
  case npz, npy, csv

  init?(path: String) {
    guard let form = Self.allCases.first(where: { path.lowercased().hasSuffix("." + $0.rawValue) }) else {
      return nil
    }
    self = form
  }
}

/// Predictions as files hold them.
struct PredictionFile {
  private let prediction: Prediction
  private let areClasses: Bool
  /// Of the classes, where they have any.
  private let names: [String]
  /// Of the examples, where each is a file.
  private let files: [String]

  init(_ prediction: Prediction, areClasses: Bool, names: [String], files: [String]) {
    (self.prediction, self.areClasses, self.names, self.files) = (prediction, areClasses, names, files)
  }

  /// What a file holds, for a message.
  func contents(_ form: PredictionForm) -> String {
    switch form {
    case .npz:
      arrays.map { "\($0.0.name) \($0.0.shape.map(String.init).joined(separator: "×"))" }.joined(
        separator: ", ")
    case .npy: "outputs \(prediction.count)×\(prediction.width)"
    case .csv: "\(prediction.count) lines"
    }
  }

  /// A heading and a line an example: its number from 0, its file where it is one, of classes the class and its margin, and every output.
  var csv: String {
    let (classes, margins) = areClasses ? (prediction.classes, prediction.margins) : ([], [])
    let heading =
      ["example"] + (files.isEmpty ? [] : ["file"])
      + (areClasses ? ["class"] + (names.isEmpty ? [] : ["name"]) + ["margin"] : [])
      + (0..<prediction.width).map { "output_\($0)" }
    let lines = (0..<prediction.count).map { example in
      let outputs = prediction.outputs[example * prediction.width..<(example + 1) * prediction.width]
      return ["\(example)"] + (files.isEmpty ? [] : [Self.cell(files[example])])
        + (areClasses ? ["\(classes[example])"] + name(classes[example]) + [Self.text(margins[example])] : [])
        + outputs.map(Self.text)
    }
    return ([heading] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// Of a class, as a cell; none where classes have none.
  private func name(_ index: Int) -> [String] {
    guard !names.isEmpty else { return [] }
    return [Self.cell(names.indices.contains(index) ? names[index] : "")]
  }

  private static func cell(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// The digits that read back as the same, those of a `float32` where it is one.
  private static func text(_ number: Double) -> String {
    Double(Float(number)) == number ? "\(Float(number))" : "\(number)"
  }

  /// Throws where a file of that name cannot be written.
  static func tryWriting(to path: String) throws {
    let trial = temporary(path)
    try DurableFile.write("", to: trial)
    unlink(trial)
  }

  private static func temporary(_ path: String) -> String {
    joinPath(parentDirectory(of: path), ".partial-" + lastPart(of: path))
  }

  /// Writes it; a file that is there is replaced once the new one is whole.
  func write(to path: String, as form: PredictionForm) throws {
    guard form != .csv else { return try DurableFile.write(csv, to: path) }
    let partial = Self.temporary(path)
    if form == .npy {
      let (outputs, bytes) = arrays[0]
      try DurableFile.write(NPZ.header(of: outputs) + bytes, to: path)
    } else {
      do {
        var archive = try NPZ.Writer(path: partial)
        for (array, bytes) in arrays { try archive.append(array, bytes) }
        _ = try archive.finish()
        try DurableFile.rename(partial, to: path)
      } catch {
        unlink(partial)
        throw error
      }
    }
  }

  private var arrays: [(Safetensors.Declaration, [UInt8])] {
    func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
    let count = prediction.count
    let outputs = Safetensors.Declaration("outputs", .float64, [count, prediction.width])
    var arrays: [(Safetensors.Declaration, [UInt8])] = [(outputs, bytes(prediction.outputs))]
    if areClasses {
      arrays.append((.init("classes", .int64, [count]), bytes(prediction.classes)))
      arrays.append((.init("margins", .float64, [count]), bytes(prediction.margins)))
    }
    for (view, values) in prediction.views.sorted(by: { $0.key.name < $1.key.name }) {
      arrays.append(
        (.init(view.name, .of(values.precision), values.shape), values.bytes))
    }
    return arrays
  }
}

extension Prediction.View {
  /// `states.1`, `activity.1`.
  fileprivate var name: String {
    switch self {
    case .states(let k): "states.\(k)"
    case .activity(let k): "activity.\(k)"
    }
  }
}
