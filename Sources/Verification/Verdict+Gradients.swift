import EquilibriumPropagation
import FileFormats
import Training

extension Verifier.Verdict {
  /// Writes every gradient that was compared, −dC/dθ as the mean over the batch, in Float64: `estimate.layers.1.weight` and
  /// `exact.layers.1.weight`, and for each number of steps `steps.5.…` and `through-time.5.…`, shaped as weights are in files.
  public func writeGradients(to path: String) throws(FileError) {
    var tensors: [(Safetensors.Declaration, [Double])] = []
    for (name, gradient) in gradients {
      for (index, connection) in network.connections.enumerated() {
        tensors.append(
          (
            .init("\(name).\(connection.weightName)", .float64, network.weightShape(index)),
            gradient.weights[index]
          ))
      }
      for k in network.biased {
        tensors.append((.init("\(name).layers.\(k).bias", .float64, [network.units(k)]), gradient[bias: k]))
      }
    }
    var writer = try Safetensors.Writer(path: path, tensors: tensors.map(\.0))
    for (_, elements) in tensors { try writer.append(elements) }
    _ = try writer.finish()
  }
}
