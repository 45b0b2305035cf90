import DataSets
import FileFormats
import Foundation
import Inspection
import Reporting

extension Sampling {
  /// Chains of a model: their last states in a square, or each in a row over time; as numbers beside it.
  func drawChains(of inspection: Inspection) throws {
    guard label.isEmpty else { throw UsageError("--label: a model of inputs knows no classes") }
    let (count, frames) = (count ?? 16, frames ?? 1)
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
      try DurableFile.write(Picture(samples: rows, extents).png, to: path)
      print(path)
    }
    let samples = (0..<count).map { chain in chains.frames.map { $0.inputs[chain] } }
    try writeNumbers(samples, extents: extents, beside: path)
    let ends = chains.energies.map { $0[$0.count - 1] }
    print(
      "energy " + ends.prefix(8).map { String(format: "%.3f", $0) }.joined(separator: " ")
        + (count > 8 ? " …" : ""))
  }

  /// Samples × frames × what an input is, in Float32, in a file called as the picture.
  func writeNumbers(_ samples: [[[Double]]], extents: [Int], beside picture: String) throws {
    let path = picture.hasSuffix(".png") ? String(picture.dropLast(4)) + ".npy" : picture + ".npy"
    let shape = [samples.count, samples.first?.count ?? 0] + extents
    let numbers = samples.flatMap { $0.flatMap { $0.map(Float.init) } }
    let header = NPZ.header(of: .init("samples", .float32, shape))
    try DurableFile.write(header + numbers.withUnsafeBytes { Array($0) }, to: path)
    print(path)
  }
}
