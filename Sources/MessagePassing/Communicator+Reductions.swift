import CMPI

// The reductions MPI computes (`MPI_Allreduce`): every rank passes as many values and gets the same
// result. Sums of floating-point numbers are `FixedOrderAllreduce`'s, so that their bits do not depend
// on the number of ranks; `sumByMPI` is for those who give that up.
extension Communicator {
  /// Replaces each value by its maximum over the ranks.
  public func maximum(_ values: inout [Int64]) throws(MPIError) {
    try values.withUnsafeMutableBytes { raw in
      reduce(raw, CMPI_INT64, CMPI_MAXIMUM)
    }.get()
  }

  /// Replaces each value by its minimum over the ranks.
  public func minimum(_ values: inout [Int64]) throws(MPIError) {
    try values.withUnsafeMutableBytes { raw in
      reduce(raw, CMPI_INT64, CMPI_MINIMUM)
    }.get()
  }

  /// Replaces each value by its sum over the ranks.
  public func sum(_ values: inout [Int64]) throws(MPIError) {
    try values.withUnsafeMutableBytes { raw in
      reduce(raw, CMPI_INT64, CMPI_SUM)
    }.get()
  }

  /// Replaces each value by its maximum over the ranks; no value may be a NaN, of which MPI says nothing.
  public func maximum(_ values: inout [Double]) throws(MPIError) {
    try values.withUnsafeMutableBytes { raw in
      reduce(raw, CMPI_DOUBLE, CMPI_MAXIMUM)
    }.get()
  }

  /// Replaces each value by its minimum over the ranks; no value may be a NaN, of which MPI says nothing.
  public func minimum(_ values: inout [Double]) throws(MPIError) {
    try values.withUnsafeMutableBytes { raw in
      reduce(raw, CMPI_DOUBLE, CMPI_MINIMUM)
    }.get()
  }

  /// Replaces each value by MPI's sum over the ranks, whose last bits depend on their number.
  public func sumByMPI<Scalar: SummableScalar>(_ values: UnsafeMutableBufferPointer<Scalar>) throws(MPIError)
  {
    let type = MemoryLayout<Scalar>.size == 4 ? CMPI_FLOAT : CMPI_DOUBLE
    try reduce(UnsafeMutableRawBufferPointer(values), type, CMPI_SUM).get()
  }

  private func reduce(
    _ values: UnsafeMutableRawBufferPointer, _ type: cmpi_type, _ operation: cmpi_operation
  ) -> Result<Void, MPIError> {
    if count == 1 || values.isEmpty { return .success(()) }
    group.counter.count.reductions.add(bytes: values.count)
    let size = type == CMPI_FLOAT ? 4 : 8
    waitRecord.begin(.reduction, of: group)
    defer { waitRecord.end() }
    let code = cmpi_all_reduce(
      group.handle, values.baseAddress, Int64(values.count / size), type, operation)
    return code == 0 ? .success(()) : .failure(MPIError(call: "MPI_Allreduce", code: code))
  }
}
