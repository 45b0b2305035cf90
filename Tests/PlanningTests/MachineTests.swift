import Planning
import Testing

@Suite struct MachineTests {
  static let machine = Machine(
    host: .init(
      processor: "a processor", cores: 2, instructions: "avx2", lastCacheBytes: 1 << 25, library: "MPI 1"),
    ranks: 2, precision: "float32", peakGigaflops: 128,
    products: [
      .init(rows: 20, depth: 784, columns: 500, isLive: true, gigaflops: 40),
      .init(rows: 20, depth: 784, columns: 500, isLive: false, gigaflops: 100),
      .init(rows: 20, depth: 10, columns: 500, isLive: false, gigaflops: 60),
      .init(rows: 2, depth: 10, columns: 500, isLive: false, gigaflops: 20),
    ], contrasts: [.init(rows: 20, depth: 500, columns: 10, isLive: false, gigaflops: 50)],
    streams: [
      .init(bytes: 1 << 20, gigabytesPerSecond: 60), .init(bytes: 1 << 28, gigabytesPerSecond: 12),
    ],
    descentGigabytesPerSecond: 20, layerOverhead: 0.4,
    messages: .init(latency: 0.5, gigabytesPerSecond: 6, reduction: 1, barrier: 0.7))

  @Test("What is written is read back, and equal values give equal bytes")
  func roundTrip() throws {
    let bytes = try Self.machine.json()
    #expect(try Machine(json: bytes) == Self.machine)
    #expect(try Machine(json: bytes).json() == bytes)
    #expect(throws: (any Error).self) { try Machine(json: Array("{}".utf8)) }
  }

  @Test("The rate of a shape is that of the nearest one measured")
  func nearest() {
    #expect(Self.machine.productRate(rows: 20, depth: 784, columns: 500) == 100)
    #expect(Self.machine.productRate(rows: 20, depth: 700, columns: 512, isLive: true) == 40)
    #expect(Self.machine.productRate(rows: 10, depth: 16, columns: 400) == 60)
    #expect(Self.machine.productRate(rows: 1, depth: 10, columns: 500) == 20)
    #expect(Self.machine.contrastRate(rows: 1, depth: 1, columns: 1) == 50)
  }

  @Test("Bandwidth is that of the next larger stream, beyond all caches the last one's")
  func bandwidth() {
    #expect(Self.machine.bandwidth(bytes: 1000) == 60)
    #expect(Self.machine.bandwidth(bytes: 2e6) == 12)
    #expect(Self.machine.bandwidth(bytes: 1e12) == 12)
  }
}
