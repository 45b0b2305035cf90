import DataSets
import EnergyModels
import EquilibriumPropagation
import Records
import Tensors
import Training

extension SampleRecord {
  /// Judges samples by the data that they should be like.
  ///
  /// - Parameters:
  ///   - samples: a row each, two at least, as the data below, four at least.
  ///   - classifier: a run's network that knows the classes of such data.
  ///   - labels: of the samples the classes that were asked for; none where none were.
  public init(samples: Matrix, data: Matrix, classifier: Inspection?, labels: [Int] = []) throws {
    let halves = data.halves
    let rows = NearestRows(data)
    let own = rows.distances(of: data, atMost: 4000, countsItself: false).sorted()
    let nearest = rows.distances(of: samples).sorted()
    let first = own[own.count / 100]
    self.init(
      samples: samples.rows, examples: data.rows,
      frechetPixels: NormalDistribution(points: samples).squaredFrechetDistance(
        to: NormalDistribution(points: data)),
      frechetFloor: NormalDistribution(points: halves.0).squaredFrechetDistance(
        to: NormalDistribution(points: halves.1)),
      nearestRatio: nearest[nearest.count / 2] / own[own.count / 2],
      copiedShare: Double(nearest.count { $0 < first }) / Double(nearest.count))
    guard let classifier else { return }
    let (drawn, known) = (try classifier.features(samples), try classifier.features(data))
    let features = known.features.halves
    classes = Classes(
      error: try classifier.error(.test),
      frechetFeatures: NormalDistribution(points: drawn.features)
        .squaredFrechetDistance(to: NormalDistribution(points: known.features)),
      frechetFeaturesFloor: NormalDistribution(points: features.0).squaredFrechetDistance(
        to: NormalDistribution(points: features.1)),
      shares: drawn.shares, confidentShare: drawn.confidentShare, confidentData: known.confidentShare,
      labelShare: labels.isEmpty ? nil : drawn.share(of: labels))
  }
}

/// What a classifier makes of inputs.
private struct ClassifiedInputs {
  /// p of each class, a row an input.
  let probabilities: Matrix
  /// ρ of the last hidden layer.
  let features: Matrix

  var shares: [Double] {
    let found = probabilities.largestColumns(rows: probabilities.rows)
    return (0..<probabilities.columns).map { label in
      Double(found.count { $0 == label }) / Double(found.count)
    }
  }

  /// The share of inputs that are of these classes.
  func share(of labels: [Int]) -> Double {
    let found = probabilities.largestColumns(rows: probabilities.rows)
    return Double(zip(found, labels).count { $0 == $1 }) / Double(labels.count)
  }

  var confidentShare: Double {
    let confident = (0..<probabilities.rows).count { (probabilities.row($0).max() ?? 0) >= 0.9 }
    return Double(confident) / Double(probabilities.rows)
  }
}

extension Inspection {
  /// Lets inputs settle, some hundred at a time.
  fileprivate func features(_ inputs: Matrix) throws -> ClassifiedInputs {
    let (precision, last) = (parameters.precision, network.output - 1)
    let chunk = 256
    let method = Method(
      run.procedure.relaxing(as: relaxation), portion: parameters.portion, rows: chunk, precision: precision,
      neighbours: Alone())
    var probabilities = Matrix(
      rows: inputs.rows, columns: network.units(network.output), precision: .float64)
    var features = Matrix(rows: inputs.rows, columns: network.units(last), precision: .float64)
    for first in stride(from: 0, to: inputs.rows, by: chunk) {
      let count = min(chunk, inputs.rows - first)
      let input = Matrix(rows: count, columns: inputs.columns, precision: precision) {
        inputs[first + $0, $1]
      }
      let clamped = Clamped(shards: [0, count], input: input, targets: nil, parameters: parameters)
      let start = State(rows: chunk, portion: parameters.portion, precision: precision)
      let free = try method.infer(from: start, clamped: clamped, parameters: parameters)
      let (outputs, activity) = (free.outputs, free.state.activity(last))
      for row in 0..<count {
        for j in 0..<probabilities.columns { probabilities[first + row, j] = outputs[row, j] }
        for j in 0..<features.columns { features[first + row, j] = activity[row, j] }
      }
    }
    return ClassifiedInputs(probabilities: probabilities, features: features)
  }

  /// The share of wrong answers to a split, in percent.
  fileprivate func error(_ split: Split) throws -> Double {
    let found = try predictions(split)
    return 100 * Double(found.count { $0.label != $0.predicted }) / Double(max(found.count, 1))
  }

  /// The inputs of some examples as the network is given them, a row each, in Float64.
  public func inputs(of examples: ShardExamples) -> Matrix {
    let values = data.values(.float64)
    var inputs = Matrix(rows: examples.count, columns: values.count, precision: .float64)
    for row in 0..<examples.count { values.set(&inputs, row: row, to: row, of: examples) }
    return inputs
  }
}

extension Matrix {
  /// The rows in two halves, dealt by chance: in MNIST every other image is of the same group of writers.
  fileprivate var halves: (Matrix, Matrix) {
    let order = Batches(examples: rows, shards: 1, perShard: 1, seed: 1).order(epoch: 0, shard: 0)
    func half(_ chosen: ArraySlice<Int>) -> Matrix {
      let first = chosen.startIndex
      return Matrix(rows: chosen.count, columns: columns, precision: precision) {
        self[chosen[first + $0], $1]
      }
    }
    return (half(order[..<(rows / 2)]), half(order[(rows / 2)...]))
  }
}

/// The rows of a matrix, to be near to.
private struct NearestRows {
  private let rows: Matrix
  private let squares: [Double]
  /// Some hundred rows each, as columns.
  private let blocks: [(first: Int, columns: Panels)]

  init(_ rows: Matrix) {
    self.rows = rows
    squares = (0..<rows.rows).map { rows.row($0).reduce(0) { $0 + $1 * $1 } }
    blocks = stride(from: 0, to: rows.rows, by: 512).map { first in
      let count = min(512, rows.rows - first)
      var columns = Panels(depth: rows.columns, columns: count, precision: rows.precision)
      for j in 0..<count { for i in 0..<rows.columns { columns[i, j] = rows[first + j, i] } }
      return (first, columns)
    }
  }

  /// Of each of some points the distance to the nearest row.
  ///
  /// - Parameters:
  ///   - limit: of evenly spaced points, where there are more.
  ///   - countsItself: whether a point may be near to the row of its own place.
  func distances(of points: Matrix, atMost limit: Int = .max, countsItself: Bool = true) -> [Double] {
    let step = max(1, (points.rows - 1) / limit + 1)
    let chosen = Array(stride(from: 0, to: points.rows, by: step))
    let asked = Matrix(rows: chosen.count, columns: points.columns, precision: rows.precision) {
      points[chosen[$0], $1]
    }
    let own = (0..<asked.rows).map { asked.row($0).reduce(0) { $0 + $1 * $1 } }
    var nearest = [Double](repeating: .infinity, count: asked.rows)
    for (first, columns) in blocks {
      var products = Matrix(rows: asked.rows, columns: columns.columns, precision: rows.precision)
      products.setProduct(rows: 0..<asked.rows, of: asked, with: columns, adding: .zero)
      for row in 0..<asked.rows {
        for j in 0..<columns.columns where countsItself || first + j != chosen[row] {
          nearest[row] = min(nearest[row], own[row] + squares[first + j] - 2 * products[row, j])
        }
      }
    }
    return nearest.map { max($0, 0).squareRoot() }
  }
}
