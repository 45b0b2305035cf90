import EnergyModels
import Foundation
import RunFiles
import Testing
import Training

@Suite struct LayerRatesTests {
  /// Two hidden layers with these rates below an output of rate 0.1.
  private func rates(_ first: Rate, _ second: Rate) -> LayerRates {
    let layers = [(30, first), (20, second), (10, .fixed(0.1))].map { units, rate in
      LayerSettings(units: units, activation: .tanh, rate: rate)
    }
    return LayerRates(NetworkSettings(layers: layers, initialization: .glorotUniform, cost: .squaredError))
  }

  /// A step in which layer k changes by `shares[k]` times its rate: what a rate of 1 would do to it.
  private func measure(_ rates: inout LayerRates, shares: [Double], factor: Double = 1) {
    rates.balance(changes: zip(shares, rates.rates).map { $0 * $1 * factor }, factor: factor)
  }

  @Test("A balanced layer begins with the output's rate; fixed ones never move")
  func fixed() {
    var rates = rates(.fixed(0.7), .balanced)
    #expect(rates.rates == [0.7, 0.1, 0.1] && rates.areBalanced)
    for _ in 0..<50 { measure(&rates, shares: [0.3, 5, 0.5]) }
    #expect(rates.rates[0] == 0.7 && rates.rates[2] == 0.1 && rates.rates[1] != 0.1)
    var unbalanced = self.rates(.fixed(0.7), .fixed(0.2))
    measure(&unbalanced, shares: [0.3, 5, 0.5])
    #expect(unbalanced.rates == [0.7, 0.2, 0.1] && !unbalanced.areBalanced)
  }

  @Test("A layer that changes too much is slowed at once, to the output's share", arguments: [1, 0.25])
  func slower(factor: Double) {
    var rates = rates(.balanced, .balanced)
    measure(&rates, shares: [5, 2, 0.5], factor: factor)
    // α_k u_k = α_L u_L: by the same share of their weights.
    for (rate, share) in zip(rates.rates, [5, 2, 0.5]) { #expect(abs(rate * share - 0.05) <= 1e-15) }
  }

  @Test("A layer that changes too little is sped up by 3 % a measurement, until it is balanced")
  func faster() {
    var rates = rates(.balanced, .fixed(0.1))
    var last = 0.1
    for measurement in 1...200 {
      measure(&rates, shares: [0.05, 0.3, 0.5])
      #expect(rates.rates[0] / last <= 1.03 + 1e-12 && rates.rates[0] / last >= 1 - 1e-12)
      if measurement <= 77 { #expect(abs(rates.rates[0] / last - 1.03) <= 1e-12, "\(measurement)") }
      last = rates.rates[0]
    }
    // Ten times as much: 1.03⁷⁸ is just above 10.
    #expect(abs(last - 1) <= 1e-12)
  }

  @Test("Shares that come and go are averaged as root mean squares; the past is forgotten")
  func average() {
    var rates = rates(.balanced, .fixed(0.1))
    for step in 0..<1000 { measure(&rates, shares: [step % 2 == 0 ? 7 : 1, 0, 1]) }
    // rms of 7 and 1 is 5, and the latest measurement counts a little more.
    #expect(abs(rates.rates[0] - 0.1 / 5) <= 0.02 * 0.1 / 5)
    for _ in 0..<1000 { measure(&rates, shares: [2, 0, 1]) }
    #expect(abs(rates.rates[0] - 0.05) <= 1e-9)
  }

  @Test("A rate stays within a factor of a thousand of the output's, and above 0")
  func farthest() {
    var rates = rates(.balanced, .balanced)
    for _ in 0..<400 { measure(&rates, shares: [1e-9, 1e9, 1]) }
    #expect(abs(rates.rates[0] - 100) <= 1e-9 && abs(rates.rates[1] - 1e-4) <= 1e-15)
    // Nothing changed: nothing is known.
    var silent = self.rates(.balanced, .balanced)
    measure(&silent, shares: [0, 0, 0])
    measure(&silent, shares: [1, 1, 1], factor: 0)
    #expect(silent.rates == [0.1, 0.1, 0.1])
    measure(&silent, shares: [0, 3, 0])
    #expect(silent.rates == [0.1, 0.1, 0.1])
  }

  @Test("What rates go by survives JSON to the last bit")
  func json() throws {
    var rates = rates(.balanced, .balanced)
    for step in 0..<20 { measure(&rates, shares: [0.1 / Double(step + 3), 0.7, 1 / 3.0], factor: 0.9) }
    var again = try JSONDecoder().decode(LayerRates.self, from: try JSONEncoder().encode(rates))
    #expect(again == rates)
    measure(&rates, shares: [0.2, 0.9, 0.4])
    measure(&again, shares: [0.2, 0.9, 0.4])
    #expect(again == rates)
  }
}
