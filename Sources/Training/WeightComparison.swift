import EnergyModels
import Foundation
import MessagePassing
import Tensors

/// Looks for silent faults of memory or processor: ranks that hold the same weights, one in each replica, must hold the
/// same bits, since every step gives each of them the same sums.
///
/// Sends, where there are replicas, 8 bytes a tensor to each other replica and one reduction.
struct WeightComparison {
  private struct Tensor {
    let name: String
    let digest: UInt64
  }

  private let tensors: [Tensor]

  init(_ parameters: Parameters) {
    var tensors: [Tensor] = []
    for weights in parameters.connections {
      let digest = weights.forward.digest &* 31 &+ (weights.backward?.digest ?? 0)
      tensors.append(Tensor(name: weights.connection.weightName, digest: digest))
    }
    for (k, bias) in zip(parameters.portion.layers, parameters.biases) {
      tensors.append(Tensor(name: "layers.\(k).bias", digest: bias.digest))
    }
    self.tensors = tensors
  }

  /// Throws, on every rank alike, where two replicas differ; every rank must call it, at the same step.
  ///
  /// - Parameter lastCheckpoint: asked on every rank before it throws: what to go on from.
  func check(over grid: Grid, step: Int, lastCheckpoint: () throws -> String?) throws {
    guard grid.twins.count > 1 else { return }
    let mine = tensors.flatMap { tensor in withUnsafeBytes(of: tensor.digest.littleEndian, Array.init) }
    let all = try grid.twins.allGather(mine)
    var differ = [Int64(all.contains { $0 != all[0] } ? 1 : 0)]
    try grid.world.maximum(&differ)
    guard differ[0] > 0 else { return }
    let last = try lastCheckpoint()
    let hosts = try grid.twins.allGather(Array(Session.processorName.utf8))
    try grid.world.agree {
      guard all.contains(where: { $0 != all[0] }) else { return }
      throw WeightsDiffer(
        tensor: firstDifferent(all), holders: holders(all, hosts, grid), step: step, lastCheckpoint: last)
    }
  }

  private func firstDifferent(_ all: [[UInt8]]) -> String {
    let place = all[0].indices.first { place in all.contains { $0[place] != all[0][place] } }
    return tensors[(place ?? 0) / 8].name
  }

  /// The ranks, with their hosts, in groups of those that agree, the largest first.
  private func holders(_ all: [[UInt8]], _ hosts: [[UInt8]], _ grid: Grid) -> [[String]] {
    let groups = Dictionary(grouping: all.indices) { all[$0] }.values.sorted {
      ($1.count, $0[0]) < ($0.count, $1[0])
    }
    return groups.map { replicas in
      replicas.map { replica in
        var place = grid.place
        place.replica = replica
        let host = String(decoding: hosts[replica], as: UTF8.self)
        return "rank \(grid.shape.rank(at: place)) on \(host)"
      }
    }
  }
}

/// Ranks that hold the same weights hold different bits.
struct WeightsDiffer: Error, Sendable, ExitCoded, CustomStringConvertible {
  let tensor: String
  let holders: [[String]]
  let step: Int
  let lastCheckpoint: String?
  var exitCode: Int32 { 71 }

  var description: String {
    let groups = holders.map { $0.joined(separator: ", ") }.joined(separator: " differs from ")
    return
      "\(tensor) is not the same everywhere after step \(step): \(groups); a fault of memory or processor"
      + (lastCheckpoint.map { "; run again to go on from \($0)" } ?? "; run again from the beginning")
  }
}
