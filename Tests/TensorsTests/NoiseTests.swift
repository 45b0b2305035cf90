import CKernels
import Foundation
import Tensors
import Testing

/// Random numbers of units, and the states drawn with them.
@Suite("Noise") struct NoiseTests {
  private func noise(
    layer: Int = 1, stream: Int = 0, step: Int = 7, chains: [Int] = Array(0..<64), temperature: Double = 0.01,
    positions: Int = 1, units: Int = 500, seed: UInt64 = 3
  ) -> Noise {
    Noise(
      CounterRandom(seed: seed, purpose: .noise), layer: layer, stream: stream, step: step, chains: chains,
      temperature: temperature, positions: positions, units: units)
  }

  /// Random123's own answers for threefry4x32-20.
  @Test("words are Threefry's", arguments: InstructionSet.all)
  func words(set: InstructionSet) {
    let answers: [(counter: UInt32, key: UInt32, words: [UInt32])] = [
      (0, 0, [0x9c6c_a96a, 0xe17e_ae66, 0xfc10_ecd4, 0x5256_a7d8]),
      (.max, .max, [0x2a88_1696, 0x5701_2287, 0xf6c7_446e, 0xa16a_6732]),
    ]
    for (counter, key, words) in answers {
      let chains = [counter]
      chains.withUnsafeBufferPointer { chains in
        var form = eq_noise()
        form.key = (key, key, key, key)
        (form.chains, form.positions) = (chains.baseAddress, 1)
        (form.sweep, form.step) = (counter, counter)
        // The last of sixteen counters of the last block of positions is all ones; the first of the first all zeros.
        (form.blocks, form.unit) = (1 << 28, counter == 0 ? 0 : (1 << 28) * 64 - 49)
        var numbers = Matrix(rows: 1, columns: 64, precision: set.precision)
        set.kernels?.table.pointee.uniform(&form, counter == 0 ? 64 : 49, numbers.mutablePointer(0, 0))
        for (word, bits) in words.enumerated() {
          let shift = set.precision == .float32 ? 9 : 1
          let expected = (Double(bits >> UInt32(shift)) + 0.5) / Double(1 << (32 - shift))
          #expect(numbers[0, word * 16] == expected)
        }
      }
    }
  }

  @Test("a number depends on seed, step, chain, sweep, layer, stream, position and unit, and on nothing else")
  func key() {
    var all: [[Double]] = []
    func take(_ noise: Noise, row: Int = 0, sweep: Int = 0) {
      var noise = noise
      noise.sweep = sweep
      all.append(noise.numbers(row: row, units: 0..<500))
    }
    take(noise())
    take(noise(seed: 4))
    take(noise(step: 8))
    take(noise(layer: 2))
    take(noise(stream: 1))
    take(noise(), row: 1)
    take(noise(), sweep: 1)
    take(noise(positions: 2), row: 1)
    #expect(Set(all.joined()).count == all.count * 500)
    // However rows and columns are cut.
    let (whole, other) = (noise(), noise(chains: [9, 5]))
    #expect(whole.numbers(row: 5, units: 250..<500) == Array(whole.numbers(row: 5, units: 0..<500)[250...]))
    #expect(other.numbers(row: 1, units: 0..<500) == whole.numbers(row: 5, units: 0..<500))
    let long = noise(units: 3000)
    #expect(long.numbers(row: 2, units: 777..<3000) == Array(long.numbers(row: 2, units: 0..<3000)[777...]))
  }

