import DataSets
import EnergyModels
import FileFormats
import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct CheckpointLayoutTests {
  static let cases: [(tiling: Tiling, grids: [String])] = [
    (
      tiling(units: [144, 10], shards: 4, slices: 4),
      ["1x1x1", "2x1x1", "4x1x1", "1x2x1", "1x1x2", "1x1x4", "2x2x1", "2x1x2", "1x2x2", "2x2x4", "4x2x4"]
    ),
    (
      tiling(units: [100, 40, 130, 10], shards: 3, slices: 2),
      ["1x1x1", "3x1x1", "1x2x1", "1x3x1", "1x4x1", "1x1x2", "3x1x2", "1x2x2", "1x3x2", "3x4x2"]
    ),
    (
      tiling(units: [70, 90, 10], shards: 5, slices: 4),
      ["1x1x1", "5x1x1", "1x2x1", "1x3x1", "1x1x2", "1x1x4", "1x2x2", "1x3x4", "5x3x4"]
    ),
    (tiling(units: [10], shards: 2), ["1x1x1", "2x1x1"]),
  ]

  /// Counts that shards do not divide.
  private func layout(_ deal: Deal) -> CheckpointLayout {
    CheckpointLayout(
      deal: deal, moments: [.velocity],
      persistent: [
        .examples(.training): 47, .examples(.validation): 11, .examples(.test): 1, .chains: 20,
      ], offsets: true, precision: .float32)
  }

  @Test("The pieces of the ranks cover every tensor just once", arguments: cases.indices)
  func cover(index: Int) throws {
    let (tiling, grids) = Self.cases[index]
    for grid in grids {
      let deal = try deal(tiling, grid)
      for tensor in layout(deal).files.flatMap(\.tensors) {
        #expect(
          try coverage(tensor.content, tensor.rows, tensor.columns, deal).allSatisfy { $0 == 1 },
          "\(tensor.name) on \(grid)")
      }
    }
  }

  @Test("States cut anywhere are covered just once", arguments: [0..<1, 5..<6, 3..<30, 11..<12, 0..<47])
  func stretches(examples: Range<Int>) throws {
    for (tiling, grids) in Self.cases {
      for grid in grids {
        let deal = try deal(tiling, grid)
        let content = CheckpointLayout.Content.states(.examples(.training), layer: 1, examples: examples)
        let counts = try coverage(content, examples.count, tiling.network.units(1), deal)
        #expect(counts.allSatisfy { $0 == 1 }, "\(examples) on \(grid)")
      }
    }
  }

  @Test("A copy in which a bit flips before it is on disk is refused", arguments: [0, 3, -1])
  func flippedCopy(place: Int) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/copy-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (tiling, grids) = Self.cases[0]
    let file = try #require(layout(deal(tiling, grids[0])).files.first)
    var copy = FileContents(file, precision: .float32)
    for index in copy.bytes.bytes.indices { copy.bytes.bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
    copy.seal()
    #expect(try copy.write(to: folder).size > copy.bytes.bytes.count)
    copy.bytes.bytes[place < 0 ? copy.bytes.bytes.count + place : place] ^= 0x80
    let refused = #expect(throws: FileError.self) { try copy.write(to: folder) }
    #expect(refused?.description.contains("changed in memory while it was being saved") == true)
  }

  /// How often each element of a tensor is handed in.
  private func coverage(
    _ content: CheckpointLayout.Content, _ rows: Int, _ columns: Int, _ deal: Deal
  ) throws -> [Int] {
    var counts = [Int](repeating: 0, count: rows * columns)
    for place in places(deal.grid) {
      for piece in CheckpointLayout.pieces(of: content, at: place, deal: deal) {
        for row in piece.rows {
          for column in piece.columns {
            try #require((0..<rows).contains(row) && column < columns)
            counts[row * columns + column] += 1
          }
        }
      }
    }
    return counts
  }

  @Test("A piece of states names the shard and the row that its examples have there")
  func shardsOfStates() throws {
    let deal = try deal(tiling(units: [10], shards: 3), "1x1x1")
    for piece in CheckpointLayout.pieces(
      of: .states(.examples(.training), layer: 1, examples: 7..<20), at: deal.grid.place(ofRank: 0),
      deal: deal)
    {
      for i in 0..<piece.bands {
        // Example e is row e / shards of shard e mod shards.
        let example = 7 + piece.firstRow + i * piece.rowStep
        #expect(example % 3 == piece.shard && example / 3 == piece.shardRow + i)
      }
    }
  }

  @Test("A replica's examples are read in stretches, each once and no other's", arguments: [1, 2, 4])
  func stretches(replicas: Int) throws {
    let deal = try deal(tiling(units: [10], shards: 4), "\(replicas)x1x1")
    for examples in [0..<47, 5..<6, 7..<20, 3..<3] {
      var counts = [Int](repeating: 0, count: 47)
      for replica in 0..<replicas {
        let stretches = deal.stretches(of: examples, replica: replica)
        #expect(replicas > 1 || stretches == (examples.isEmpty ? [] : [examples]))
        for example in stretches.joined() {
          #expect(deal.shards(replica: replica).contains(example % 4))
          counts[example] += 1
        }
      }
      #expect(counts == (0..<47).map { examples.contains($0) ? 1 : 0 })
    }
  }

  @Test("Names, shapes and files follow from the run, not from the grid")
  func names() throws {
    let tiling = Self.cases[1].tiling
    let one = layout(try deal(tiling, "1x1x1"))
    let many = layout(try deal(tiling, "3x4x2"))
    let listed = { (layout: CheckpointLayout) in
      layout.files.map { file in "\(file.name): \(file.tensors.map { "\($0.name) \($0.shape)" })" }
    }
    #expect(listed(one) == listed(many))
    #expect(
      listed(one).first == """
        layer-1.safetensors: ["layers.1.weight [20, 100]", "layers.1.bias [100]", \
        "layers.1.weight.velocity [20, 100]", "layers.1.bias.velocity [100]"]
        """)
    #expect(listed(one).last == #"states-chains-4-0.safetensors: ["states.chains.4.from.0 [20, 10]"]"#)
    #expect(
      listed(one)[4] == """
        offsets.safetensors: ["layers.1.offset [100]", "layers.2.offset [40]", "layers.3.offset [130]", \
        "layers.4.offset [10]"]
        """)
    #expect(one.files.count == 4 + 1 + 4 * 4)
    let adam = CheckpointLayout(
      deal: try deal(tiling, "1x1x1"), moments: [.mean, .square], persistent: [:], precision: .float32)
    #expect(
      adam.files.first?.tensors.map(\.name) == [
        "layers.1.weight", "layers.1.bias", "layers.1.weight.mean", "layers.1.bias.mean",
        "layers.1.weight.square", "layers.1.bias.square",
      ])
  }

  @Test("Large states are cut into files of bounded size that follow on each other")
  func cut() throws {
    let deal = try deal(tiling(units: [100_000, 10], shards: 2), "1x1x1")
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [.examples(.training): 1000], precision: .float64)
    let states = layout.files.flatMap(\.tensors).filter { $0.name.hasPrefix("states.training.1.") }
    #expect(states.count > 1)
    #expect(states.reduce(0) { $0 + $1.rows } == 1000)
    #expect(states.allSatisfy { $0.rows * $0.columns * 8 <= 64 << 20 })
    #expect(states[1].name == "states.training.1.from.\(states[0].rows)")
  }
}
