import EnergyModels
import Tensors

/// What a contrast is made of, told by the numbers of a rule's phases.
public struct ContrastForm: Equatable, Sendable {
  /// What a connection W_{jk} between layers of states learns from.
  public enum Term: Equatable, Sendable {
    /// factor · (ρ⁺_j ρ⁺_kᵀ − ρ⁻_j ρ⁻_kᵀ) of two phases' ends, as ρ̄_j Δ_kᵀ + Δ_j ρ̄_kᵀ: see `Contrast`.
    case difference(Int, minus: Int, times: Double = 1)
    /// ρ_j g_kᵀ + g_j ρ_kᵀ of the activities of one phase and the responses g of another.
    case symmetric(Int, response: Int)
    /// a_j b_kᵀ of the activities that two phases, or one twice, ended with.
    case product(Int, Int)
    /// a_j b_kᵀ + a′_j b′_kᵀ of the activities that phases ended with, of connections to all layers but the output.
    case pair(Int, Int, and: Int, Int)
    /// a_j b_kᵀ of connections to the output alone.
    case readOut(Int, Int)
    /// Re(weight · z_j z_kᵀ) of a phase on complex states.
    case complex(Int, re: Double, im: Double)
    /// ⟨ρ_j ρ_kᵀ⟩⁺ − ⟨ρ_j ρ_kᵀ⟩⁻ of two phases that keep averages.
    case averages(Int, minus: Int)
    /// factor · ⟨ρ_j ρ_kᵀ⟩ over the weighed states of a phase that holds an input of states.
    case expectation(Double, Int)
    /// −Cov(ρ_j ρ_kᵀ, C) over the iterations that a phase keeps with their costs, of each example.
    case covariance(Int)

    /// Whether it is made of averages, and so of states that need not rest.
    public var isAveraged: Bool {
      switch self {
      case .averages, .covariance: true
      case .difference, .symmetric, .product, .complex, .expectation, .pair, .readOut: false
      }
    }
  }

  /// When the parameters learn.
  public enum Learning: Equatable, Sendable {
    /// From the ends of all phases.
    case once
    /// In every iteration of the last phase, from what that iteration changed.
    case everyIteration
  }

  /// What examples may break, as a local minimum or a wrong one shows.
  public enum Promise: Equatable, Sendable {
    /// C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}) of the nudged phases on real states.
    ///
    /// Source: Scellier & Bengio 2017, proposition 1: d C(s^β)/dβ ≤ 0.
    case cost
    /// E(s) ≥ E(s⁰) of the phases that hold the output.
    case energy
  }

  public var terms: [Term]
  /// What the sums are divided by.
  public var strength: Double
  public var learns: Learning
  /// nil where nothing is promised.
  public var promise: Promise?
  /// The rate at which the offsets slide that activities are counted from; nil where they count as they are.
  public var offsets: Double?

  public init(
    _ terms: [Term], over strength: Double, learns: Learning = .once, promise: Promise? = nil,
    offsets: Double? = nil
  ) {
    self.terms = terms
    self.strength = strength
    self.learns = learns
    self.promise = promise
    self.offsets = offsets
  }

  /// The sums that a connection between layers of states learns from, in order: how many products each is made of.
  ///
  /// - Parameter phases: those of the rule, which say how many iterations averages are over.
  public func products(_ phases: [Phase]) -> [Int] {
    func kept(_ phase: Int) -> [Int] {
      Array(repeating: 1, count: phases[phase].keeps.count(of: phases[phase].duration.atMost))
    }
    return terms.flatMap { term -> [Int] in
      switch term {
      case .difference, .symmetric, .complex: [2]
      case .expectation(_, let phase): [kept(phase).count]
      case .product: [1]
      case .pair: [2]
      case .readOut: []
      case .averages(let plus, let minus): kept(plus) + kept(minus)
      case .covariance(let phase): kept(phase)
      }
    }
  }

  /// Differences of two ends that are taken, layer by layer.
  public var differences: Int {
    terms.count {
      switch $0 {
      case .difference, .averages: true
      case .symmetric, .product, .complex, .covariance, .expectation, .pair, .readOut: false
      }
    }
  }

  /// Complex states that are turned, layer by layer.
  public var turns: Int {
    terms.count { if case .complex = $0 { true } else { false } }
  }
}