  @Test("numbers are uniform and independent, and normal ones normal", arguments: Precision.allCases)
  func moments(precision: Precision) {
    let (count, noise) = (1_000_000.0, noise(chains: Array(0..<1000), units: 1000))
    var (sums, pairs, bins) = (Array(repeating: 0.0, count: 5), 0.0, Array(repeating: 0.0, count: 64))
    for row in 0..<1000 {
      let uniform = noise.numbers(row: row, units: 0..<1000, precision: precision)
      let normal = noise.numbers(row: row, units: 0..<1000, areNormal: true, precision: precision)
      #expect(uniform.allSatisfy { $0 > 0 && $0 < 1 })
      for (index, u) in uniform.enumerated() {
        bins[Int(u * 64)] += 1
        pairs += (u - 0.5) * (uniform[(index + 1) % 1000] - 0.5)
      }
      for z in normal { for power in 1...4 { sums[power] += pow(z, Double(power)) } }
    }
    let square = bins.reduce(0) { $0 + ($1 - count / 64) * ($1 - count / 64) / (count / 64) }
    #expect(abs(square - 63) < 5 * (2 * 63.0).squareRoot())
    #expect(abs(pairs / count) < 5 / 12 / count.squareRoot())
    for (power, (mean, variance)) in [(0.0, 1.0), (1, 2), (0, 15), (3, 96)].enumerated() {
      #expect(
        abs(sums[power + 1] / count - mean) < 5 * (variance / count).squareRoot(), "moment \(power + 1)")
    }
  }
}

/// Draws of one layer, against the distribution functions themselves.
@Suite("Drawn states") struct DrawnStateTests {
  /// One row of units, drawn with the numbers that are told beside.
  private func drawn(
    _ curve: Curve, means: [Double], temperature: Double, move: Move = .gibbs, beta: Double = 0,
    target: Double = 0, from: Double = 0, precision: Precision
  ) -> (states: [Double], numbers: [Double]) {
    let count = means.count
    let noise = Noise(
      CounterRandom(seed: 11, purpose: .noise), layer: 1, stream: 0, step: 3, chains: [5],
      temperature: temperature, positions: 1, units: count)
    let slope = curve == .halfHardSigmoid ? 0.5.squareRoot() : 1
    let drive = Matrix(rows: 1, columns: count, precision: precision) { means[$1] / slope }
    let states = Matrix(rows: 1, columns: count, precision: precision) { _, _ in from }
    var (next, activity): (Matrix, Matrix?) = (states, curve.isIdentity ? nil : states)
    activity?.activate(states, curve: curve, rows: 0..<1, columns: 0..<count)
    let before = activity
    var update = LayerUpdate(move: move, curve: curve, step: 0.3)
    (update.noise, update.beta) = (noise, beta)
    update.targets = Matrix(rows: 1, columns: count, precision: precision) { _, _ in target }
    _ = update.apply(
      to: states, activity: before, drive: drive, rows: 0..<1, columns: 0..<count, next: &next,
      nextActivity: &activity)
    #expect(next.hasZeroPadding && activity?.hasZeroPadding ?? true)
    return (next.row(0), noise.numbers(row: 0, units: 0..<count, precision: precision))
  }

  /// P(normal > x) by the C library.
  private func upper(_ x: Double) -> Double { 0.5 * erfc(x / 2.0.squareRoot()) }

  /// The share of Normal(mean, σ²) truncated to [0, top] below s, or above it: whichever is less.
  private func share(_ s: Double, mean: Double, sigma: Double, top: Double?) -> (below: Double, above: Double)
  {
    let z = (s - mean) / sigma
    guard let top else { return (upper(-z), upper(z)) }
    let (a, b) = (-mean / sigma, (top - mean) / sigma)
    // Differences of what is small on its own side.
    if a > 0 {
      let all = upper(a) - upper(b)
      return ((upper(a) - upper(z)) / all, (upper(z) - upper(b)) / all)
    }
    if b < 0 {
      let all = upper(-b) - upper(-a)
      return ((upper(-z) - upper(-a)) / all, (upper(-b) - upper(-z)) / all)
    }
    let all = 1 - upper(-a) - upper(b)
    return ((upper(-z) - upper(-a)) / all, (upper(z) - upper(b)) / all)
  }

