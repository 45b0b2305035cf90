import EnergyModels
import EquilibriumPropagation
import RunFiles
import Tensors
import Training

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
    drive(.drive, times: 1, &work)
    // Where weights change within the nudged phase the drive is computed again for each step after the first.
    drive(.nudged, times: lesson.updates - 1, &work)
    for phase in run.phases(iterations) { count(phase, &work) }
    learn(lesson, &work)
    energies(lesson.energies, &work)
    for index in portion.connections { connection(index, lesson, &work) }
    for k in portion.layers where network.biased.contains(k) && !run.network.isFrozen(k) {
      weights(
        nil, rows: rows * network.positions(k), depth: 1, columns: portion.units(k).count, terms: [1],
        lesson, &work)
    }
  }

  /// The pixels, and the persistent states there and back.
  private func data(_ work: inout StepWork) {
    if portion.seesInput {
      let pixels = rows * network.inputs
      work.add(
        .data, .elements(pixels), operations: 0,
        bytes: Double(pixels + work.scalarSize * rows * padded(network.inputs)))
    }
    guard run.keepsStates || run.keepsChains else { return }
    for k in portion.layers {
      work.addElements(
        .data, rows: rows * network.positions(k), columns: portion.units(k).count, times: 2, operations: 0,
        moves: 2)
    }
  }

  private func drive(_ part: StepPart, times: Double, _ work: inout StepWork) {
    for index in portion.connections where !network.isState(network.connections[index].source) {
      let wiring = network.wirings[index]
      let columns = portion.units(network.connections[index].target).count
      work.addProduct(
        part, wiring.upward, rows: rows, depth: wiring.below.units, columns: columns, times: times,
        ontoMatrix: false, share: liveShare.drive, isLive: true)
      pool(part, index, columns: columns, times: times, &work)
    }
  }

  /// Values pooled, or spread on the way back.
  private func pool(_ part: StepPart, _ index: Int, columns: Int, times: Double, _ work: inout StepWork) {
    let wiring = network.wirings[index]
    guard wiring.pool != nil else { return }
    work.addElements(
      part, rows: rows * wiring.before.positions, columns: columns, times: times, operations: 2, moves: 2.25)
  }

  /// - Parameter layers: those that move; nil for all.
  func count(_ phase: StepPhase, layers: [Int]? = nil, _ work: inout StepWork) {
    func counts(_ k: Int) -> Bool { layers?.contains(k) ?? true }
    let moves = phase.iterations * (phase.isComplex ? 2 : 1)
    let times = moves + (phase.proposes ? 1 : 0)
    // The weights between two stages belong to the upper one, which computes what it sends down.
    for index in portion.descending where phase.parts.contains(.above) {
      let (below, above) = (network.connections[index].source, network.connections[index].target)
      guard counts(below) else { continue }
      products(phase.part, into: below, from: above, times: times, ontoMatrix: false, &work)
    }
    for k in portion.layers where counts(k) && !(phase.holdsInput && k == 0) && !network.isClamped(k) {
      let (units, isHeld) = (portion.units(k).count, phase.holdsOutput && k == network.output)
      // An output that is held is driven where F is asked for.
      guard !isHeld || phase.proposes else { continue }
      var ontoMatrix =
        !network.isState(0) && network.connection(0, k) != nil && phase.parts.contains(.constant)
      for source in portion.drivers(of: k)
      where phase.parts.contains(source.isBelow ? .below : .above) {
        if !source.isElsewhere {
          products(phase.part, into: k, from: source.layer, times: times, ontoMatrix: ontoMatrix, &work)
        }
        if source.isPartial || source.isElsewhere {
          // What comes of each branch of the tree over slices is added here, the neighbours' too.
          let added = source.isPartial ? Double(portion.slicing.slices / portion.branch) : 1
          work.addElements(
            phase.part, rows: rows * network.positions(k), columns: units, times: times * added,
            operations: 1, moves: 3)
        }
        ontoMatrix = true
      }
      let isBent = !network.activation(k).isIdentityOnStates
      work.addElements(
        phase.part, rows: rows * network.positions(k), columns: units, times: isHeld ? 0 : moves,
        operations: 4, moves: isBent ? 4 : 3)
      guard phase.proposes else { continue }
      // The states are kept, F is summed, and the way back is held against the way there.
      work.addElements(
        phase.part, rows: rows * network.positions(k), columns: units, times: times, operations: 4,
        moves: isBent ? 3 : 2)
      work.addElements(
        phase.part, rows: rows * network.positions(k), columns: units, times: isHeld ? 0 : moves,
        operations: 14, moves: isBent ? 10 : 6)
    }
  }

  /// What layer j sends into layer k through the weights held here: one product, or one for each slice of j.
  private func products(
    _ part: StepPart, into k: Int, from j: Int, rows count: Int? = nil, times: Double, ontoMatrix: Bool,
    _ work: inout StepWork
  ) {
    let (rows, columns) = (count ?? self.rows, portion.units(k).count)
    guard let index = network.connection(j, k) else { return }
    let wiring = network.wirings[index]
    let taps = j < k ? wiring.upward : wiring.downward
    func product(_ depth: Int, ontoMatrix: Bool) {
      work.addProduct(
        part, taps, rows: rows, depth: depth, columns: columns, times: times, ontoMatrix: ontoMatrix)
    }
    if count == nil { pool(part, index, columns: network.units(max(j, k)), times: times, &work) }
    guard portion.isPartial(into: k, from: j) else {
      return product(portion.units(of: j, driving: k).count, ontoMatrix: ontoMatrix)
    }
    let slices = portion.holds(j) ? portion.slices : 0..<portion.slicing.slices
    for slice in slices { product(portion.slicing.units(j, slice: slice).count, ontoMatrix: false) }
    // Branches are added up before they are handed out; for energies each slice stands alone.
    guard count == nil else { return }
    let added = Double(slices.count - slices.count / portion.branch)
    work.addElements(
      part, rows: rows * network.positions(k), columns: columns, times: times * added, operations: 1, moves: 3
    )
  }

  /// Means and differences of the layers known here, and turned complex states.
  private func learn(_ lesson: StepLesson, _ work: inout StepWork) {
    for k in portion.known {
      let (rows, units) = (rows * network.positions(k), network.units(k))
      work.addElements(
        .nudged, rows: rows, columns: units, times: lesson.differences, operations: 3, moves: 6)
      work.addElements(
        .nudged, rows: rows, columns: units, times: lesson.turns, operations: 8, moves: 7)
    }
  }

  /// E of each row by itself: the connections counted with each layer.
  private func energies(_ states: Double, _ work: inout StepWork) {
    let times = states * Double(rows)
    for k in portion.layers where times > 0 {
      let units = portion.units(k).count
      for source in portion.drivers(of: k) where source.isBelow {
        products(.nudged, into: k, from: source.layer, rows: 1, times: times, ontoMatrix: false, &work)
      }
      work.addElements(
        .nudged, rows: network.positions(k), columns: units, times: times, operations: 4, moves: 3)
    }
  }
}
