import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

extension PictureGradientTests.Kind {
  /// Of finite differences: short where a longer step could make another value the largest.
  fileprivate var step: Double { self == .maxPooled || self == .inputPooled ? 1e-5 : 1e-3 }

  fileprivate var cost: Cost {
    self == .crossEntropy || self == .denseCrossEntropy ? .crossEntropy : .squaredError
  }
}

/// The theorem on pictures: convolutions, pooling, skips.
@Suite("The gradient on pictures") struct PictureGradientTests {
  enum Kind: String, CaseIterable, Sendable {
    case convolution, maxPooled, averagePooled, inputPooled, skip, transposed, crossEntropy, denseCrossEntropy
  }

  fileprivate static func network(_ kind: Kind, _ activation: Activation) -> Network {
    func pool(_ kind: PoolingKind?) -> Pooling? { kind.map { Pooling(kind: $0, size: 2) } }
    let (input, layers) = (
      Shape(height: 5, width: 6, units: 2),
      [
        Layer(units: 3, activation: activation), Layer(units: 4, activation: activation),
        Layer(units: 3, activation: kind.cost == .crossEntropy ? .softmax : .linear),
      ]
    )
    if kind == .denseCrossEntropy { return Network(inputs: 6, layers: layers, cost: .crossEntropy) }
    let free: PoolingKind? = kind == .maxPooled ? .max : kind == .averagePooled ? .average : nil
    let joined =
      kind == .skip
      ? [
        Connection(from: 0, to: 1, by: Convolution(kernel: 3, padding: 1)),
        Connection(from: 1, to: 2, by: Convolution(kernel: 3, stride: 2, padding: 1)),
        Connection(from: 0, to: 2, by: Convolution(kernel: 1, stride: 2)),
        Connection(from: 2, to: 3), Connection(from: 1, to: 3),
      ]
      : [
        Connection(
          from: 0, to: 1,
          by: Convolution(kernel: 2, padding: 1, pooling: pool(kind == .inputPooled ? .max : nil))),
        Connection(
          from: 1, to: 2,
          by: kind == .transposed
            ? TransposedConvolution(kernel: 3, stride: 2, padding: 1)
            : Convolution(kernel: 2, pooling: pool(free))),
        Connection(from: 2, to: 3),
      ]
    do {
      return try Network(input: input, layers: layers, connections: joined, cost: kind.cost)
    } catch {
      preconditionFailure("a test misspells its network: \(error)")
    }
  }

  private func problem(_ kind: Kind, _ activation: Activation) -> Problem {
    Problem(
      Self.network(kind, activation), gain: activation == .sigmoid ? 0.15 : 0.25,
      bias: activation == .sigmoid ? -0.2...0.1 : -0.3...0.3)
  }

  private func estimated(_ problem: Problem, _ kind: NudgingKind, _ beta: Double) throws -> Gradient {
    let method = problem.method(Problem.toRest, Nudging(kind: kind, beta: beta))
    let free = try problem.free()
    let (contrast, phases) = try method.contrast(
      free: free.state, sign: 1, clamped: problem.clamped, parameters: problem.parameters)
    for settled in [free] + phases.map(\.settled) { #expect(settled.outcomes.allSatisfy { $0 == .settled }) }
    return Gradient(contrast, portion: problem.portion)
  }

  static let smooth: [Activation] = [.sigmoid, .tanh]

  @Test(
    "centered at β .05: cosine ≥ .999999, relative error ≤ 5e-3 in every layer", arguments: Kind.allCases,
    smooth)
  func centered(kind: Kind, activation: Activation) throws {
    // Maxima of what tends to be negative have no state of rest: see `Pooling`.
    if kind == .maxPooled && activation == .tanh { return }
    let problem = problem(kind, activation)
    let expected = try Gradient(finiteDifferencesOf: problem, step: kind.step)
    let found = try estimated(problem, .centered, 0.05)
    for k in 1...expected.layers {
      for part in [Gradient.Part.weight, .bias] {
        let match = found.match(expected, layer: k, part)
        measured("\(kind) \(activation.rawValue) \(part) \(k): 1 − cosine", 1 - match.cosine)
        measured("\(kind) \(activation.rawValue) \(part) \(k): relative error", match.relativeError)
        #expect(match.cosine >= 0.999999 && match.relativeError <= 5e-3)
        #expect(norm(expected.elements(layer: k, part)) > 1e-7, "nothing to compare with")
      }
    }
    let errors = try [0.1, 0.05, 0.025].map { beta in
      try estimated(problem, .centered, beta).match(expected).relativeError
    }
    for (larger, smaller) in zip(errors, errors.dropFirst()) {
      measured("\(kind) \(activation.rawValue): ratio", larger / smaller)
      #expect(abs(larger / smaller - 4) <= 0.2)
    }
  }

  @Test(
    "recurrent backpropagation, backpropagation through time and the twin are exact", arguments: Kind.allCases
  )
  func exact(kind: Kind) throws {
    let problem = problem(kind, .sigmoid)
    let free = try problem.free()
    let expected = try Gradient(finiteDifferencesOf: problem, step: kind.step)
    let (lesson, contrasts) = try problem.lesson(
      .recurrentBackpropagation, nil, Problem.toRest, from: free.state)
    #expect(lesson.phases[0].outcomes.allSatisfy { $0 == .settled })
    let recurrent = Gradient(contrasts[0], portion: problem.portion).match(expected).relativeError
    measured("\(kind): recurrent backpropagation, relative error", recurrent)
    #expect(recurrent <= 1e-6)
    for updates in [Updates.euler, .evenOdd] {
      let relaxation = Problem.counted(updates, 6)
      let through = try BackpropagationThroughTime(relaxation).gradients(
        last: [6], of: 6, from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
      let method = problem.method(relaxation)
      let differences = try FiniteDifferences(step: 1e-5).gradient(
        of: { parameters in
          let clamped = Clamped(
            shards: problem.shards, input: problem.input, targets: problem.targets, parameters: parameters)
          let state = try method.freePhase(from: problem.zeros, clamped: clamped, parameters: parameters)
            .state
          return (0..<problem.rows).reduce(0) { $0 + problem.cost(state, row: $1) } / Double(problem.rows)
        }, at: problem.parameters)
      let error = through[0].match(differences).relativeError
      #expect(norm(differences.elements(layer: 1)) > 1e-7)
      measured("\(kind) \(updates.rawValue): through time, relative error", error)
      #expect(error <= 1e-6)
    }
  }

  @Test("the total energy never rises in a half-sweep", arguments: Kind.allCases)
  func falls(kind: Kind) throws {
    let problem = Problem(Self.network(kind, .hardSigmoid), gain: 1.5, bias: -0.2...0.5)
    let method = problem.method(Problem.counted(.evenOdd, 1))
    var (state, clamped) = (problem.anywhere, problem.clamped)
    for beta in [0, 0.3] {
      for _ in 0..<12 {
        let before = (0..<problem.rows).map {
          problem.totalEnergy(state, beta: beta, clamped: clamped, row: $0)
        }
        state = try method.nudgedPhase(
          from: state, beta: beta, clamped: clamped, parameters: problem.parameters
        ).state
        for row in 0..<problem.rows {
          let after = problem.totalEnergy(state, beta: beta, clamped: clamped, row: row)
          #expect(after <= before[row] + 1e-12 * abs(before[row]))
        }
      }
    }
    clamped = problem.clamped
  }
}
