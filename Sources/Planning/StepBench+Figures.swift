extension StepBench {
  /// Which of some repeats count, and what they showed: rank 0's side of `repeatOnce`.
  struct Repeats {
    private(set) var samples: [[Sample]] = []
    private(set) var othersShares: [Double] = []

    mutating func add(_ ranks: [Sample]) {
      samples.append(ranks)
      othersShares.append(LoadSample.othersShare(ranks.map(\.load)))
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
  }
}
