import FileFormats
import Foundation
import Inspection
import MessagePassing
import Reporting

extension Sampling {
  /// Points of a flow: where they end in a square, the first ones on their way in rows, and all as numbers.
  func drawFlow(on world: borrowing Communicator) throws {
    let inspection = try world.agree { try inspected.load() }
    var course = flow.course(step: step, seed: seed)
    course.frames = min(frames ?? 10, course.velocities)
    let paths = try FlowDraw(inspection, labels: label, on: world).follow(
      count: count ?? 64, course, on: world)
    guard world.rank == 0 else { return }
    let path = output ?? inspected.directory + "/sample.png"
    let extents = inspection.data.extents
    let (ends, count) = (paths.frames[paths.frames.count - 1], paths.frames[0].count)
    if inspection.data.isPicture {
      let side = Int(Double(count).squareRoot().rounded(.up))
      let shown = ends.map(inspection.brightness)
      func write(_ rows: [[[Double]]], to path: String) throws {
        try DurableFile.write(Picture(samples: rows, extents).png, to: path)
        print(path)
      }
      try write(
        stride(from: 0, to: count, by: side).map { Array(shown[$0..<min($0 + side, count)]) }, to: path)
      if course.frames > 1 {
        let ways = (0..<min(count, 8)).map { point in
          paths.frames.map { inspection.brightness(of: $0[point]) }
        }
        try write(ways, to: (path.hasSuffix(".png") ? String(path.dropLast(4)) : path) + "-path.png")
      }
    }
    try writeNumbers(
      (0..<count).map { point in paths.frames.map { $0[point] } }, extents: extents, beside: path)
    print("t " + paths.times.map { String(format: "%.4g", $0) }.joined(separator: " "))
  }
}

/// Points of a flow, their blocks dealt to the ranks.
struct FlowDraw {
  private let inspection: Inspection
  private let labels: [Int]

  /// - Parameter labels: that points have in turn; of a network that labels clamp a layer of all without.
  init(_ inspection: Inspection, labels: [Int], on world: borrowing Communicator) throws {
    self.inspection = inspection
    let held = inspection.network.clampedLayers.first
    self.labels = labels.isEmpty ? Array(0..<(held.map(inspection.network.units) ?? 1)) : labels
    try world.agree {
      guard let held else {
        if labels.isEmpty { return }
        throw UsageError("--label: no layer of this run is clamped to labels")
      }
      let classes = inspection.network.units(held)
      if let wrong = labels.first(where: { !(0..<classes).contains($0) }) {
        throw UsageError("--label \(wrong): the classes are 0 to \(classes - 1)")
      }
    }
  }

  /// Of each point its label.
  func labels(count: Int) -> [Int] { (0..<count).map { labels[$0 % labels.count] } }

  /// Every frame of every point on rank 0, the rank's own elsewhere; sends each number once.
  func follow(count: Int, _ course: FlowCourse, on world: borrowing Communicator) throws -> FlowPaths {
    let block = Inspection.flowBlock
    let blocks = (count + block - 1) / block
    let (rank, ranks) = (world.rank, world.count)
    func mine(_ rank: Int) -> Range<Int> {
      func first(_ rank: Int) -> Int { min((blocks * rank + ranks - 1) / ranks * block, count) }
      return first(rank)..<first(rank + 1)
    }
    let points = mine(rank)
    var paths = try world.agree {
      points.isEmpty
        ? FlowPaths() : try inspection.follow(points: points, course) { labels[$0 % labels.count] }
    }
    let numbers = paths.frames.flatMap { $0.flatMap { $0 } }
    guard let all = try world.gather(numbers.withUnsafeBytes { Array($0) }, at: 0) else { return paths }
    let width = inspection.network.inputs
    paths.frames = Array(repeating: [], count: course.frames)
    for (rank, bytes) in all.enumerated() {
      let numbers = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
      let count = mine(rank).count
      for frame in 0..<course.frames {
        for point in 0..<count {
          let first = (frame * count + point) * width
          paths.frames[frame].append(Array(numbers[first..<first + width]))
        }
      }
    }
    return paths
  }
}
