import EquilibriumPropagation

extension StepWork {
  /// The work of moving some layers once at a dry run's place: what one set of an iteration costs there.
  init(moving layers: [Int], in sweeps: Exchanges.Sweeps, of dry: DryRun) {
    scalarSize = dry.run.training.precision.size
    let count = WorkCount(
      run: dry.run, deal: dry.deal, place: dry.place, iterations: Iterations(free: 1, nudged: 1),
      liveShare: .all)
    let phase = StepPhase(
      part: .free, iterations: 1, parts: sweeps.parts, isComplex: sweeps.rowsPerExample == 2)
    count.count(phase, layers: layers, &self)
  }
}
