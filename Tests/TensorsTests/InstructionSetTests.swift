import CKernels
import Tensors
import Testing

/// Whoever computes, the same bits: each kernel of each instruction set against the baseline's.
@Suite("Instruction sets") struct InstructionSetTests {
  // Skipped by name where the processor lacks it: its cases are then missing from every suite here.
  @Test(
    "avx512 runs here",
    .enabled(if: Kernels(.float32, instructions: "avx512") != nil, "needs a processor with avx512"))
  func avx512() { #expect(Precision.float32.instructions == "avx512") }

  @Test(
    "avx2 runs here",
    .enabled(if: Kernels(.float32, instructions: "avx2") != nil, "needs a processor with avx2"))
  func avx2() { #expect(InstructionSet.all.contains { $0.name == "avx2" }) }

  @Test("the baseline runs everywhere, and no unknown set does")
  func baseline() {
    #expect(InstructionSet.all.count { $0.name == "baseline" } == 2)
    #expect(Kernels(.float64, instructions: "avx1024") == nil)
  }

  @Test("states of every curve and move", arguments: InstructionSet.all)
  func updates(set: InstructionSet) {
    for curve in InstructionSetResponseTests.curves {
      for beta in [0, 0.3] {
        #expect(
          update(set, curve, beta) == update(.init(name: "baseline", precision: set.precision), curve, beta))
      }
    }
  }

  /// The bits of weights and moments after an update.
  private func adam(_ table: UnsafePointer<eq_kernels>, _ precision: Precision) -> [UInt64] {
    var w = Panels(random: 99, depth: 7, columns: 40, precision: precision)
    var mean = Panels(random: 100, depth: 7, columns: 40, precision: precision)
    var contrast = Panels(random: 101, depth: 7, columns: 40, precision: precision)
    var square = Panels(depth: 7, columns: 40, precision: precision)
    for i in 0..<7 { for j in 0..<40 { square[i, j] = abs(noise(i, j, 102)) } }
    var adam = eq_adam(
      rate: 0.1, scale: 0.05, mean: 0.9, square: 0.999, root: 1.7, epsilon: 1e-8, keep: 0.99)
    let all = w.scalars(panels: 0..<3)
    table.pointee.adam(
      all.count, &adam, contrast.scalars(panels: 0..<3).start, mean.scalars(panels: 0..<3).start,
      square.scalars(panels: 0..<3).start, all.start)
    return w.bits + mean.bits + square.bits
  }

  /// The bits of the states, of ρ of them and of the residuals of all three moves, and of Newton's steps.
  private func update(_ set: InstructionSet, _ curve: eq_activation, _ beta: Double) -> [UInt64] {
    guard let table = set.kernels?.table else { return [] }
    let precision = set.precision
    let states = Matrix(rows: 5, columns: 43, precision: precision) { (noise($0, $1, 91) + 1) / 2 }
    let drive = Matrix(rows: 5, columns: 43, precision: precision) { 2 * noise($0, $1, 92) }
    let targets = Matrix(random: 93, rows: 5, columns: 43, precision: precision)
    var before = Matrix(rows: 5, columns: 43, precision: precision)
    table.pointee.activate(
      5, 43, curve, states.pointer(0, 0), states.stride, before.mutablePointer(0, 0), before.stride)
    var bits = before.bits
    for move in 0..<4 {
      var (next, activity) = (states, before)
      var update = eq_update()
      (update.rows, update.columns) = (5, 43)
      (update.states, update.states_stride) = (states.pointer(0, 0), states.stride)
      (update.drive, update.drive_stride) = (drive.pointer(0, 0), drive.stride)
      if beta != 0 { (update.targets, update.targets_stride) = (targets.pointer(0, 0), targets.stride) }
      (update.next, update.next_stride) = (next.mutablePointer(0, 0), next.stride)
      update.activity_before = before.pointer(0, 0)
      (update.activity, update.activity_stride) = (activity.mutablePointer(0, 0), activity.stride)
      (update.activation, update.beta, update.step) = (curve, beta, 0.3)
      switch move {
      case 0: bits.append(table.pointee.euler(&update).bitPattern)
      case 1: bits.append(table.pointee.minimize(&update).bitPattern)
      case 3:
        (update.newton, update.factor) = (2, 1.1)
        bits.append(table.pointee.minimize(&update).bitPattern)
      default: table.pointee.forward(&update)
      }
      bits += next.bits + activity.bits
    }
    return bits
  }

  @Test("descent and sums", arguments: InstructionSet.all)
  func sums(set: InstructionSet) {
    func bits(_ set: InstructionSet) -> [UInt64] {
      guard let table = set.kernels?.table else { return [] }
      let precision = set.precision
      var found: [UInt64] = []
      for (momentum, decay) in [(0.0, 0.0), (0, 0.01), (0.9, 0.01)] {
        var w = Panels(random: 94, depth: 7, columns: 40, precision: precision)
        var velocity = Panels(random: 95, depth: 7, columns: 40, precision: precision)
        var contrast = Panels(random: 96, depth: 7, columns: 40, precision: precision)
        let (all, v, c) = (
          w.scalars(panels: 0..<3), velocity.scalars(panels: 0..<3), contrast.scalars(panels: 0..<3)
        )
        var descent = eq_descent(rate: 0.1, scale: 0.05, momentum: momentum, decay: decay)
        table.pointee.descend(
          all.count, &descent, c.start, momentum > 0 ? v.start : nil, all.start)
        found += w.bits + velocity.bits
        table.pointee.descend_ahead(all.count, &descent, c.start, v.start, all.start)
        found += w.bits + velocity.bits
      }
      found += adam(table, precision)
      var a = Matrix(random: 97, rows: 6, columns: 37, precision: precision)
      let b = Matrix(random: 98, rows: 6, columns: 37, precision: precision)
      table.pointee.add(6, 37, a.mutablePointer(0, 0), a.stride, b.pointer(0, 0), b.stride)
      found += a.bits
      let sums = [
        table.pointee.energy(
          6, 37, a.pointer(0, 0), a.stride, b.pointer(0, 0), b.stride, a.pointer(0, 0), a.stride),
        table.pointee.squared_error(6, 37, a.pointer(0, 0), a.stride, b.pointer(0, 0), b.stride),
      ]
      return found + sums.map(\.bitPattern)
    }
    #expect(bits(set) == bits(.init(name: "baseline", precision: set.precision)))
  }
}
