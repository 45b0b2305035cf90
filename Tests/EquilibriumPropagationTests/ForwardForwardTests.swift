import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// Layers that learn by themselves, against the rule written out in plain numbers.
@Suite("Forward-Forward") struct ForwardForwardTests {
  private static let (inputs, classes, hidden) = (11, 3, [9, 7, 8])
  private static let labels = [0, 2, 1, 1, 0, 2]
  private let shards = [0, 2, 6]

  private static func network(_ labelling: Labelling, _ activation: Activation = .gelu) -> Network {
    let depth = hidden.count + 2
    let shown = labelling == .overlay ? 2...2 : 2...depth - 1
    let joined =
      [(0, 2)] + shown.map { (1, $0) } + (2..<depth - 1).map { ($0, $0 + 1) }
      + (3..<depth).map { ($0, depth) }
    return Network(
      inputs: inputs,
      layers: [Layer(units: classes, activation: .linear, isClamped: true)]
        + hidden.map { Layer(units: $0, activation: activation) }
        + [Layer(units: classes, activation: .softmax)],
      connections: joined.map { Connection(from: $0.0, to: $0.1) }, cost: .crossEntropy,
      labelling: labelling)
  }

  private static func rule(_ change: (inout ForwardForward) -> Void = { _ in }) -> ForwardForward {
    var rule = ForwardForward()
    change(&rule)
    return rule.fitted(
      to: NetworkForm(hasFreeInput: false, classes: classes, depth: hidden.count + 2))
  }

  private func parameters(_ network: Network) -> Parameters {
    var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    let random = CounterRandom(seed: 5, purpose: .weights)
    for index in parameters.connections.indices {
      parameters.connections[index].fill { i, j in 0.5 * random.normal(i, j, index) }
    }
    for k in 2...network.depth {
      for unit in 0..<network.units(k) { parameters[bias: k][0, unit] = 0.2 * random.normal(unit, k, 99) }
    }
    return parameters
  }

  /// Of one length, with the label's size: as `SplitData` makes batches.
  private func clamped(_ parameters: Parameters, step: Int = 3, rows: Int = 6) -> Clamped {
    let network = parameters.portion.network
    let random = CounterRandom(seed: 8, purpose: .examples)
    var input = Matrix(rows: rows, columns: Self.inputs, precision: .float64) { random.unit($0, $1, 0) }
    let scales = input.normalizeInputs(
      rows: 0..<rows, overlaid: network.labelling == .overlay ? Self.classes : 0)
    func label(_ row: Int) -> Int { Self.labels[row % 6] }
    let targets = Matrix(rows: rows, columns: Self.classes, precision: .float64) {
      label($0) == $1 ? 1 : 0
    }
    var clamped = Clamped(
      shards: rows == 6 ? shards : [0, rows], input: input, targets: targets, parameters: parameters)
    clamped.labels = Matrix(rows: rows, columns: Self.classes, precision: .float64) {
      label($0) == $1 ? scales[$0] : 0
    }
    (clamped.examples, clamped.step) = (Array(0..<rows), step)
    clamped.random = CounterRandom(seed: 3, purpose: .noise)
    return clamped
  }

  private func method(_ rule: ForwardForward, _ network: Network, rows: Int = 6) -> Method {
    let scheme = Scheme(
      Relaxation(updates: .evenOdd, free: Duration(atMost: 1), nudged: Duration(atMost: 1)),
      Nudging(kind: .centered, beta: 1))
    return Method(
      Procedure(LearningRule(rule), scheme), portion: Portion(whole: network), rows: rows,
      precision: .float64, neighbours: Alone())
  }

  private func zeros(_ network: Network, rows: Int = 6) -> State {
    State(rows: rows, portion: Portion(whole: network), precision: .float64)
  }

  private func lesson(
    _ rule: ForwardForward, _ parameters: Parameters, _ clamped: Clamped
  ) throws -> (lesson: Lesson, contrast: Contrast) {
    let network = parameters.portion.network
    let method = method(rule, network, rows: clamped.rows.count)
    let first = try method.begin(
      from: zeros(network, rows: clamped.rows.count), clamped: clamped, parameters: parameters)
    var lesson = method.lesson(from: first, sign: 1, clamped: clamped)
    let contrast = try #require(try lesson.next(parameters))
    #expect(try lesson.next(parameters) == nil)
    return (lesson, contrast)
  }

