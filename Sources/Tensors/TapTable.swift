import CKernels

/// Which positions of one layer reach which of another, through which taps of a kernel.
public struct TapTable: Equatable, Sendable {
  /// Positions × taps of the kernel: how much of a kernel reaches each.
  let starts: [Int]
  let taps: [Int]
  let sources: [Int]

  /// - Parameter reach: for each position that is driven the taps that reach it, in the order in which their products
  ///   are added, and the positions that they read.
  public init(_ reach: [[(tap: Int, source: Int)]]) {
    var starts = [0]
    for list in reach { starts.append(starts[starts.count - 1] + list.count) }
    self.starts = starts
    taps = reach.flatMap { $0.map(\.tap) }
    sources = reach.flatMap { $0.map(\.source) }
  }

  /// Positions that are driven.
  public var positions: Int { starts.count - 1 }

  /// Pairs of positions that are joined.
  public var pairs: Int { taps.count }

  /// The most taps that reach one position.
  public var mostTaps: Int { zip(starts.dropFirst(), starts).map(-).max() ?? 0 }

  /// Calls `body` with the lists as the kernels read them.
  func withKernelForm<T>(_ body: (UnsafePointer<eq_taps>) -> T) -> T {
    starts.withUnsafeBufferPointer { starts in
      taps.withUnsafeBufferPointer { taps in
        sources.withUnsafeBufferPointer { sources in
          var form = eq_taps(
            positions: positions, starts: starts.baseAddress, taps: taps.baseAddress,
            sources: sources.baseAddress)
          return body(&form)
        }
      }
    }
  }
}

/// For each tap of a kernel the pairs of positions that it joins: what a contrast is summed over in each example.
public struct TapPairs: Equatable, Sendable {
  let starts: [Int]
  let pre: [Int]
  let post: [Int]

  /// Of so many taps; `table` drives the post positions, and each tap's pairs are in the order of these.
  public init(_ table: TapTable, taps: Int) {
    var pairs: [[(pre: Int, post: Int)]] = Array(repeating: [], count: taps)
    for position in 0..<table.positions {
      for entry in table.starts[position]..<table.starts[position + 1] {
        pairs[table.taps[entry]].append((table.sources[entry], position))
      }
    }
    self.init(pairs)
  }

  private init(_ pairs: [[(pre: Int, post: Int)]]) {
    var starts = [0]
    for list in pairs { starts.append(starts[starts.count - 1] + list.count) }
    self.starts = starts
    pre = pairs.flatMap { $0.map(\.pre) }
    post = pairs.flatMap { $0.map(\.post) }
  }

  /// One tap, each position by itself: what a bias learns from.
  public init(positions: Int) { self.init([(0..<positions).map { (0, $0) }]) }

  /// Taps of the kernel.
  public var taps: Int { starts.count - 1 }

  /// The positions that one tap joins.
  public func joined(by tap: Int) -> [(pre: Int, post: Int)] {
    (starts[tap]..<starts[tap + 1]).map { (pre[$0], post[$0]) }
  }

  /// The two ends exchanged.
  public var reversed: TapPairs {
    TapPairs((0..<taps).map { tap in joined(by: tap).map { (pre: $0.post, post: $0.pre) } })
  }

  /// Calls `body` with the lists as the kernels read them, positions so many scalars apart.
  func withKernelForm<T>(
    prePosition: Int, postPosition: Int, _ body: (UnsafePointer<eq_pairs>) -> T
  ) -> T {
    starts.withUnsafeBufferPointer { starts in
      pre.withUnsafeBufferPointer { pre in
        post.withUnsafeBufferPointer { post in
          var form = eq_pairs(
            taps: taps, starts: starts.baseAddress, pre: pre.baseAddress, post: post.baseAddress,
            pre_position: prePosition, post_position: postPosition)
          return body(&form)
        }
      }
    }
  }
}
