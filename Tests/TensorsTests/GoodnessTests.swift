import Foundation
import Tensors
import Testing

@Suite("Goodness of layers") struct GoodnessTests {
  private static let kinds = Goodness.Kind.allCases
  private static let curves: [Curve] = [.relu, .gelu, .tanh]

  /// Drives that no two units share.
  private func drives(_ rows: Int, _ units: Int, _ precision: Precision = .float64) -> Matrix {
    let random = CounterRandom(seed: 5, purpose: .examples)
    return Matrix(rows: rows, columns: units, precision: precision) { 2 * random.normal($0, 0, $1) + 0.3 }
  }

  private func rho(_ a: Double, _ curve: Curve) -> Double { curve.value(Complex(re: a)).re }

  /// As the papers write it.
  private func formula(_ goodness: Goodness, _ h: [Double]) -> Double {
    let n = Double(h.count)
    func mean(_ body: (Double) -> Double) -> Double { h.reduce(0) { $0 + body($1) } / n }
    let m = mean { $0 }
    func moment(_ power: Double) -> Double { mean { pow($0 - m, power) } }
    func weighed(_ weights: [Double]) -> Double { zip(weights, h).reduce(0) { $0 + $1.0 * $1.1 * $1.1 } }
    /// τ where Σ [z − τ]₊^power = 1, by halving.
    func projected(_ z: [Double], _ power: Double) -> [Double] {
      var (low, high) = (z.max()! - 1, z.max()!)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        if z.reduce(0, { $0 + pow(max($1 - middle, 0), power) }) > 1 { low = middle } else { high = middle }
      }
      return z.map { pow(max($0 - low, 0), power) }
    }
    switch goodness.kind {
    case .sumOfSquares: return n * mean { $0 * $0 }
    case .squares: return mean { $0 * $0 }
    case .fourthPower: return mean { pow($0, 4) }
    case .concentration: return n * mean { pow($0, 4) } / pow(n * mean { $0 * $0 } + 1e-5, 2)
    case .max: return h.max()!
    case .top:
      let most = h.sorted(by: >).prefix(max(5, Int(goodness.share * n)))
      return most.reduce(0, +) / Double(most.count)
    case .variance: return moment(2)
    case .skewness: return moment(3) / pow(moment(2) + 1e-5, 1.5)
    case .burstiness: return moment(4) / pow(moment(2) + 1e-5, 2) - 3
    case .softMax:
      let sizes = h.map { exp($0 - h.max()!) }
      return weighed(sizes.map { $0 / sizes.reduce(0, +) })
    case .sparseMax: return weighed(projected(h, 1))
    case .entmax: return weighed(projected(h.map { $0 / 2 }, 2))
    }
  }

  @Test("is what its formula says, whatever the width", arguments: kinds, curves)
  func values(kind: Goodness.Kind, curve: Curve) {
    for units in [5, 16, 37, 200] {
      let (a, goodness) = (drives(3, units), Goodness(kind, share: 0.1))
      for (row, found) in goodness.values(of: a, curve: curve, rows: 0..<3).enumerated() {
        let exact = formula(goodness, a.row(row).map { rho($0, curve) })
        #expect(abs(found - exact) <= 1e-11 * max(1, abs(exact)), "\(units) units, row \(row)")
      }
      let single = goodness.values(of: drives(3, units, .float32), curve: curve, rows: 1..<3)
      let exact = goodness.values(of: a, curve: curve, rows: 1..<3)
      for (a, b) in zip(single, exact) { #expect(abs(a - b) <= 2e-4 * max(1, abs(b))) }
    }
  }

  @Test("has the slopes that finite differences find", arguments: kinds, curves)
  func slopes(kind: Goodness.Kind, curve: Curve) {
    let (a, goodness, units) = (drives(2, 40), Goodness(kind, share: 0.2), 40)
    var found = Matrix(rows: 2, columns: units, precision: .float64)
    goodness.setSlopes(&found, of: a, curve: curve, factors: [1, -2], rows: 0..<2, units: 0..<units)
    for row in 0..<2 {
      var exact: [Double] = []
      for unit in 0..<units {
        func value(_ step: Double) -> Double {
          var moved = a
          moved[row, unit] += step
          return goodness.values(of: moved, curve: curve, rows: row..<row + 1)[0]
        }
        let step = 1e-5
        exact.append((8 * (value(step) - value(-step)) - value(2 * step) + value(-2 * step)) / (12 * step))
      }
      let factor = row == 0 ? 1.0 : -2
      let size = exact.map(abs).max() ?? 1
      for unit in 0..<units {
        #expect(abs(found[row, unit] - factor * exact[unit]) <= 1e-6 * abs(factor) * max(size, 1e-3))
      }
    }
  }

  @Test("some units' slopes are those of all, with what peers add", arguments: kinds)
  func parts(kind: Goodness.Kind) {
    let (a, goodness) = (drives(4, 50, .float32), Goodness(kind, share: 0.1))
    let peers = Matrix(rows: 1, columns: 50, precision: .float32) { Double($1) / 8 }
    let factors = [0.5, 1, -1, 2]
    var (whole, part) = (
      Matrix(rows: 4, columns: 50, precision: .float32), Matrix(rows: 4, columns: 50, precision: .float32)
    )
    goodness.setSlopes(&whole, of: a, curve: .relu, factors: factors, rows: 0..<4, units: 0..<50)
    goodness.setSlopes(
      &part, of: a, curve: .relu, factors: Array(factors[1...2]), peers: peers, rows: 1..<3, units: 16..<50)
    for row in 0..<4 {
      for unit in 0..<50 {
        let isPart = (1...2).contains(row) && unit >= 16
        let expected = Double(Float(whole[row, unit]) + Float(peers[0, unit]))
        #expect(part[row, unit] == (isPart ? expected : 0))
      }
    }
  }

  @Test("of equal units as many count for the top as there is room for")
  func ties() {
    let a = Matrix(rows: 1, columns: 20, precision: .float64) { $1 < 4 ? 3 : $1 < 12 ? 2 : 1 }
    let goodness = Goodness(.top, share: 0.3)
    #expect(goodness.most(of: 20) == 6 && goodness.most(of: 10) == 5 && goodness.most(of: 3) == 3)
    #expect(goodness.values(of: a, curve: .relu, rows: 0..<1) == [(4 * 3.0 + 2 * 2.0) / 6])
    var slopes = Matrix(rows: 1, columns: 20, precision: .float64)
    goodness.setSlopes(&slopes, of: a, curve: .relu, factors: [6], rows: 0..<1, units: 0..<20)
    #expect(slopes.row(0) == (0..<20).map { $0 < 6 ? 1 : 0 })
  }

  @Test("a layer is seen at one length, a silent one as nothing", arguments: Precision.allCases)
  func normalized(precision: Precision) {
    var a = drives(3, 37, precision)
    for unit in 0..<37 { a[2, unit] = -1 }
    var seen = Matrix(rows: 3, columns: 37, precision: precision)
    seen.setNormalized(a, curve: .relu, rows: 0..<3)
    for row in 0..<2 {
      let square = seen.row(row).reduce(0) { $0 + $1 * $1 } / 37
      #expect(abs(square - 1) < 1e-5)
      let scale = a.row(row).reduce(0) { $0 + max($1, 0) * max($1, 0) } / 37
      for unit in 0..<37 {
        #expect(abs(seen[row, unit] - max(a[row, unit], 0) / scale.squareRoot()) < 1e-5)
      }
    }
    #expect(seen.row(2).allSatisfy { $0 == 0 })
  }

  @Test("inputs come to one length with the label that takes the place of the first ones")
  func inputs() {
    let x = drives(3, 30, .float64)
    var (plain, overlaid) = (x, x)
    #expect(plain.normalizeInputs(rows: 0..<3, overlaid: 0) == [1, 1, 1])
    let scales = overlaid.normalizeInputs(rows: 0..<2, overlaid: 10)
    for row in 0..<3 {
      #expect(abs(plain.row(row).reduce(0) { $0 + $1 * $1 } - 30) < 1e-6)
    }
    for row in 0..<2 {
      let rest = overlaid.row(row)
      #expect(rest[..<10].allSatisfy { $0 == 0 })
      #expect(abs(rest.reduce(0) { $0 + $1 * $1 } + scales[row] * scales[row] - 30) < 1e-6)
      #expect(abs(rest[20] / x[row, 20] - scales[row]) < 1e-12)
    }
    #expect(overlaid.row(2) == x.row(2))
  }

  @Test("every instruction set drops the same units, a share of them, and keeps the mean")
  func dropout() {
    let random = CounterRandom(seed: 3, purpose: .dropout)
    let noise = Noise(
      random, layer: 2, stream: 1, step: 7, chains: Array(0..<40), temperature: 0, positions: 1, units: 500)
    var all = Matrix(rows: 40, columns: 500, precision: .float32) { _, _ in 1 }
    var parts = all
    noise.drop(0.25, of: &all, rows: 0..<40, units: 0..<500)
    for units in [0..<64, 64..<320, 320..<500] { noise.drop(0.25, of: &parts, rows: 3..<9, units: units) }
    for row in 3..<9 { #expect(parts.row(row) == all.row(row)) }
    #expect(parts.row(2).allSatisfy { $0 == 1 })
    let values = (0..<40).flatMap(all.row)
    #expect(Set(values) == [0, Double(Float(1 / 0.75))])
    #expect(abs(values.reduce(0, +) / Double(values.count) - 1) < 0.02)
  }
}
