import Foundation
import MessagePassing

func checkBroadcast(_ world: borrowing Communicator) throws {
  for root in 0..<world.count {
    for length in [0, 1, 4097] {
      let mine = world.rank == root ? pattern(root, length) : [1, 2, 3]
      let got = try world.broadcast(mine, from: root)
      try expect(got == pattern(root, length), "rank \(root)'s \(length) bytes arrived changed")
    }
  }
}

/// A length that differs between ranks and is 0 for one of them.
private func uneven(_ rank: Int) -> Int { rank == 1 ? 0 : 1 + 777 * rank }

func checkGather(_ world: borrowing Communicator) throws {
  for root in 0..<world.count {
    let all = try world.gather(pattern(world.rank, uneven(world.rank)), at: root)
    try expect((all != nil) == (world.rank == root), "the parts are not at the root alone")
    guard let all else { continue }
    try expect(all == (0..<world.count).map { pattern($0, uneven($0)) }, "parts arrived changed")
  }
}

func checkAllGather(_ world: borrowing Communicator) throws {
  let all = try world.allGather(pattern(world.rank, uneven(world.rank)))
  try expect(all == (0..<world.count).map { pattern($0, uneven($0)) }, "parts arrived changed")
  let none = try world.allGather([])
  try expect(none == Array(repeating: [], count: world.count), "empty parts arrived changed")
}

func checkAllToAll(_ world: borrowing Communicator) throws {
  func part(from: Int, to: Int) -> [UInt8] {
    pattern(100 * from + to, (from + 2 * to) % 3 == 0 ? 0 : 1 + 333 * from + 50 * to)
  }
  let got = try world.allToAll((0..<world.count).map { part(from: world.rank, to: $0) })
  let expected = (0..<world.count).map { part(from: $0, to: world.rank) }
  try expect(got == expected, "parts arrived changed")
}

func checkReductions(_ world: borrowing Communicator) throws {
  let last = Int64(world.count - 1)
  // Past 2⁵³, so that a passage through floating point would show.
  let large: Int64 = 1 << 60
  var integers = [Int64(world.rank), -Int64(world.rank), large + Int64(world.rank)]
  integers += [Int64](repeating: 3, count: 40)
  let threes = ArraySlice<Int64>(repeating: 3, count: 40)
  var values = integers
  try world.maximum(&values)
  try expect(values == [last, 0, large + last] + threes, "wrong maxima \(values)")
  values = integers
  try world.minimum(&values)
  try expect(values == [0, -last, large] + threes, "wrong minima \(values)")
  var small = [Int64(world.rank), 1]
  try world.sum(&small)
  try expect(small == [last * (last + 1) / 2, last + 1], "wrong sums \(small)")
  var doubles = [0.5 + Double(world.rank), -.infinity]
  try world.maximum(&doubles)
  try expect(doubles == [0.5 + Double(last), -.infinity], "wrong maxima \(doubles)")
  doubles = [0.5 + Double(world.rank), .infinity]
  try world.minimum(&doubles)
  try expect(doubles == [0.5, .infinity], "wrong minima \(doubles)")
  var none: [Int64] = []
  try world.maximum(&none)
  // Small whole numbers are exact in any order.
  let total = Double(last * (last + 1) / 2)
  var floats = [Float](repeating: Float(world.rank), count: 50)
  try floats.withUnsafeMutableBufferPointer { try world.sumByMPI($0) }
  try expect(floats.allSatisfy { $0 == Float(total) }, "wrong sum of floats")
  doubles = [Double](repeating: Double(world.rank), count: 50)
  try doubles.withUnsafeMutableBufferPointer { try world.sumByMPI($0) }
  try expect(doubles.allSatisfy { $0 == total }, "wrong sum of doubles")
}

