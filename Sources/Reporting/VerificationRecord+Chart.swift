import Foundation
import Records

extension VerificationRecord {
  /// The error of each nudging over β, both axes logarithmic, with lines of the expected orders beside.
  public var chart: Chart {
    let series = sweeps.map { sweep in
      let points = sweep.points.sorted { $0.beta < $1.beta }
      return Chart.Series(sweep.nudging, points.map { Chart.Point($0.beta, $0.relativeError) })
    }
    let orders = Set(sweeps.map(\.expectedOrder)).sorted()
    return Chart(
      title: "\(facts.run): error of the gradient over β",
      x: Chart.Axis("nudging strength β", scale: .logarithmic),
      y: Chart.Axis("relative error, all layers", scale: .logarithmic), series: series,
      guides: orders.compactMap(guide))
  }

  /// A line of one order, a little below the lowest of the sweeps that should follow it.
  private func guide(order: Int) -> Chart.Guide? {
    let lowest = sweeps.filter { $0.expectedOrder == order }.compactMap { sweep in
      sweep.points.filter(sweep.isFitted).min { $0.beta < $1.beta }
    }.min { $0.relativeError < $1.relativeError }
    let errors = sweeps.flatMap { $0.points.map(\.relativeError) }.filter { $0 > 0 && $0.isFinite }
    guard let lowest, let least = errors.min(), let most = errors.max() else { return nil }
    // A twentieth of the chart's height, whatever its range.
    let error = lowest.relativeError * pow(least / most, 0.05)
    return Chart.Guide("order \(order)", through: Chart.Point(lowest.beta, error), slope: Double(order))
  }
}
