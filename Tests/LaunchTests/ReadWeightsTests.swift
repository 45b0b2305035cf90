import Foundation
import TestBasis
import Testing

/// A checkpoint's tensors reach NumPy by the public `safetensors` package.
@Suite struct ReadWeightsTests {
  // Needs a Python with numpy and safetensors: launch/setup --for-tests makes one.
  @Test(.enabled(if: Repository.hasSafetensors, "needs numpy and safetensors in Python"))
  func printsTheNewestCheckpoint() throws {
    let run = try TemporaryFolder()
    try run.write("checkpoints/LATEST", "step-000000002\n")
    try run.write("checkpoints/step-000000001/layer-1.safetensors", file("old", [0]))
    try run.write(
      "checkpoints/step-000000002/layer-1.safetensors", file("layers.1.weight", [-1.5, 0, 2, 0.25]))
    try run.write("checkpoints/step-000000002/layer-2.safetensors", file("layers.2.bias", [3]))
    let outcome = try LaunchTests.run("python3", [Repository.root + "/launch/read_weights.py", run.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.count == 3)
    #expect(lines[0].hasSuffix("step-000000002: 2 tensors"))
    #expect(lines[1] == "layers.1.weight (4,) float32 -1.5 ... +2")
    #expect(lines[2] == "layers.2.bias (1,) float32 +3 ... +3")
  }

  // Needs the same.
  @Test(.enabled(if: Repository.hasSafetensors, "needs numpy and safetensors in Python"))
  func saysWhenThereIsNone() throws {
    let run = try TemporaryFolder()
    let outcome = try LaunchTests.run("python3", [Repository.root + "/launch/read_weights.py", run.path])
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasPrefix("no checkpoint can be read there: "))
  }

  /// A safetensors file of one Float32 tensor: the length of its header, the header, the values.
  private func file(_ name: String, _ values: [Float]) -> Data {
    let header =
      #"{"\#(name)":{"dtype":"F32","shape":[\#(values.count)],"data_offsets":[0,\#(values.count * 4)]}}"#
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }
}