func checkSplit(_ world: borrowing Communicator) throws {
  let width = world.count % 2 == 0 ? 2 : 1
  let (row, column) = (world.rank / width, world.rank % width)
  guard let rows = try world.split(colour: row, key: column, label: "rows"),
    let columns = try world.split(colour: column, key: -row, label: "columns")
  else { throw CheckFailure(message: "a rank with a colour got no part") }
  try expect(rows.count == width && rows.rank == column, "wrong place in the row")
  let height = world.count / width
  try expect(columns.count == height, "the column has \(columns.count) ranks")
  try expect(columns.rank == height - 1 - row, "keys do not order the column")
  let inRow = try rows.allGather([UInt8(world.rank)])
  try expect(inRow == (0..<width).map { [UInt8(row * width + $0)] }, "wrong ranks in the row")
  let inColumn = try columns.allGather([UInt8(world.rank)])
  let expected = (0..<height).reversed().map { [UInt8($0 * width + column)] }
  try expect(inColumn == expected, "wrong ranks in the column")
  // Only rank 0 belongs to a part.
  let part = try world.split(colour: world.rank == 0 ? 0 : nil, key: 0)
  if let part {
    try expect(world.rank == 0 && part.count == 1, "a rank without a colour got a part")
    try part.free()
  } else {
    try expect(world.rank != 0, "a rank with a colour got no part")
  }
  let copy = try world.duplicate()
  try expect(copy.rank == world.rank && copy.count == world.count, "the copy differs")
  try copy.barrier()
  try copy.free()
  try columns.free()
  try rows.free()
}

/// What is made in a loan is given back, also where ranks agree that its body failed: the process maps no more memory.
func checkLending(_ world: borrowing Communicator) throws {
  struct Refusal: Error, ExitCoded, CustomStringConvertible {
    let exitCode: Int32 = 65
    let description = "refused"
  }
  func mappings() -> Int {
    let maps = FileManager.default.contents(atPath: "/proc/self/maps") ?? Data()
    return maps.count { $0 == UInt8(ascii: "\n") }
  }
  func borrow(_ isRefused: Bool) throws {
    try world.lending {
      let copy = try world.duplicate()
      let sum = try SharedSum(over: copy, most: 1 << 20)
      var values = Array(repeating: 1.0, count: 1000)
      let allreduce = FixedOrderAllreduce<Double>(over: copy, sharing: sum)
      try values.withUnsafeMutableBufferPointer { try allreduce.sum($0) }
      try expect(values[999] == Double(world.count), "a sum in a loan")
      try world.agree { if isRefused && world.rank == 0 { throw Refusal() } }
    }
  }
  for _ in 0..<5 { try borrow(false) }
  let (before, made) = (mappings(), Communicator.made)
  for round in 0..<40 {
    do {
      try borrow(round % 2 == 1)
      try expect(round % 2 == 0, "a refusal is thrown on")
    } catch let failure as AgreedFailure {
      try expect(failure.exitCode == 65 && round % 2 == 1, "another failure: \(failure.message)")
    }
  }
  try expect(mappings() - before < 20, "\(mappings() - before) more mappings after 40 loans")
  try expect(Communicator.made == made, "\(Communicator.made - made) more communicators after 40 loans")
  try world.barrier()
}

/// Maxima of the values of now and of some exchanges ago, through memory and by messages.
func checkMaxima(_ world: borrowing Communicator) throws {
  func value(_ rank: Int, _ round: Int) -> Double { Double((rank * 7 + round * 5) % 11 - 5) }
  func expected(_ round: Int) -> [Double] {
    let most = (0..<world.count).map { value($0, round) }.max() ?? 0
    return [most, most - 1]
  }
  for (behind, sharesMemory) in [(0, true), (1, true), (3, true), (3, false)] {
    let maximum = try SharedMaximum(over: world, most: 2, behind: behind, sharesMemory: sharesMemory)
    let late = sharesMemory && world.count > 1 ? behind : 0
    for _ in 0..<2 {
      for round in 0..<9 {
        let own = [value(world.rank, round), value(world.rank, round) - 1]
        let got = try maximum.exchange(own, behind: behind, over: world)
        try expect(got == (round < late ? nil : expected(round - late)), "round \(round), \(behind) behind")
      }
      try expect(maximum.rest() == ((9 - late)..<9).map(expected), "the rest, \(behind) behind")
      var values = [value(world.rank, 9), value(world.rank, 9) - 1]
      try maximum.apply(to: &values, over: world)
      try expect(values == expected(9), "between two stretches, \(behind) behind")
    }
  }
  // Who is ahead waits for nobody: the last rank begins only when the first one has made as many exchanges as it may.
  let maximum = try SharedMaximum(over: world, most: 1, behind: 3, sharesMemory: true)
  let last = world.count - 1
  let word = MessageBuffer(byteCount: 1)
  if world.rank == last, last > 0 { try world.receive(into: word, range: 0..<1, from: 0, tag: 0) }
  for round in 0..<3 { _ = try maximum.exchange([value(world.rank, round)], behind: 3, over: world) }
  if world.rank == 0, last > 0 { try world.send(word, range: 0..<1, to: last, tag: 0) }
  _ = maximum.rest()
}
