import DataSets
import FileFormats
import Foundation
import Inspection

extension Sampling {
  /// Chains of a model: their last states in a square, or each in a row over time; as numbers beside it.
  func drawChains(of inspection: Inspection) throws {
    guard label.isEmpty else { throw UsageError("--label: a model of inputs knows no classes") }
    let count = count ?? 16
    let chains = try inspection.chains(
      count: count, sweeps: iterations ?? 1000, frames: frames, seed: seed)
    let path = output ?? inspected.directory + "/sample.png"
    let extents = inspection.data.extents
    if inspection.data.isPicture {
      let last = chains.frames[chains.frames.count - 1].inputs.map(inspection.brightness)
      let side = Int(Double(count).squareRoot().rounded(.up))
      let rows =
        frames == 1
        ? stride(from: 0, to: count, by: side).map { Array(last[$0..<min($0 + side, count)]) }
        : (0..<count).map { chain in chains.frames.map { inspection.brightness(of: $0.inputs[chain]) } }
      let picture = PictureGrid(rows, height: extents[0], width: extents[1], channels: extents[2])
      try DurableFile.write(picture.png, to: path)
      print(path)
    }
    let numbers = path.hasSuffix(".png") ? path.dropLast(4) + ".npy" : path + ".npy"
    try DurableFile.write(npy(chains, shape: [count, frames] + extents), to: String(numbers))
    print(numbers)
    let ends = chains.energies.map { $0[$0.count - 1] }
    print(
      "energy " + ends.prefix(8).map { String(format: "%.3f", $0) }.joined(separator: " ")
        + (count > 8 ? " …" : ""))
  }

  /// Chains × frames × what an input is, in Float32.
  private func npy(_ chains: SampledChains, shape: [Int]) -> [UInt8] {
    let header = NPZ.header(of: .init("samples", .float32, shape))
    let numbers = chains.energies.indices.flatMap { chain in
      chains.frames.flatMap { $0.inputs[chain].map(Float.init) }
    }
    return header + numbers.withUnsafeBytes { Array($0) }
  }
}