  /// The distribution function of what is drawn gives back the number it was drawn with, over the whole range and far into
  /// both tails. A deviation, a bound or a curvature that is one part in a hundred off fails.
  @Test(
    "states are the inverse of their distribution function", arguments: Precision.allCases,
    [Curve.hardSigmoid, .linear, .relu6, .halfHardSigmoid])
  func inverse(precision: Precision, curve: Curve) {
    for temperature in [1e-4, 0.005, 0.01, 0.1, 1, 10] {
      for (beta, target) in [(0.0, 0.0), (0.4, 1.0), (-0.4, 1.0)] {
        let sigma = (temperature / (1 + beta)).squareRoot()
        let width = (curve.top ?? 0) + 60 * sigma
        let means = (0..<4000).map { (Double($0) / 4000 - 0.5) * width + (curve.top ?? 0) / 2 }
        let (states, numbers) = drawn(
          curve, means: means, temperature: temperature, beta: beta, target: target, precision: precision)
        var worst = 0.0
        if let top = curve.top { #expect(states.allSatisfy { $0 >= 0 && $0 <= top }) }
        for (index, (s, u)) in zip(states, numbers).enumerated() {
          let mean = (means[index] + beta * target) / (1 + beta)
          // What the state's own rounding moves, and the drive's.
          let rounding = 4 * precision.epsilon * (abs(s) + abs(mean) + (curve.top ?? 0))
          let (below, above) = share(s, mean: mean, sigma: sigma, top: curve.top)
          // Farther out the C library has no numbers left.
          guard mean > -30 * sigma, mean < (curve.top ?? 0) + 30 * sigma else { continue }
          let moved = [s - rounding, s + rounding].map { share($0, mean: mean, sigma: sigma, top: curve.top) }
          let reach = abs(moved[1].below - moved[0].below) + abs(moved[1].above - moved[0].above)
          let error = u < 0.5 ? abs(below - u) / u : abs(above - (1 - u)) / (1 - u)
          let slack = reach / (u < 0.5 ? u : 1 - u)
          if slack < 0.3 { worst = max(worst, error - slack) }
        }
        #expect(
          worst < (precision == .float32 ? 2e-5 : 1e-9), "\(curve) at T \(temperature), β \(beta): \(worst)")
      }
    }
  }

  @Test(
    "what is drawn rises with what drives it, and comes to the minimum as T → 0",
    arguments: Precision.allCases)
  func monotone(precision: Precision) {
    for temperature in [0.005, 0.3] {
      var before = Array(repeating: -1.0, count: 300)
      for drive in stride(from: -2.0, through: 3, by: 0.05) {
        let states = drawn(
          .hardSigmoid, means: Array(repeating: drive, count: 300), temperature: temperature,
          precision: precision
        ).states
        #expect(zip(before, states).allSatisfy { $0 <= $1 + 4 * precision.epsilon })
        before = states
      }
    }
    let means = (0..<500).map { Double($0) / 100 - 2 }
    for temperature in [1e-4, 1e-8, 1e-12] {
      let states = drawn(.hardSigmoid, means: means, temperature: temperature, precision: precision).states
      for (s, mean) in zip(states, means) {
        #expect(abs(s - min(max(mean, 0), 1)) <= 6.5 * temperature.squareRoot() + 4 * precision.epsilon)
      }
    }
  }

  @Test("binary units are 1 with the probability of e^{−F/T}", arguments: Precision.allCases)
  func binary(precision: Precision) {
    for (temperature, beta) in [(0.1, 0.0), (1, 0), (0.5, 0.8)] {
      for drive in [-0.4, 0.3, 0.5, 0.9] {
        let (states, numbers) = drawn(
          .binary, means: Array(repeating: drive, count: 3000), temperature: temperature, beta: beta,
          target: 1, precision: precision)
        let odds = exp(-((drive + beta) / (1 + beta) - 0.5) * (1 + beta) / temperature)
        for (s, u) in zip(states, numbers) {
          #expect(s == (u * (1 + odds) > odds ? 1 : 0) || abs(u * (1 + odds) - odds) < 1e-5)
        }
        #expect(Set(states) == [0, 1])
      }
    }
  }

