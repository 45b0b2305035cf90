import FileFormats
import RunFiles

extension RunState {
  /// Checks what everyone who reads a state relies on, whatever run it is of; `path` is the file it was read from.
  ///
  /// Throws bad data where a count or the form of inputs is one that no run can have written.
  func checkForm(path: String) throws(FileError) {
    guard [step, epoch, cursor].allSatisfy({ 0...Self.largestCount ~= $0 }),
      stopping.map({ 0...epoch ~= $0.epoch }) ?? true
    else { throw refusal(path, "an impossible count", by: "no run") }
    guard form?.isPossible ?? true, targets?.isPossible ?? true else {
      throw refusal(path, "an impossible form of inputs or targets", by: "no run")
    }
  }

  /// Counts beyond this are no counts: sums of any few thousand of them still fit 64 bits.
  private static let largestCount = 1 << 48

  /// Checks that a state is one that this run can have written; `path` is the file it was read from.
  ///
  /// Every count is at least 0 and every list as long as the run's tiling asks for, so that whoever goes on from the
  /// state may index and add without a thought. Throws bad data otherwise: a manifest that vouches for such a state lies.
  package func check(_ run: RunFile, path: String) throws(FileError) {
    let depth = run.network.layers.count
    guard shards == run.tiling.shards, slices == run.tiling.slices else {
      throw refusal(path, "a tiling of \(shards) shards and \(slices) slices")
    }
    guard counts.allSatisfy({ 0...Self.largestCount ~= $0 }), cursor <= step, epoch <= step,
      step <= updates ?? step
    else {
      throw refusal(path, "an impossible count")
    }
    let states = depth + (run.network.input.anchor == .clamped ? 0 : 1)
    let outputs = run.network.output == 0 ? nil : run.network.layers[run.network.output - 1].units
    guard
      [tally, told ?? tally].allSatisfy({
        $0.fits(
          run.task, shards: shards, layers: depth, states: states, slices: slices, outputs: outputs)
      })
    else {
      throw refusal(path, "a tally of another tiling or task")
    }
    guard (updates != nil) == run.training.optimizer.countsUpdates else {
      throw refusal(path, "the updates of another optimizer")
    }
    guard rates.fits(run.network) else { throw refusal(path, "rates of another network") }
  }

  private var counts: [Int] {
    [step, epoch, cursor, best?.step ?? 0, updates ?? 0] + tally.counts + (told?.counts ?? [])
  }

  private func refusal(_ path: String, _ what: String, by writer: String = "") -> FileError {
    FileError(
      .badData, path: path,
      "holds \(what), which \(writer.isEmpty ? "this run cannot" : "\(writer) can") have written")
  }
}

extension InputForm {
  /// Three extents, a range, and as many moments and columns as an input has numbers.
  fileprivate var isPossible: Bool {
    guard extents.count == 3, extents.allSatisfy({ 1...1 << 20 ~= $0 }), extents.reduce(1, *) <= 1 << 31,
      range.count == 2, range[0] <= range[1], range.allSatisfy(\.isFinite)
    else { return false }
    let count = extents.reduce(1, *)
    let names = classes ?? []
    return [moments?.mean.count, columns?.count].allSatisfy { $0 ?? count == count }
      && moments?.isPossible ?? true && Set(names).count == names.count && names.count <= 256
  }
}
