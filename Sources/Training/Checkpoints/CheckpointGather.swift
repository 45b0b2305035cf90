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
    let isWriter = contents != nil
    let own = isWriter ? nil : packed(file.tensors, model: model, place: grid.place, deal: deal)
    var arriving: [(place: Place, buffer: MessageBuffer)] = []
    if isWriter {
      for rank in 0..<grid.world.count where rank != writer {
        let place = grid.shape.place(ofRank: rank)
        let count = file.tensors.reduce(0) { $0 + pieces($1, place, deal).reduce(0) { $0 + $1.count } }
        if count > 0 { arriving.append((place, MessageBuffer(byteCount: count * size))) }
      }
    }
    let sending = [own].compactMap(\.self).filter { !$0.bytes.isEmpty }
      .map { Transfer(buffer: $0, range: 0..<$0.bytes.count, peer: writer, tag: 0) }
    let receiving = arriving.map {
      Transfer(
        buffer: $0.buffer, range: 0..<$0.buffer.bytes.count, peer: grid.shape.rank(at: $0.place), tag: 0)
    }
    try grid.world.start(sending: sending, receiving: receiving).wait()
    guard let contents else { return }
    for (place, buffer) in arriving {
      scatter(file.tensors, buffer.bytes, from: place, deal: deal, into: contents.bytes.bytes)
    }
    var start = 0
    for tensor in file.tensors {
      let own = packed([tensor], model: model, place: grid.place, deal: deal)
      let room = UnsafeMutableRawBufferPointer(rebasing: contents.bytes.bytes[start...])
      scatter([tensor], own.bytes, from: grid.place, deal: deal, into: room)
      start += tensor.rows * tensor.columns * size
    }
  }

  /// Bytes that the rank which saves most takes, at most: while files are brought together, when it has its own and is
  /// handed the pieces of one, and of the files that it then writes.
  package func mostBytes(ranks: Int) -> (gathering: Int, files: Int) {
    var mine = Array(repeating: 0, count: ranks)
    var largest = 0
    for (index, file) in files.enumerated() {
      let sizes = file.tensors.map { $0.rows * $0.columns * precision.size }
      mine[index % ranks] += sizes.reduce(0, +)
      // A rank that is alone packs one tensor after the other.
      largest = max(largest, ranks == 1 ? sizes.max() ?? 0 : sizes.reduce(0, +))
    }
    let most = mine.max() ?? 0
    return (most + largest, most)
  }

  /// This rank's pieces of some tensors, one after the other.
  private func packed(_ tensors: [Tensor], model: Model, place: Place, deal: Deal) -> MessageBuffer {
    let size = precision.size
    let all = tensors.map { ($0, pieces($0, place, deal)) }
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

  /// Puts a rank's packed pieces where they stand in the data of tensors that follow on each other.
  private func scatter(
    _ tensors: [Tensor], _ packed: UnsafeMutableRawBufferPointer, from place: Place, deal: Deal,
    into data: UnsafeMutableRawBufferPointer
  ) {
    let size = precision.size
    guard let from = packed.baseAddress, let to = data.baseAddress else { return }
    var (begin, tensorStart) = (0, 0)
    for tensor in tensors {
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
