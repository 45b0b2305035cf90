import Tensors

// kernels-beyond CASE: calls a kernel beyond the rows or columns of one of its matrices, or draws for a counter beyond
// its bits, which ends this process.
@main
struct KernelsBeyond {
  static let cases: [String: @Sendable () -> Void] = [
    "rows of a term": {
      var five = Matrix(rows: 5, columns: 16, precision: .float64)
      five.add(rows: 0..<5, Matrix(rows: 4, columns: 16, precision: .float64))
    },
    "rows of a target": {
      let five = Matrix(rows: 5, columns: 17, precision: .float32)
      print(five.squaredError(Matrix(rows: 4, columns: 17, precision: .float32), rows: 0..<5))
    },
    "columns of a term": {
      let narrow = Matrix(rows: 5, columns: 16, precision: .float32)
      var wide = Matrix(rows: 5, columns: 32, precision: .float32)
      wide.setDifference(of: wide, narrow, rows: 0..<5, columns: 0..<32)
    },
    "examples of a contrast": {
      let four = Matrix(rows: 4, columns: 16, precision: .float32)
      let five = Matrix(rows: 5, columns: 16, precision: .float32)
      var sum = Panels(depth: 16, columns: 16, precision: .float32)
      ContrastSum(pre: ContrastSum.End(five), post: ContrastSum.End(four))
        .write(panels: 0..<1, to: &sum, at: 0, shards: [0, 5])
    },
    "bits of a counter": { print(CounterRandom(seed: 1, purpose: .weights).bits(0, 0, 1 << 32)) },
    "a negative counter": { print(CounterRandom(seed: 1, purpose: .weights).bits(0, -1, 0)) },
  ]

  /// Ends well where the kernel came back.
  static func main() {
    guard let call = CommandLine.arguments.dropFirst().first.flatMap({ cases[$0] }) else {
      print("usage: kernels-beyond CASE, one of \(cases.keys.sorted().joined(separator: ", "))")
      return
    }
    call()
  }
}
