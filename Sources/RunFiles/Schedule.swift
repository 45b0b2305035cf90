import Foundation

/// How the learning rates change from epoch to epoch.
public enum Schedule: Equatable, Sendable {
  /// The rates of the layers, always.
  case constant
  /// The rates × factor^epoch, epochs counted from 0.
  case exponential(factor: Double)
  /// The rates for a share `hold` of the run's epochs, from there straight to 0 at its end.
  case linear(hold: Double)
  /// The rates × floor + (1 − floor) ½ (1 + cos(π t/T)) with t of the run's T epochs behind.
  case cosine(floor: Double)
  /// The same fall again and again, t of T_i epochs behind: the first lasts T_0 = period epochs, each one after it
  /// T_{i+1} = growth · T_i.
  ///
  /// Source: Loshchilov & Hutter 2017, arXiv:1608.03983 (SGDR), whose t also counts parts of epochs.
  case cosineRestarts(period: Int, growth: Int, floor: Double)
}

extension Schedule {
  /// What the rates are multiplied with in an epoch, counted from 0.
  package func factor(epoch: Int, of epochs: Int) -> Double {
    switch self {
    case .constant: 1
    case .exponential(let factor): pow(factor, epoch)
    case .linear(let hold):
      min(1, Double(epochs - epoch) / (Double(epochs) * (1 - hold)))
    case .cosine(let floor): fall(epoch, of: epochs, to: floor)
    case .cosineRestarts(let period, let growth, let floor):
      restarted(epoch, period: period, growth: growth, floor: floor)
    }
  }

  /// Whether factors depend on how many epochs the run has.
  var looksAhead: Bool {
    switch self {
    case .cosine, .linear: true
    case .constant, .exponential, .cosineRestarts: false
    }
  }

  private func fall(_ epoch: Int, of epochs: Int, to floor: Double) -> Double {
    floor + (1 - floor) * (0.5 * (1 + cos(Double.pi * Double(epoch) / Double(epochs))))
  }

  private func restarted(_ epoch: Int, period: Int, growth: Int, floor: Double) -> Double {
    if growth == 1 { return fall(epoch % period, of: period, to: floor) }
    var (behind, length) = (epoch, period)
    while behind >= length {
      behind -= length
      length *= growth
    }
    return fall(behind, of: length, to: floor)
  }
}

/// factorⁿ by repeated multiplication, the same bits on every system.
private func pow(_ factor: Double, _ n: Int) -> Double {
  (0..<n).reduce(1) { product, _ in product * factor }
}