  /// Which label each row of a phase was shown with.
  private func shown(_ lesson: Lesson, phase: Int) -> [Int] {
    lesson.end(of: phase).state[1].states.largestColumns(rows: Self.labels.count)
  }

  /// The drives of every hidden layer and the read-out's outputs of one row with some label, in plain numbers.
  private func pass(
    _ parameters: Parameters, _ x: [Double], _ y: [Double]
  ) -> (drives: [Int: [Double]], seen: [Int: [Double]], outputs: [Double]) {
    let network = parameters.portion.network
    var (seen, drives): ([Int: [Double]], [Int: [Double]]) = ([0: x, 1: y], [:])
    for k in 2...network.depth {
      let a = (0..<network.units(k)).map { unit in
        parameters.connections.filter { $0.connection.target == k }
          .reduce(parameters[bias: k][0, unit]) { sum, weights in
            sum
              + seen[weights.connection.source]!.enumerated().reduce(0) {
                $0 + $1.element * weights.forward[$1.offset, unit]
              }
          }
      }
      drives[k] = a
      if k == network.depth {
        let sizes = a.map(exp)
        return (drives, seen, sizes.map { $0 / sizes.reduce(0, +) })
      }
      let h = a.map { network.activation(k).value($0) }
      let length = (h.reduce(0) { $0 + $1 * $1 } / Double(h.count) + 1e-8).squareRoot()
      seen[k] = h.map { $0 / length }
    }
    return (drives, seen, [])
  }

  private func goodness(_ rule: ForwardForward, _ drives: [Double], _ activation: Activation) -> Double {
    let a = Matrix(rows: 1, columns: drives.count, precision: .float64) { drives[$1] }
    return Goodness(rule.goodness, share: rule.share).values(of: a, curve: activation.curve, rows: 0..<1)[0]
  }

  /// The mean of what layer k makes small by itself, in plain numbers.
  private func cost(
    _ rule: ForwardForward, _ k: Int, _ parameters: Parameters, _ clamped: Clamped, negatives: [Int]
  ) -> Double {
    let network = parameters.portion.network
    func softplus(_ x: Double) -> Double { log(1 + exp(x)) }
    return Self.labels.indices.reduce(0) { sum, row in
      let (x, given) = (clamped.input!.row(row), clamped.labels!.row(row))
      let size = given.reduce(0, +)
      func pass(_ y: [Double]) -> (drives: [Int: [Double]], seen: [Int: [Double]], outputs: [Double]) {
        self.pass(parameters, x, y)
      }
      if k == network.depth {
        let neutral = pass(given.map { _ in 0.1 * size })
        return sum - log(neutral.outputs[Self.labels[row]]) / 6
      }
      let other = (0..<Self.classes).map { $0 == negatives[row] ? size : 0 }
      let (positive, negative) = (
        goodness(rule, pass(given).drives[k]!, network.activation(k)),
        goodness(rule, pass(other).drives[k]!, network.activation(k))
      )
      let loss =
        switch rule.chosenLoss {
        case .threshold:
          softplus((rule.threshold ?? Double(network.units(k))) - positive)
            + softplus(negative - (rule.threshold ?? Double(network.units(k))))
        case .pair: softplus((negative - positive) / rule.temperature)
        }
      return sum + loss / 6
    }
  }

