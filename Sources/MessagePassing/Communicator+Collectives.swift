import CMPI

// Every rank of the communicator must make these calls, in the same order.
extension Communicator {
  /// Waits until every rank has come here (`MPI_Barrier`).
  public func barrier() throws(MPIError) {
    waitRecord.begin(.barrier, of: group)
    defer { waitRecord.end() }
    try check(cmpi_barrier(group.handle), "MPI_Barrier")
  }

  /// The root's bytes, on every rank; the other ranks' `bytes` are ignored (`MPI_Bcast`).
  ///
  /// Sends the length, 8 bytes, and then the bytes.
  public func broadcast(_ bytes: [UInt8], from root: Int) throws(MPIError) -> [UInt8] {
    group.checkPeer(root)
    if count == 1 { return bytes }
    waitRecord.begin(.broadcast, of: group, peer: root)
    defer { waitRecord.end() }
    var length = Int64(bytes.count)
    try check(cmpi_broadcast(group.handle, &length, 8, Int32(root)), "MPI_Bcast")
    let code: Int32
    if rank == root {
      // The root's memory is only read.
      code = bytes.withUnsafeBytes {
        cmpi_broadcast(
          group.handle, UnsafeMutableRawPointer(mutating: $0.baseAddress), length, Int32(root))
      }
      try check(code, "MPI_Bcast")
      return bytes
    }
    return try filledBytes(Int(length)) { memory throws(MPIError) in
      let code = cmpi_broadcast(group.handle, memory.baseAddress, length, Int32(root))
      try check(code, "MPI_Bcast")
    }
  }

  /// Every rank's bytes in rank order, at the root; nil elsewhere (`MPI_Gatherv`).
  ///
  /// The lengths may differ. Each rank sends its length to all, 8 bytes, and its bytes to the root.
  public func gather(_ bytes: [UInt8], at root: Int) throws(MPIError) -> [[UInt8]]? {
    group.checkPeer(root)
    if count == 1 { return [bytes] }
    waitRecord.begin(.gather, of: group, peer: root)
    defer { waitRecord.end() }
    let counts = try lengths(bytes.count)
    let total = rank == root ? Int(counts.reduce(0, +)) : 0
    let all = try withBytes(of: bytes) { mine throws(MPIError) in
      try filledBytes(total) { memory throws(MPIError) in
        let code = cmpi_gather(
          group.handle, mine.baseAddress, counts, memory.baseAddress, Int32(root),
          Int32(ReservedTag.collective))
        try check(code, "MPI_Gatherv")
      }
    }
    return rank == root ? parts(of: all, counts) : nil
  }

  /// Every rank's bytes in rank order, on every rank (`MPI_Allgatherv`).
  ///
  /// The lengths may differ. Each rank's length, 8 bytes, and bytes go to all others.
  public func allGather(_ bytes: [UInt8]) throws(MPIError) -> [[UInt8]] {
    if count == 1 { return [bytes] }
    waitRecord.begin(.allGather, of: group)
    defer { waitRecord.end() }
    let counts = try lengths(bytes.count)
    let all = try withBytes(of: bytes) { mine throws(MPIError) in
      try filledBytes(Int(counts.reduce(0, +))) { memory throws(MPIError) in
        let code = cmpi_all_gather(
          group.handle, mine.baseAddress, counts, memory.baseAddress,
          Int32(ReservedTag.collective))
        try check(code, "MPI_Allgatherv")
      }
    }
    return parts(of: all, counts)
  }

  /// What every rank sent to this one, in rank order, given what this one sends to each.
  ///
  /// The lengths may differ; they travel first, 8 bytes a pair of ranks (`MPI_Alltoall`), then one
  /// message for each pair whose part is not empty.
  public func allToAll(_ bytes: [[UInt8]]) throws(MPIError) -> [[UInt8]] {
    precondition(bytes.count == count, "there is one part for each rank")
    if count == 1 { return bytes }
    waitRecord.begin(.allToAll, of: group)
    defer { waitRecord.end() }
    let outgoing = bytes.map { Int64($0.count) }
    var incoming = [Int64](repeating: 0, count: count)
    try check(cmpi_all_to_all_counts(group.handle, outgoing, &incoming), "MPI_Alltoall")
    let all = try withBytes(of: Array(bytes.joined())) { mine throws(MPIError) in
      try filledBytes(Int(incoming.reduce(0, +))) { memory throws(MPIError) in
        let code = cmpi_all_to_all(
          group.handle, mine.baseAddress, outgoing, memory.baseAddress, incoming,
          Int32(ReservedTag.collective))
        try check(code, "MPI_Waitall")
      }
    }
    return parts(of: all, incoming)
  }

  private func lengths(_ mine: Int) throws(MPIError) -> [Int64] {
    var counts = [Int64](repeating: 0, count: count)
    try check(cmpi_all_gather_counts(group.handle, Int64(mine), &counts), "MPI_Allgather")
    return counts
  }
}

private func parts(of all: [UInt8], _ counts: [Int64]) -> [[UInt8]] {
  var start = 0
  return counts.map { count in
    defer { start += Int(count) }
    return Array(all[start..<start + Int(count)])
  }
}
