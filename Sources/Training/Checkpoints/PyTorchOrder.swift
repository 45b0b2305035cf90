import EnergyModels

/// How PyTorch's module holds the numbers of a weight or a bias of this program.
struct PyTorchOrder {
  /// The tensor's shape there.
  let shape: [Int]
  /// Of each axis here, how far apart its neighbours lie there.
  private let strides: [Int]
  /// Here, with the axis of rows parted into positions and channels where these are exchanged.
  private let axes: [Int]

  /// `Linear` n_k × n_j, whose n_j of a picture count channel by channel; `Conv2d` n_k × n_j × h × w; `ConvTranspose2d`
  /// n_j × n_k × h × w; a bias as here.
  ///
  /// - Parameter extents: height, width and channels of an input.
  init(of tensor: CheckpointLayout.Tensor, in network: Network, extents: [Int]) {
    guard case .weight(let index, _) = tensor.content else {
      (shape, axes, strides) = (tensor.shape, tensor.shape, [1])
      return
    }
    let connection = network.connections[index]
    if let kernel = network.wirings[index].kernel {
      let (taps, below, above) = (kernel[0] * kernel[1], tensor.shape[2], tensor.shape[3])
      axes = tensor.shape
      if connection.coupling is TransposedConvolution {
        shape = [below, above] + kernel
        strides = [kernel[1], 1, above * taps, taps]
      } else {
        shape = [above, below] + kernel
        strides = [kernel[1], 1, taps, below * taps]
      }
    } else {
      let (rows, above) = (tensor.rows, tensor.columns)
      let channels = connection.source == 0 ? extents[2] : network.units(connection.source)
      shape = [above, rows]
      axes = [rows / channels, channels, above]
      strides = [1, rows / channels, rows]
    }
  }

  /// The index there of an element here.
  fileprivate func index(_ here: Int) -> Int {
    var (rest, there) = (here, 0)
    for (axis, stride) in zip(axes, strides).reversed() {
      there += rest % axis * stride
      rest /= axis
    }
    return there
  }
}

extension StoredTensor {
  /// PyTorch's elements in this program's order.
  func reordered(_ order: PyTorchOrder) -> StoredTensor {
    switch self {
    case .float32(let values): .float32(values.indices.map { values[order.index($0)] })
    case .float64(let values): .float64(values.indices.map { values[order.index($0)] })
    }
  }
}
