import MessagePassing
import Tensors

extension CheckpointLayout {
  /// Brings each file's pieces to its writer, file i to rank i mod ranks; returns the files of this rank.
  ///
  /// Sends every tensor once: each rank its pieces, one message a file.
  func gather(_ model: Model, grid: Grid, deal: Deal) throws -> [FileContents] {
    var mine: [FileContents] = []
    for (index, file) in files.enumerated() {
      let writer = index % grid.world.count
      var contents = writer == grid.world.rank ? FileContents(file, precision: precision) : nil
      try gather(file, to: writer, model: model, grid: grid, deal: deal, into: contents)
      contents?.seal()
      if let contents { mine.append(contents) }
    }
    return mine
  }

  private func gather(
    _ file: File, to writer: Int, model: Model, grid: Grid, deal: Deal, into contents: FileContents?
  ) throws {
    let size = precision.size
    let own = packed(file, model: model, place: grid.place, deal: deal)
    let isWriter = contents != nil
    var arriving: [(place: Place, buffer: MessageBuffer)] = []
    if isWriter {
      for rank in 0..<grid.world.count where rank != writer {
        let place = grid.shape.place(ofRank: rank)
        let count = file.tensors.reduce(0) { $0 + pieces($1, place, deal).reduce(0) { $0 + $1.count } }
        if count > 0 { arriving.append((place, MessageBuffer(byteCount: count * size))) }
      }
    }
    let sending =
      isWriter || own.bytes.isEmpty
      ? [] : [Transfer(buffer: own, range: 0..<own.bytes.count, peer: writer, tag: 0)]
    let receiving = arriving.map {
      Transfer(
        buffer: $0.buffer, range: 0..<$0.buffer.bytes.count, peer: grid.shape.rank(at: $0.place), tag: 0)
    }
    try grid.world.start(sending: sending, receiving: receiving).wait()
    guard let contents else { return }
    for (place, buffer) in [(grid.place, own)] + arriving {
      scatter(file, buffer.bytes, from: place, deal: deal, size: size, into: contents.bytes.bytes)
    }
  }

  /// This rank's pieces of a file, one after the other.
  private func packed(_ file: File, model: Model, place: Place, deal: Deal) -> MessageBuffer {
    let size = precision.size
    let all = file.tensors.map { ($0, pieces($0, place, deal)) }
    let buffer = MessageBuffer(byteCount: all.reduce(0) { $0 + $1.1.reduce(0) { $0 + $1.count } } * size)
    var end = 0
    let firstShard = deal.shards(replica: place.replica).lowerBound
    for (tensor, pieces) in all {
      for piece in pieces {
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[end..<end + piece.count * size])
        model.pack(tensor.content, piece, firstShard: firstShard, into: room)
        end += piece.count * size
      }
    }
    return buffer
  }

  /// Puts a rank's packed pieces where they stand in the file's data.
  private func scatter(
    _ file: File, _ packed: UnsafeMutableRawBufferPointer, from place: Place, deal: Deal, size: Int,
    into data: UnsafeMutableRawBufferPointer
  ) {
    guard let from = packed.baseAddress, let to = data.baseAddress else { return }
    var (begin, tensorStart) = (0, 0)
    for tensor in file.tensors {
      for piece in pieces(tensor, place, deal) {
        let width = piece.columns.count * size
        for row in piece.rows {
          (to + tensorStart + (row * tensor.columns + piece.columns.lowerBound) * size)
            .copyMemory(from: from + begin, byteCount: width)
          begin += width
        }
      }
      tensorStart += tensor.rows * tensor.columns * size
    }
  }

  private func pieces(_ tensor: Tensor, _ place: Place, _ deal: Deal) -> [Piece] {
    CheckpointLayout.pieces(of: tensor.content, at: place, deal: deal)
  }
}
