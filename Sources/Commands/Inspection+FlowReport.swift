import DataSets
import FileFormats
import Foundation
import Inspection
import Reporting
import Tasks
import Tensors
import Training

extension Inspection {
  /// Ten samples beside those of earlier epochs, and three points of the flow.
  func drawnFlow(directory: String) throws -> DrawnFlow {
    var course = FlowCourse()
    course.step = 0.05
    let paths = try follow(points: 0..<10, course) { $0 % 10 }
    let now = DrawnFlow.Row(epoch: epoch, samples: paths.frames[0].map(brightness))
    let (times, fields) = try velocities()
    return DrawnFlow(
      rows: SavedSamples(directory: directory, width: network.inputs).rows(before: epoch) + [now],
      times: times, fields: fields, extents: data.isPicture ? data.extents : nil)
  }

  /// At three times on the way of an example of the training split each: the point, v and u there, greys about ½.
  private func velocities() throws -> (times: [Double], fields: [[[Double]]]) {
    let examples = try examples(.training)
    let times = [0.1, 0.5, 0.9]
    guard examples.count >= times.count else { return ([], []) }
    let random = CounterRandom(seed: run.seed, purpose: .samples)
    let inputs = inputs(of: examples)
    func noise(_ row: Int, _ unit: Int) -> Double { random.normal(row, 1, unit) }
    let points = Matrix(rows: times.count, columns: network.inputs, precision: parameters.precision) {
      (1 - times[$0]) * noise($0, $1) + times[$0] * inputs[$0, $1]
    }
    let labels = (0..<times.count).map { examples.labels.isEmpty ? 0 : Int(examples.labels[$0]) }
    let velocity = try VelocityField(self, rows: times.count, sampler: .spring, labels: labels).velocity(
      at: points)
    func shown(_ value: (Int, Int) -> Double) -> [[Double]] {
      times.indices.map { row in (0..<network.inputs).map { value(row, $0) } }
    }
    return (
      times,
      [
        shown { points[$0, $1] }.map(brightness), shown { 0.5 + velocity[$0, $1] / 6 },
        shown { 0.5 + (inputs[$0, $1] - noise($0, $1)) / 6 },
      ]
    )
  }
}

/// Samples of earlier epochs in a run directory: `samples/epoch-000012.npy`, each half as late again as the one before.
struct SavedSamples {
  let directory: String
  /// Numbers of a sample.
  let width: Int

  private var folder: String { RunDirectory(path: directory).samples }

  private func header(_ count: Int) -> [UInt8] { NPZ.header(of: .init("samples", .float32, [count, width])) }

  /// Those of epochs before one, by rising epochs; what cannot be read is left out.
  func rows(before epoch: Int) -> [DrawnFlow.Row] {
    let names = (try? FileStatus.entries(of: folder)) ?? []
    return names.sorted().compactMap { name in
      guard let match = name.wholeMatch(of: #/epoch-(\d+)\.npy/#), let saved = Int(match.1), saved < epoch,
        let bytes = FileManager.default.contents(atPath: joinPath(folder, name))
      else { return nil }
      let count = 10
      let head = header(count)
      guard bytes.count == head.count + 4 * count * width, Array(bytes.prefix(head.count)) == head else {
        return nil
      }
      let numbers = bytes.dropFirst(head.count).withUnsafeBytes { raw in
        (0..<count * width).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
      }
      return DrawnFlow.Row(
        epoch: saved, samples: (0..<count).map { Array(numbers[$0 * width..<($0 + 1) * width]) })
    }
  }

  /// Adds the last row of a flow, where it is late enough.
  func save(_ flow: DrawnFlow) throws {
    guard let last = flow.rows.last, last.epoch > 0 else { return }
    let before = flow.rows.dropLast().last?.epoch ?? 0
    guard 2 * last.epoch >= 3 * before else { return }
    try DurableFile.createDirectory(folder)
    let numbers = last.samples.flatMap { $0.map(Float.init) }
    let name = "epoch-" + String(format: "%06d", last.epoch) + ".npy"
    try DurableFile.write(
      header(last.samples.count) + numbers.withUnsafeBytes { Array($0) }, to: joinPath(folder, name))
  }
}
