import Planning
import Records
import Testing
import Training

@Suite struct RooflineTests {
  @Test("Medians of odd and even counts, least and most")
  func spread() throws {
    let odd = try #require(MedianRange([5, 1, 3]))
    #expect(odd.median == 3 && odd.least == 1 && odd.most == 5)
    #expect(MedianRange([4, 1, 3, 2])?.median == 2.5)
    #expect(MedianRange([]) == nil)
  }

  static func roofline(_ work: StepWork) -> Roofline {
    Roofline(
      peak: 1e11, read: 4e9, update: 2e9, nearUpdate: 8e9, memoryUpdate: 1e9, latency: 1e-6,
      messageBandwidth: 1e9,
      rates: work.calls.map { call in
        switch call.kind {
        case .product: 5e10
        case .contrast: 2e10
        default: 0
        }
      })
  }

  @Test("A call takes as long as the slower of its operations and its bytes, as often as a step does it")
  func calls() throws {
    let work = try StepWorkTests.work(try StepWorkTests.run())
    let roofline = Self.roofline(work)
    for call in work.calls {
      let (rate, bandwidth) =
        switch call.kind {
        case .product: (5e10, 4e9)
        case .contrast: (2e10, 4e9)
        case .elements: (1e11, 8e9)
        case .descent, .transpose: (1e11, 2e9)
        }
      let slower = max(call.operations / rate, call.bytes / bandwidth)
      let rateGiven = if case .product = call.kind { 5e10 } else { 2e10 }
      #expect(abs(roofline.seconds(call, rate: rateGiven) / (call.times * slower) - 1) < 1e-12)
    }
    // Reading 64 × 112 weights at 4 GB/s takes longer than multiplying with them.
    #expect(abs(roofline.seconds(.drive, of: work) / (work.bytes(.drive) / 4e9) - 1) < 1e-12)
    let total = StepPart.allCases.reduce(0) { $0 + roofline.seconds($1, of: work) }
    let sum = zip(work.calls, roofline.rates).reduce(0) { $0 + roofline.seconds($1.0, rate: $1.1) }
    #expect(abs(total / sum - 1) < 1e-12)
  }

  @Test("Messages take their latency one after the other, and their bytes")
  func messages() throws {
    let roofline = Self.roofline(try StepWorkTests.work(try StepWorkTests.run()))
    #expect(abs(roofline.seconds(messages: 3, bytes: 4000) - 7e-6) < 1e-15)
    #expect(roofline.seconds(messages: 0, bytes: 0) == 0)
  }
}
