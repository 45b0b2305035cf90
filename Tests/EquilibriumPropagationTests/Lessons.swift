import EnergyModels
import EquilibriumPropagation
import Tensors

extension Problem {
  /// A rule on the whole network; phases end at rest unless told otherwise.
  func rule(_ rule: LearningRule, _ nudging: Nudging? = nil, _ relaxation: Relaxation = toRest) -> Method {
    Method(
      Procedure(rule, Scheme(relaxation, nudging ?? Nudging(kind: .centered, beta: 0.05))), portion: portion,
      rows: rows, precision: parameters.precision, neighbours: Alone())
  }

  /// What a rule tells of a batch whose free states are given, and every contrast that it hands out; no weight changes.
  func lesson(
    _ rule: LearningRule, _ nudging: Nudging? = nil, _ relaxation: Relaxation = toRest, from free: State,
    sign: Double = 1
  ) throws -> (lesson: Lesson, contrasts: [Contrast]) {
    var contrasts: [Contrast] = []
    var lesson = self.rule(rule, nudging, relaxation).lesson(from: free, sign: sign, clamped: clamped)
    while let contrast = try lesson.next(parameters) { contrasts.append(contrast) }
    return (lesson, contrasts)
  }

  /// The mean of a rule's one contrast over the batch, divided by its strength.
  func gradient(
    _ rule: LearningRule, _ nudging: Nudging? = nil, _ relaxation: Relaxation = toRest, from free: State,
    sign: Double = 1
  ) throws -> Gradient {
    let contrasts = try lesson(rule, nudging, relaxation, from: free, sign: sign).contrasts
    precondition(contrasts.count == 1, "a rule that learns once a batch")
    return Gradient(contrasts[0], portion: portion)
  }

  /// Every bit that W_k, in both directions, and b_k would learn from.
  func bits(_ contrast: Contrast) -> [UInt64] {
    (1...network.depth).flatMap { k in
      let (below, above) = (network.units(k - 1), network.units(k))
      let block = Block(rows: 0..<below, columns: 0..<above)
      func bits(_ sums: [ContrastSum], _ depth: Int, _ columns: Int) -> [UInt64] {
        let panels = Panels(
          sums, depth: depth, columns: columns, shards: contrast.shards, parameters.precision)
        return (0..<depth).flatMap { i in (0..<columns).map { panels[i, $0].bitPattern } }
      }
      return bits(contrast.sums(k - 1, block: block, backward: false), below, above)
        + (k == 1
          ? []
          : bits(contrast.sums(k - 1, block: block, backward: true), above, below))
        + bits([contrast.sum(bias: k, units: 0..<above)], 1, above)
    }
  }
}