extension Scheme {
  /// What tells two phases apart: their ends, or their averages where states are drawn.
  func difference(_ plus: Int, minus: Int) -> ContrastForm.Term {
    relaxation.samples ? .averages(plus, minus: minus) : .difference(plus, minus: minus)
  }

  /// What is promised of states at rest; of states that are drawn it is not.
  func promise(_ promise: ContrastForm.Promise) -> ContrastForm.Promise? {
    relaxation.samples ? nil : promise
  }

  /// Whether the free phase alone tells the gradient.
  var usesCovariance: Bool { relaxation.samples && nudging.estimator == .covariance }
}

extension ContrastForm {
  /// The contrast of the ends of a rule's phases.
  func contrast(of ends: [Settled], clamped: Clamped) -> Contrast {
    var made: [Contrast.Term] = []
    /// Biases learn from the sum of all changes.
    var changes: [Contrast.Levels] = []
    for term in terms {
      switch term {
      case .difference(let plus, let minus, let factor):
        let (mean, difference) = Contrast.Levels.between(
          ends[plus].state, ends[minus].state, rows: clamped.rows)
        var change = difference
        if factor != 1 {
          let (shares, none) = (clamped.rows.map { _ in factor }, clamped.rows.map { _ in 0.0 })
          change.replaceEach { _, change in change.combined(shares, with: change, none, rows: clamped.rows) }
        }
        made.append(Contrast.Term(.symmetric, mean, change: change))
        changes.append(change)
      case .expectation(let factor, let phase):
        guard let averages = ends[phase].averages else {
          preconditionFailure("a phase that keeps no averages")
        }
        let (term, mean) = averages.expectation(times: factor)
        made.append(term)
        changes.append(mean)
      case .symmetric(let at, let response):
        let change = Contrast.Levels(activityOf: ends[response].state)
        made.append(Contrast.Term(.symmetric, Contrast.Levels(activityOf: ends[at].state), change: change))
        changes.append(change)
      case .pair(let lower, let upper, let other, let otherUpper):
        let change = Contrast.Levels(activityOf: ends[upper].state)
        let second = Contrast.Levels(activityOf: ends[otherUpper].state)
        var term = Contrast.Term(.product, Contrast.Levels(activityOf: ends[lower].state), change: change)
        term.second = (Contrast.Levels(activityOf: ends[other].state), second)
        term.teachesOutput = false
        made.append(term)
        changes += [change, second]
      case .readOut(let lower, let upper):
        var term = Contrast.Term(
          .product, Contrast.Levels(activityOf: ends[lower].state),
          change: Contrast.Levels(activityOf: ends[upper].state))
        term.teachesOutput = true
        made.append(term)
      case .product(let lower, let upper):
        let change = Contrast.Levels(activityOf: ends[upper].state)
        made.append(Contrast.Term(.product, Contrast.Levels(activityOf: ends[lower].state), change: change))
        changes.append(change)
      case .complex(let phase, let re, let im):
        let states = Contrast.Levels(activityOf: ends[phase].state)
        let weighted = states.turned(by: (re, im), rows: clamped.rows)
        made.append(Contrast.Term(.complex(half: ends[phase].half), states, change: weighted))
        changes.append(weighted)
      case .averages(let plus, let minus):
        let (more, less) = (ends[plus].averages, ends[minus].averages)
        guard let more, let less else { preconditionFailure("a phase that keeps no averages") }
        made += more.products(sign: 1) + less.products(sign: -1)
        changes.append(more.mean.difference(from: less.mean, rows: clamped.rows))
      case .covariance(let phase):
        guard let averages = ends[phase].averages else {
          preconditionFailure("a phase that keeps no averages")
        }
        let products = averages.covariances
        made += products
        changes += products.map(\.change)
      }
    }
    precondition(!changes.isEmpty, "a contrast without terms")
    guard made.count > 1 || changes.count > 1 else {
      return Contrast(strength: strength, terms: made, clamped: clamped)
    }
    var sum = changes[0]
    for change in changes.dropFirst() { sum.add(change, rows: clamped.rows) }
    return Contrast(strength: strength, terms: made, sum: sum, clamped: clamped)
  }
}
