import EnergyModels
import EquilibriumPropagation
import Tensors

/// Counts the work of a step at one place.
struct WorkCount {
  let run: RunFile
  let deal: Deal
  let place: Place
  let iterations: StepWork.Iterations
  let liveShare: StepWork.LiveShare

  var portion: Portion { deal.portion(at: place) }
  var network: Network { deal.tiling.network }
  var shards: Int { deal.shards(replica: place.replica).count }
  var rows: Int { shards * deal.tiling.perShard }

  func all(into work: inout StepWork) {
    data(&work)
    let lesson = run.lesson(iterations)
    if portion.holds(1) {
      drive(.drive, times: 1, &work)
      // Where weights change within the nudged phase the drive is computed again for each step after the first.
      drive(.nudged, times: lesson.updates - 1, &work)
    }
    for phase in run.phases(iterations) { count(phase, &work) }
    learn(lesson, &work)
    energies(lesson.energies, &work)
    for k in connectionsHeld { connection(k, lesson, &work) }
    for k in portion.layers {
      weights(nil, depth: 1, columns: portion.units(k).count, terms: [1], lesson, &work)
    }
  }

  /// The pixels, and the persistent states there and back.
  private func data(_ work: inout StepWork) {
    if portion.holds(1) {
      let pixels = rows * network.inputs
      work.add(
        .data, .elements(pixels), operations: 0,
        bytes: Double(pixels + work.scalarSize * rows * padded(network.inputs)))
    }
    guard run.keepsStates else { return }
    for k in portion.layers {
      work.addElements(
        .data, rows: rows, columns: portion.units(k).count, times: 2, operations: 0, moves: 2)
    }
  }

  private func drive(_ part: StepPart, times: Double, _ work: inout StepWork) {
    work.addProduct(
      part, rows: rows, depth: network.inputs, columns: portion.units(1).count, times: times,
      ontoMatrix: false, share: liveShare.drive, isLive: true)
  }

  private func count(_ phase: StepPhase, _ work: inout StepWork) {
    let times = phase.iterations * (phase.isComplex ? 2 : 1)
    for k in portion.layers where !(phase.holdsOutput && k == network.depth) {
      let units = portion.units(k).count
      var ontoMatrix = k == 1 && phase.parts.contains(.constant)
      for source in portion.sources(of: k)
      where phase.parts.contains(source.layer < k ? .below : .above) {
        defer { ontoMatrix = true }
        guard source.isPartial else {
          work.addProduct(
            phase.part, rows: rows, depth: portion.units(of: source.layer, driving: k).count, columns: units,
            times: times, ontoMatrix: ontoMatrix)
          continue
        }
        let slices = portion.holds(source.layer) ? portion.slices : 0..<portion.slicing.slices
        for slice in slices {
          let depth = portion.slicing.units(source.layer, slice: slice).count
          work.addProduct(
            phase.part, rows: rows, depth: depth, columns: units, times: times, ontoMatrix: false)
        }
        // Every slice's partial drive is added, the neighbours' too.
        work.addElements(
          phase.part, rows: rows, columns: units, times: times * Double(portion.slicing.slices),
          operations: 1,
          moves: 3)
      }
      let isBent = !network.activation(k).isIdentityOnStates
      work.addElements(
        phase.part, rows: rows, columns: units, times: times, operations: 4, moves: isBent ? 4 : 3)
    }
  }

  /// Means and differences of the layers known here, and turned complex states.
  private func learn(_ lesson: StepLesson, _ work: inout StepWork) {
    let known =
      max(1, portion.layers.lowerBound - 1)...min(network.depth, portion.layers.upperBound + 1)
    for k in known {
      let units = network.units(k)
      work.addElements(
        .nudged, rows: rows, columns: units, times: lesson.spreads, operations: 3, moves: 6)
      work.addElements(
        .nudged, rows: rows, columns: units, times: lesson.turns, operations: 8, moves: 7)
    }
  }

  /// E of each row by itself: the connections counted with each layer.
  private func energies(_ states: Double, _ work: inout StepWork) {
    let times = states * Double(rows)
    for k in portion.layers where times > 0 {
      let units = portion.units(k).count
      func product(_ depth: Int) {
        work.addProduct(.nudged, rows: 1, depth: depth, columns: units, times: times, ontoMatrix: true)
      }
      if k > 1, !portion.isPartial(into: k, from: k - 1) {
        product(portion.units(of: k - 1, driving: k).count)
      }
      if k < network.depth, portion.isPartial(into: k + 1, from: k) {
        product(portion.units(of: k + 1, driving: k).count)
      }
      work.addElements(.nudged, rows: 1, columns: units, times: times, operations: 4, moves: 3)
    }
  }
}
