import MessagePassing
import Records

private let awkwardCounts = [0, 1, 15, 16, 17, 1000, 16_385, 100_003]

/// The blocking sum against the serial tree, by one exchange and by slices, in both precisions.
func checkSums(_ world: borrowing Communicator) throws {
  for count in awkwardCounts {
    for wholeLimit in [0, 65_536] {
      try checkSum(world, Float.self, count: count, wholeLimit: wholeLimit)
      try checkSum(world, Double.self, count: count, wholeLimit: wholeLimit)
    }
  }
}

func checkSum<Scalar: SummableScalar>(
  _ world: borrowing Communicator, _ type: Scalar.Type, count: Int, wholeLimit: Int
) throws {
  var values: [Scalar] = leaf(world.rank, count)
  let allreduce = FixedOrderAllreduce<Scalar>(over: world, wholeLimit: wholeLimit)
  try values.withUnsafeMutableBufferPointer { try allreduce.sum($0) }
  let expected: [Scalar] = serialTree((0..<world.count).map { leaf($0, count) })
  try expect(sameBytes(values, expected), "\(count) of \(type) differ from the serial tree")
}

/// The same sums through shared memory, one after another through the same slots: bits and counts are MPI's.
func checkSharedSums(_ world: borrowing Communicator) throws {
  let longest = awkwardCounts.max()! * 8
  let shared = try SharedSum(over: world, most: longest)
  try expect((shared == nil) == (world.count == 1), "ranks of one host share memory")
  try expect(shared?.byteCount ?? 0 == SharedSum.byteCount(ranks: world.count, most: longest), "its length")
  for repetition in 0..<3 {
    for count in awkwardCounts {
      try checkSharedSum(world, Float.self, count: count + repetition, shared)
      try checkSharedSum(world, Double.self, count: max(count - repetition, 0), shared)
    }
  }
}

private func checkSharedSum<Scalar: SummableScalar>(
  _ world: borrowing Communicator, _ type: Scalar.Type, count: Int, _ shared: SharedSum?
) throws {
  func sum(_ shared: SharedSum?) throws -> (values: [Scalar], flow: MessageFlow) {
    let before = world.collectives.sums
    var values: [Scalar] = leaf(world.rank, count)
    let allreduce = FixedOrderAllreduce<Scalar>(over: world, sharing: shared)
    try values.withUnsafeMutableBufferPointer { try allreduce.sum($0) }
    return (values, world.collectives.sums - before)
  }
  let (here, there) = (try sum(shared), try sum(nil))
  try expect(sameBytes(here.values, there.values), "\(count) of \(type) differ from MPI's")
  try expect(here.flow == there.flow, "\(count) of \(type): \(here.flow) and by MPI \(there.flow)")
}

/// Leaves dealt to the ranks, first added inside each: the digests printed are equal on 1, 2, 4 and 8 ranks.
func checkShards(_ world: borrowing Communicator) throws {
  let shards = world.count.nonzeroBitCount == 1 ? 8 : 4 * world.count
  for count in [17, 100_003] {
    try checkShards(world, Float.self, shards: shards, count: count)
    try checkShards(world, Double.self, shards: shards, count: count)
  }
}

private func checkShards<Scalar: SummableScalar>(
  _ world: borrowing Communicator, _ type: Scalar.Type, shards: Int, count: Int
) throws {
  let each = shards / world.count
  let leaves = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: each * count)
  defer { leaves.deallocate() }
  guard let start = leaves.baseAddress else { throw CheckFailure(message: "no memory") }
  for i in 0..<each {
    _ = UnsafeMutableBufferPointer(start: start + i * count, count: count)
      .initialize(from: leaf(world.rank * each + i, count))
  }
  TreeSum.add((0..<each).map { start + $0 * count }, count: count, into: start)
  let sum = UnsafeMutableBufferPointer(start: start, count: count)
  try FixedOrderAllreduce<Scalar>(over: world).sum(sum)
  let expected: [Scalar] = serialTree((0..<shards).map { leaf($0, count) })
  try expect(sameBytes(Array(sum), expected), "\(count) of \(type) differ from the serial tree")
  if world.rank == 0 { print("digest \(type) \(count) \(digest(Array(sum)))") }
}

/// Three sums under way at once, polled in different orders on different ranks.
func checkOverlap(_ world: borrowing Communicator) throws {
  let (count, offset) = (50_001, 16)
  let buffers = (0..<3).map { _ in MessageBuffer(byteCount: (count + 2 * offset) * 4) }
  let allreduce = FixedOrderAllreduce<Float>(over: world)
  for repetition in 0..<300 {
    // Many short repetitions use every tag, a few long ones both stages.
    let length = repetition < 4 ? count : 40
    for (index, buffer) in buffers.enumerated() {
      let values = buffer.elements(of: Float.self)
      values.update(repeating: 7)
      _ = UnsafeMutableBufferPointer(rebasing: values[offset..<offset + length])
        .update(fromContentsOf: leaf(2 * world.rank + index + repetition, length))
    }
    let range = offset..<offset + length
    var first = try allreduce.begin(buffers[0], elements: range)
    var rest = PendingSums<Float>()
    rest.append(try allreduce.begin(buffers[1], elements: range))
    rest.append(try allreduce.begin(buffers[2], elements: range))
    if repetition % 3 > 0 {
      var isDone = (false, false)
      while !(isDone.0 && isDone.1) {
        if world.rank % 2 == 0 { isDone.0 = try first.advance() }
        isDone.1 = try rest.advance()
        if world.rank % 2 == 1 { isDone.0 = try first.advance() }
      }
    }
    try rest.finish()
    try first.finish()
    for (index, buffer) in buffers.enumerated() {
      let values = buffer.elements(of: Float.self)
      let expected: [Float] = serialTree(
        (0..<world.count).map { leaf(2 * $0 + index + repetition, length) })
      try expect(sameBytes(Array(values[range]), expected), "sum \(index) differs")
      try expect(values[..<offset].allSatisfy { $0 == 7 }, "the sum wrote before its range")
      try expect(values[(offset + length)...].allSatisfy { $0 == 7 }, "the sum wrote past its range")
    }
  }
}