  @Test(
    "every layer descends its own cost, what it sees of the one below being given",
    arguments: Labelling.allCases, [Goodness.Kind.sumOfSquares, .burstiness, .entmax])
  func gradient(labelling: Labelling, kind: Goodness.Kind) throws {
    let network = Self.network(labelling)
    let rule = Self.rule {
      ($0.goodness, $0.label, $0.negatives) = (kind, labelling, .hard)
      if kind == .burstiness { $0.temperature = 0.7 }
    }
    #expect(rule.chosenLoss == (kind == .sumOfSquares ? .threshold : .pair))
    let parameters = parameters(network)
    let clamped = clamped(parameters)
    let (lesson, contrast) = try lesson(rule, parameters, clamped)
    let found = Gradient(contrast, portion: parameters.portion)
    let negatives = shown(lesson, phase: 2)
    for (negative, label) in zip(negatives, Self.labels) { #expect(negative != label) }
    for k in 2...network.depth {
      let exact = FiniteDifferences(step: Goodness(kind).hasKinks ? 1e-5 : 1e-3).gradient(
        of: { moved in
          var again = clamped
          again.setInputDrives(moved)
          return self.cost(rule, k, moved, again, negatives: negatives)
        }, at: parameters)
      let match = found.match(exact, layer: k)
      #expect(match.cosine > 1 - 1e-9 && match.relativeError < 1e-6, "layer \(k): \(match)")
      // What the lesson tells of its costs is that too.
      let told = lesson.cost(ofLayer: k, targets: clamped.targets) / 6
      #expect(abs(told - cost(rule, k, parameters, clamped, negatives: negatives)) < 1e-10)
    }
  }

  @Test("changing a layer's weights moves no bit of what those below it learn")
  func locality() throws {
    let network = Self.network(.everyLayer)
    // A hard negative is what a layer above decides.
    let rule = Self.rule { $0.label = .everyLayer }
    let before = parameters(network)
    let reference = Gradient(
      try lesson(rule, before, clamped(before)).contrast, portion: before.portion)
    for moved in 3...4 {
      var after = before
      for index in after.connections.indices where after.connections[index].connection.target == moved {
        after.connections[index].fill { i, j in Double(i - j) / 7 }
      }
      let found = Gradient(try lesson(rule, after, clamped(after)).contrast, portion: after.portion)
      for k in 2..<network.depth {
        #expect((found.elements(layer: k) == reference.elements(layer: k)) == (k < moved), "\(k) of \(moved)")
      }
    }
  }

  @Test("random negatives are any other label alike; hard ones as likely as the read-out takes them to be")
  func negatives() throws {
    let network = Self.network(.overlay)
    let rows = 3000
    let parameters = parameters(network)
    let clamped = clamped(parameters, rows: rows)
    for negatives in ForwardForward.Negatives.allCases {
      let rule = Self.rule { $0.negatives = negatives }
      let lesson = try lesson(rule, parameters, clamped).lesson
      let phase = negatives == .hard ? 2 : 1
      let shown = lesson.end(of: phase).state[1].states
      let outputs = negatives == .hard ? lesson.end(of: 0).outputs : shown
      var (counts, expected) = ([0.0, 0, 0], [0.0, 0, 0])
      for row in 0..<rows {
        let label = Self.labels[row % 6]
        let values = shown.row(row)
        #expect(values.count { $0 != 0 } == 1 && values[label] == 0)
        #expect(abs(values.reduce(0, +) - clamped.labels!.row(row).reduce(0, +)) < 1e-15)
        counts[values.firstIndex { $0 != 0 }!] += 1
        let rest = (0..<3).filter { $0 != label }
        let total = rest.reduce(0) { $0 + outputs[row, $1] }
        for other in rest { expected[other] += negatives == .hard ? outputs[row, other] / total : 0.5 }
      }
      for (count, mean) in zip(counts, expected) {
        #expect(abs(count - mean) < 4 * mean.squareRoot(), "\(negatives): \(counts), \(expected)")
      }
    }
  }

  @Test("another step draws other negatives, the same step the same ones")
  func draws() throws {
    let parameters = parameters(Self.network(.overlay))
    func shown(step: Int) throws -> [[Double]] {
      let lesson = try lesson(Self.rule(), parameters, clamped(parameters, step: step, rows: 60)).lesson
      return (0..<60).map { lesson.end(of: 1).state[1].states.row($0) }
    }
    let first = try shown(step: 4)
    #expect(try shown(step: 4) == first)
    #expect(try shown(step: 5) != first)
  }

  @Test("answers with the class whose layers from the second on are strongest", arguments: [1, 2, 9])
  func answers(from: Int) throws {
    let network = Self.network(.everyLayer)
    let parameters = parameters(network)
    let clamped = clamped(parameters)
    let rule = Self.rule { ($0.label, $0.from) = (.everyLayer, from) }
    let ends = try method(rule, network).answer(
      from: zeros(network), clamped: clamped, parameters: parameters)
    let scores = try #require(ends.last?.findings as? ClassScores)
    for row in Self.labels.indices {
      let each = (0..<Self.classes).map { c in
        let y = (0..<Self.classes).map { $0 == c ? 1.0 : 0 }
        return (2..<network.depth).map {
          goodness(rule, pass(parameters, clamped.input!.row(row), y).drives[$0]!, network.activation($0))
        }
      }
      let totals = each.map { $0[(min(from, 3) - 1)...].reduce(0, +) / 8 }
      let sizes = totals.map { exp($0 - totals.max()!) }
      for c in 0..<Self.classes {
        #expect(abs(ends[0].outputs[row, c] - sizes[c] / sizes.reduce(0, +)) < 1e-10)
      }
      for layer in 0..<3 {
        let alone = each.map { $0[layer] }
        #expect(scores.answer(layer: layer, row: row) == alone.firstIndex(of: alone.max()!))
      }
    }
  }

  @Test("a read-out answers on the neutral label, and draws nothing then")
  func readOut() throws {
    let network = Self.network(.overlay)
    let parameters = parameters(network)
    let clamped = clamped(parameters)
    let rule = Self.rule { ($0.readOut, $0.negatives) = (.softMax, .hard) }
    let outputs = try method(rule, network).infer(
      from: zeros(network), clamped: clamped, parameters: parameters
    ).outputs
    for row in Self.labels.indices {
      let size = clamped.labels!.row(row).reduce(0, +)
      let exact = pass(parameters, clamped.input!.row(row), [0.1 * size, 0.1 * size, 0.1 * size]).outputs
      for c in 0..<Self.classes { #expect(abs(outputs[row, c] - exact[c]) < 1e-12) }
    }
  }

  @Test("peers help units that are less active than their layer, in what positives teach alone")
  func peers() throws {
    let network = Self.network(.overlay)
    let parameters = parameters(network)
    var clamped = clamped(parameters)
    var means = Offsets(Portion(whole: network), precision: .float64, at: 0.5)
    means[3] = Matrix(rows: 1, columns: 7, precision: .float64) { Double($1) / 10 }
    clamped.offsets = means
    func gradient(_ peers: Double) throws -> Gradient {
      Gradient(
        try lesson(Self.rule { $0.peers = peers }, parameters, clamped).contrast, portion: parameters.portion)
    }
    let (without, with) = (try gradient(0), try gradient(0.06))
    for k in [2, 4] { #expect(without.elements(layer: k) == with.elements(layer: k)) }
    for unit in 0..<7 {
      let helped = with[bias: 3][unit] - without[bias: 3][unit]
      #expect(abs(helped - 0.06 * (0.3 - Double(unit) / 10)) < 1e-12)
    }
  }

  @Test("what is dropped out is unseen by the layer above, and no judge of its own layer")
  func dropout() throws {
    let network = Self.network(.overlay, .relu)
    let parameters = parameters(network)
    var clamped = clamped(parameters, rows: 300)
    let plain = try lesson(Self.rule(), parameters, clamped).lesson
    clamped.dropout = 0.4
    let dropped = try lesson(Self.rule(), parameters, clamped).lesson
    for phase in 0...1 {
      let (before, after) = (plain.end(of: phase).state, dropped.end(of: phase).state)
      #expect((0..<300).allSatisfy { before[2].states.row($0) == after[2].states.row($0) })
      var (zeros, units) = (0, 0)
      for row in 0..<300 {
        for (a, b) in zip(before.activity(2).row(row), after.activity(2).row(row)) where a != 0 {
          #expect(b == 0 || abs(b - a / 0.6) < 1e-12)
          (zeros, units) = (zeros + (b == 0 ? 1 : 0), units + 1)
        }
      }
      #expect(abs(Double(zeros) / Double(units) - 0.4) < 0.05)
    }
    let masks = (0...1).map { phase in
      (0..<300).map { dropped.end(of: phase).state.activity(2).row($0).map { $0 == 0 } }
    }
    #expect(masks[0] != masks[1])
  }
}
