import EnergyModels
import Records
import Tensors
import Training

/// Measures the kernels at the very shapes of some counted work, in the order of a step, so that weights are found in
/// whichever cache a step finds them in.
struct KernelMeter {
  private var jobs: [Job]
  private let calls: [StepWork.Call]

  /// Prepares tensors of every shape; `clamped` is a real batch, whose zeros count.
  init(_ work: StepWork, precision: Precision, clamped: Clamped?) {
    calls = work.calls
    jobs = calls.map { Job($0.kind, precision: precision, clamped: clamped) }
  }

  /// Operations a second of each product and contrast, bytes a second of each descent, and 0 of other calls; medians
  /// over as many rounds as the time allows, five at least.
  mutating func rates(seconds: Double) -> [Double] {
    let begin = StepClock.monotonic()
    var samples = calls.map { _ in [Double]() }
    repeat {
      for index in jobs.indices {
        // Sweeps come again and again between one drive and one descent.
        let isSwept = calls[index].part == .free
        let calls = isSwept ? 4 : 1
        let start = StepClock.monotonic()
        for _ in 0..<calls { jobs[index].run() }
        let elapsed = Double(max(StepClock.monotonic() - start, 1)) / 1e9 / Double(calls)
        samples[index].append(elapsed)
      }
    } while Double(StepClock.monotonic() - begin) / 1e9 < seconds || samples.first?.count ?? 5 < 5
    return zip(calls, samples).map { call, samples in
      let time = MedianRange(samples)?.median ?? 0
      guard time > 0 else { return 0 }
      switch call.kind {
      case .product, .contrast: return call.operations / time
      case .descent: return call.bytes / time
      case .elements, .transpose: return 0
      }
    }
  }
}

extension KernelMeter {
  /// A call with tensors of its own.
  private enum Job {
    case product(a: Matrix, w: Panels, bias: Panels, out: Matrix)
    case liveProduct(a: Matrix, live: LiveInputs, rows: Int, w: Panels, bias: Panels, out: Matrix)
    case contrast(ContrastSum, bounds: [Int], panels: Int, out: Panels)
    case descent(Panels, moments: TensorMoments, contrast: Panels, WeightUpdate)
    case none

    init(_ kind: StepWork.Kind, precision: Precision, clamped: Clamped?) {
      func matrix(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(rows: rows, columns: columns, precision: precision) { i, j in
          Double((7 * i + 3 * j) % 11 + 1) / 16
        }
      }
      func panels(_ depth: Int, _ columns: Int) -> Panels {
        Panels(depth: depth, columns: columns, precision: precision)
      }
      switch kind {
      case .product(let rows, let depth, let columns, let isLive):
        let (w, bias) = (panels(depth, columns), panels(1, columns))
        let out = matrix(rows, columns)
        if isLive, let input = clamped?.input, let live = clamped?.live, input.columns == depth,
          clamped?.rows.count == rows
        {
          self = .liveProduct(a: input, live: live, rows: rows, w: w, bias: bias, out: out)
        } else {
          self = .product(a: matrix(rows, depth), w: w, bias: bias, out: out)
        }
      case .contrast(let terms, let depth, let columns, let rows, let shards, let isLive):
        typealias End = ContrastSum.End
        let isReal = isLive && clamped?.input?.columns == depth && clamped?.rows.count == rows
        let real = isReal ? clamped?.input.map { End($0) } : nil
        // What has one unit below is a bias.
        let pre = real ?? (depth == 1 ? .one(precision) : End(matrix(rows, depth)))
        let post = matrix(rows, columns)
        let second = terms > 1 ? (pre: End(matrix(rows, depth)), post: End(matrix(rows, columns))) : nil
        let sum = ContrastSum(
          pre: pre, post: End(post), and: second, live: isReal ? clamped?.live : nil)
        let bounds = (0...shards).map { rows * $0 / shards }
        // Two panels at a time, as the optimizer takes them.
        let strip = panels(depth, min(2 * panelWidth, padded(columns)))
        self = .contrast(sum, bounds: bounds, panels: padded(columns) / panelWidth, out: strip)
      case .descent(let count, let update):
        let weights = panels(1, count)
        // Contrasts are found in the cache, some panels at a time.
        let contrast = panels(1, min(count, 1024 * panelWidth))
        let moments = TensorMoments(
          first: update == .plain ? nil : weights, second: update == .adam ? weights : nil)
        self = .descent(weights, moments: moments, contrast: contrast, update.example)
      case .elements, .transpose: self = .none
      }
    }

    mutating func run() {
      switch self {
      case .product(let a, let w, let bias, var out):
        self = .none
        out.setProduct(rows: 0..<a.rows, of: a, with: w, adding: .row(bias))
        self = .product(a: a, w: w, bias: bias, out: out)
      case .liveProduct(let a, let live, let rows, let w, let bias, var out):
        self = .none
        out.setProduct(of: a, live: live, rows: rows, with: w, bias: bias)
        self = .liveProduct(a: a, live: live, rows: rows, w: w, bias: bias, out: out)
      case .contrast(let sum, let bounds, let panels, var out):
        self = .none
        for first in stride(from: 0, to: panels, by: out.count) {
          sum.write(panels: first..<min(first + out.count, panels), to: &out, at: 0, shards: bounds)
        }
        self = .contrast(sum, bounds: bounds, panels: panels, out: out)
      case .descent(var weights, var moments, var contrast, let update):
        self = .none
        for first in stride(from: 0, to: weights.count, by: contrast.count) {
          let strip = first..<min(first + contrast.count, weights.count)
          update.apply(
            to: &weights, moments: &moments, panels: strip,
            contrast: contrast.scalars(panels: 0..<strip.count))
        }
        self = .descent(weights, moments: moments, contrast: contrast, update)
      case .none: return
      }
    }
  }
}

extension StepWork.Update {
  /// An update whose work is this one's.
  fileprivate var example: WeightUpdate {
    switch self {
    case .plain: .descent(Descent(rate: 1e-6, scale: 1))
    case .momentum: .descent(Descent(rate: 1e-6, scale: 1, momentum: 0.5))
    case .nesterov: .descent(Descent(rate: 1e-6, scale: 1, momentum: 0.5, looksAhead: true))
    case .adam: .adam(Adam(rate: 1e-6, scale: 1, mean: 0.9, square: 0.999, epsilon: 1e-8, update: 1))
    }
  }
}
