import EnergyModels
import Tensors

/// States drawn from p(s) ∝ e^{−F(s)/T}, F = E + βC: Gibbs sweeps, exact on the colours of the even-odd sweep, or Langevin
/// steps of all layers at once, as they come or Metropolis-adjusted.
///
///     Gibbs, the neighbours held: s ~ Normal(D, T), truncated to the range of states; nudged Normal((D + βd)/(1 + β), T/(1 + β))
///     binary: P(1) = 1 / (1 + e^{−(D − ½)/T});   categorical: P(c) = e^{D_c/T} / Σ e^{D/T}
///     Langevin: s ← s − ε ∂F/∂s + √(2Tε) ξ
///     mala: the same, where an example accepts it: see `AdjustedChain`
///
/// A unit's number is a function of (seed, step, example, sweep, layer, unit), and of the phase where phases are to be
/// independent: nobody has to be told it.
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024, §5 (stationary distributions).
public struct Sampler: Dynamics {
  public let relaxation: Relaxation
  public let beta: Double
  /// Whether all phases draw the same numbers.
  public let isCommon: Bool
  public var proposes: Bool { relaxation.updates == .mala }

  public init(_ relaxation: Relaxation, beta: Double = 0, isCommon: Bool = true) {
    (self.relaxation, self.beta, self.isCommon) = (relaxation, beta, isCommon)
  }

  public func motion(in scene: Scene) -> any Motion {
    proposes ? AdjustedChain(chain(in: scene)) : chain(in: scene)
  }

  private func chain(in scene: Scene) -> Chain {
    let (descent, pulls) = (EnergyDescent(relaxation, beta: beta), Pulls(scene, beta: beta))
    let layers = scene.portion.layers
    return Chain(
      sampler: self, lowest: layers.lowerBound,
      updates: layers.map {
        var update = descent.update($0, of: scene.network, pulls)
        update.move = relaxation.updates == .gibbs ? .gibbs : .langevin
        return update
      }, clamped: scene.clamped)
  }

  final class Chain: Motion {
    private let sampler: Sampler
    private let lowest: Int
    private var updates: [LayerUpdate]
    private let clamped: Clamped

    init(sampler: Sampler, lowest: Int, updates: [LayerUpdate], clamped: Clamped) {
      (self.sampler, self.lowest, self.updates, self.clamped) = (sampler, lowest, updates, clamped)
    }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let update = update(k, at: instant)
      if clamped.network.activation(k).isCategorical, let noise = update.noise {
        return next.drawClass(drive: drive, at: noise.temperature, rows: rows, by: noise)
      }
      return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
    }

    /// What moves layer k in a sweep.
    func update(_ k: Int, at instant: Instant) -> LayerUpdate {
      let own = k - lowest
      if updates[own].noise == nil {
        let network = clamped.network
        updates[own].noise = noise(
          k, positions: network.positions(k), units: network.units(k), at: instant)
      }
      updates[own].noise?.sweep = instant.iteration
      return updates[own]
    }

    /// The numbers of a phase that stand under a layer's word.
    func noise(_ word: Int, positions: Int, units: Int, at instant: Instant) -> Noise {
      Noise(
        clamped.random, layer: word,
        stream: clamped.stream << 16 | (sampler.isCommon ? 0 : instant.phase + 1), step: instant.step,
        chains: instant.examples.isEmpty ? Array(0..<clamped.rows.count) : instant.examples,
        temperature: temperature, positions: positions, units: units)
    }

    var temperature: Double { sampler.relaxation.sampling.temperature }
  }
}

/// Each layer at the mean of e^{−E/T}, its neighbours held: P(1) of binary units, the drive of linear ones.
public struct ConditionalMeans: Dynamics {
  public let temperature: Double

  public init(temperature: Double) { self.temperature = temperature }

  public func motion(in scene: Scene) -> any Motion { Mean(network: scene.network, temperature: temperature) }

  private struct Mean: Motion {
    let network: Network
    let temperature: Double

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      precondition(!network.activation(k).isCategorical, "a layer of classes is held, or drawn")
      let update = LayerUpdate(
        move: .mean(temperature: temperature), curve: network.activation(k).curve, step: 1)
      return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
    }
  }
}

extension Scheme {
  /// What moves states on E.
  var freeDynamics: any Dynamics {
    relaxation.samples ? Sampler(relaxation, isCommon: nudging.noise == .common) : EnergyDescent(relaxation)
  }

  /// What moves states on F = E + βC.
  func nudgedDynamics(beta: Double) -> any Dynamics {
    relaxation.samples
      ? Sampler(relaxation, beta: beta, isCommon: nudging.noise == .common)
      : nudging.form.descent(relaxation, beta)
  }
}
