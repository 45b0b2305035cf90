extension StepBench {
  /// Which of some repeats count, and what they showed: rank 0's side of `repeatOnce`.
  struct Repeats {
    private(set) var samples: [[Sample]] = []
    private(set) var othersShares: [Double] = []

    mutating func add(_ ranks: [Sample]) {
      samples.append(ranks)
      othersShares.append(Self.othersShare(ranks))
    }

    /// The repeats in which others used no more than `limit` of any host's cores.
    func counted(limit: Double) -> [[Sample]] {
      zip(samples, othersShares).filter { $0.1 <= limit }.map(\.0)
    }

    /// The figures of the step.
    func step(limit: Double, batch: Int, stepsPerRepeat: Int) -> BenchFigures.Step? {
      let counted = counted(limit: limit)
      let used = counted.isEmpty ? samples : counted
      let seconds = Spread(
        used.map { ranks in ranks.map { $0.parts.reduce(0, +) }.max() ?? 0 })
      return seconds.map {
        BenchFigures.Step(
          seconds: $0, batch: batch, counted: counted.count, repeats: samples.count,
          stepsPerRepeat: stepsPerRepeat, othersShare: othersShares.max() ?? 0)
      }
    }

    /// The largest share of a host's cores that others than its ranks used.
    private static func othersShare(_ ranks: [Sample]) -> Double {
      Dictionary(grouping: ranks, by: \.host).values.compactMap { here in
        guard let before = here[0].before, let after = here[0].after else { return nil }
        return HostLoad.othersShare(from: before, to: after, own: here.reduce(0) { $0 + $1.own })
      }.max() ?? 0
    }
  }
}
