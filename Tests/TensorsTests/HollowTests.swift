import Tensors
import Testing

@Suite("Tensors without numbers") struct HollowTests {
  @Test("Take what others take, are copied when others are, and are gone with the last reference")
  func bytes() {
    TensorBytes.ofHollow {
      do {
        let a = Matrix(rows: 3, columns: 20, precision: .hollow32)
        let each = Matrix.byteCount(rows: 3, columns: 20, precision: .float32)
        #expect(TensorBytes.hollow.live == each)
        var b = a
        #expect(TensorBytes.hollow.live == each)
        b.copy(rows: 1..<1, columns: 0..<20, from: a, rows: 0, columns: 0)
        #expect(TensorBytes.hollow.live == each)
        b[1, 2] = 7
        #expect(TensorBytes.hollow.live == 2 * each && b[1, 2] == 0)
        let panels = Panels(depth: 5, columns: 17, precision: .hollow64)
        #expect(TensorBytes.hollow.live == 2 * each + panels.byteCount && panels.byteCount == 5 * 32 * 8)
        withExtendedLifetime((a, b, panels)) {}
      }
      #expect(TensorBytes.hollow.live == 0 && TensorBytes.hollow.peak > 0)
      TensorBytes.restartHollowPeak()
      #expect(TensorBytes.hollow.peak == 0)
    }
  }

  @Test("Arithmetic does nothing to them, of any size, and takes no room")
  func arithmetic() {
    TensorBytes.ofHollow {
      // 4 TB that nobody has.
      var a = Matrix(rows: 1 << 20, columns: 1 << 20, precision: .hollow32)
      let (b, w) = (a, Panels(depth: 1 << 20, columns: 1 << 20, precision: .hollow32))
      a.setProduct(rows: 0..<1 << 20, of: b, with: w, adding: .zero)
      a.setMean(of: b, b, rows: 0..<1 << 20, columns: 0..<1 << 20)
      a.set(rows: 0..<1 << 20, .matrix(b))
      #expect(a.isFinite(rows: 0..<10, columns: 0..<10) && a.largestColumns(rows: 2) == [0, 0])
      #expect(TensorBytes.hollow.peak > 3 << 42)
    }
  }

  @Test("No run file can ask for them")
  func hidden() { #expect(Precision.allCases == [.float32, .float64]) }
}