  @Test(
    "Langevin steps: s − ε ∂F/∂s + √(2Tε) ξ, as mirrors at the bounds show it", arguments: Precision.allCases)
  func langevin(precision: Precision) {
    for curve in [Curve.hardSigmoid, .linear, .tanh, .relu6] {
      let means = (0..<2000).map { Double($0 % 40) / 10 - 2 }
      let temperature = 0.2
      let (states, _) = drawn(
        curve, means: means, temperature: temperature, move: .langevin, beta: 0.5, target: 1,
        from: 0.4, precision: precision)
      let normal = Noise(
        CounterRandom(seed: 11, purpose: .noise), layer: 1, stream: 0, step: 3, chains: [5],
        temperature: temperature, positions: 1, units: 2000
      ).numbers(row: 0, units: 0..<2000, areNormal: true, precision: precision)
      for index in means.indices {
        let slope = ScalarUnit(precision: precision, curve: curve).slope(0.4)
        let force = slope * means[index] - 0.4 + 0.5 * (1 - 0.4)
        var expected = 0.4 + 0.3 * force + (2 * temperature * 0.3).squareRoot() * normal[index]
        if let top = curve.top {
          while expected < 0 || expected > top { expected = expected < 0 ? -expected : 2 * top - expected }
        }
        #expect(abs(states[index] - expected) <= 40 * precision.epsilon)
      }
    }
  }

  @Test("what is not a number stays visible")
  func notANumber() {
    for curve in [Curve.hardSigmoid, .linear, .binary] {
      for move in [Move.gibbs, .langevin] {
        let states = drawn(
          curve, means: [.nan, 0.3, .infinity], temperature: 0.01, move: move, precision: .float32
        ).states
        #expect(!states[0].isFinite && states[1].isFinite)
      }
    }
  }

  @Test("the same bits from every instruction set", arguments: InstructionSet.all)
  func instructionSets(set: InstructionSet) {
    #expect(bits(set) == bits(.init(name: "baseline", precision: set.precision)))
  }

  private func bits(_ set: InstructionSet) -> [UInt64] {
    guard let table = set.kernels?.table else { return [] }
    let precision = set.precision
    var found: [UInt64] = []
    let chains: [UInt32] = [4, 9, 1]
    let curves = [
      eq_hard_sigmoid, eq_sigmoid, eq_tanh, eq_linear, eq_relu6, eq_half_hard_sigmoid, eq_silu, eq_binary,
      eq_capped_silu,
    ]
    for (curve, temperature) in curves.flatMap({ curve in [0.004, 0.5].map { (curve, $0) } }) {
      let states = Matrix(rows: 3, columns: 700, precision: precision) { Double($0 * 7 + $1 % 13) / 30 }
      let drive = Matrix(rows: 3, columns: 700, precision: precision) {
        Double($0 * 31 + $1 * 7 % 97) / 40 - 1
      }
      for isNudged in [false, true] {
        for isGibbs in [true, false] {
          var (next, activity) = (states, states)
          var (update, form) = (eq_update(), eq_noise())
          (update.rows, update.columns, update.activation) = (3, 700, curve)
          (update.states, update.states_stride) = (states.pointer(0, 0), states.stride)
          (update.drive, update.drive_stride) = (drive.pointer(0, 0), drive.stride)
          if isNudged { (update.targets, update.targets_stride) = (states.pointer(0, 0), states.stride) }
          (update.next, update.next_stride) = (next.mutablePointer(0, 0), next.stride)
          update.activity_before = states.pointer(0, 0)
          (update.activity, update.activity_stride) = (activity.mutablePointer(0, 0), activity.stride)
          (update.beta, update.step) = (0.3, 0.2)
          (form.key, form.positions, form.unit, form.blocks) = ((1, 2, 3, 4), 1, 37, 12)
          (form.sweep, form.step, form.temperature) = (6, 7, temperature)
          chains.withUnsafeBufferPointer {
            form.chains = $0.baseAddress
            let move = isGibbs ? table.pointee.gibbs : table.pointee.langevin
            found.append(move?(&update, &form).bitPattern ?? 0)
          }
          // The way there and back, under other drives.
          if !isGibbs { found.append(table.pointee.hastings(&update, states.pointer(0, 0)).bitPattern) }
          found += next.bits + activity.bits
        }
      }
    }
    return found
  }
}
