import Reporting
import Testing

@Suite("Error table")
struct ErrorTableTests {
  @Test("errors, cost and speed, aligned, the best epoch marked")
  func text() {
    let table = ErrorTable([
      EpochMetrics(
        epoch: 1, step: 2500, training: ["error": 7.9], validation: ["error": 4.105], cost: 0.10321,
        examplesPerSecond: 38_211),
      EpochMetrics(
        epoch: 2, step: 5000, training: ["error": 1.35], validation: ["error": 2.5], cost: 0.0004,
        examplesPerSecond: 9_805.4),
      EpochMetrics(epoch: 3, step: 7500, training: ["error": 0], validation: ["error": 2.5], cost: 0),
      EpochMetrics(
        epoch: 10, step: 25_000, training: ["error": 100], validation: ["error": 12.25], cost: .nan),
    ])
    #expect(
      table.text == """
        epoch  training %  validation %      cost  examples/s
            1        7.90          4.11   0.10321      38,211
            2        1.35          2.50  4.00e-04       9,805  best
            3        0.00          2.50   0.00000           –
           10      100.00         12.25         –           –

        """)
    #expect(table.best?.epoch == 2)
  }

  @Test("the training error judges where there is no validation, never the test error")
  func judge() {
    let tested = ErrorTable([
      EpochMetrics(epoch: 1, step: 1, training: ["error": 1], test: ["error": 3]),
      EpochMetrics(epoch: 2, step: 2, training: ["error": 2], test: ["error": 2]),
    ])
    #expect(
      tested.text
        == "epoch  training %  test %\n    1        1.00    3.00  best\n    2        2.00    2.00\n")
    let none = ErrorTable([EpochMetrics(epoch: 1, step: 1, test: ["error": 1])])
    #expect(none.text == "epoch  test %\n    1    1.00\n")
    #expect(none.best == nil)
    #expect(ErrorTable([]).text == "no epoch has ended yet\n")
  }

  @Test("long runs: first, best, last and evenly between", arguments: [1, 2, 9, 10, 11, 37, 100, 1000])
  func spread(count: Int) throws {
    let best = count * 2 / 3
    let table = ErrorTable(
      (0..<count).map { EpochMetrics(epoch: $0 + 1, step: $0, validation: ["error": $0 == best ? 1 : 2]) })
    let lines = table.text.split(separator: "\n").dropFirst()
    let epochs = try lines.map { try #require(Int($0.split(separator: " ")[0])) }
    #expect(epochs.first == 1 && epochs.last == count && epochs.contains(best + 1))
    #expect(epochs == epochs.sorted() && Set(epochs).count == epochs.count)
    #expect((min(count, 10)...11).contains(epochs.count))
    #expect(lines.filter { $0.hasSuffix("best") }.count == 1)
    let gaps = zip(epochs.dropFirst(), epochs).map { $0 - $1 }
    #expect(gaps.max() ?? 0 <= count / 9 + 1)
  }

  @Test("JSON in one fixed order")
  func json() {
    let table = ErrorTable([
      EpochMetrics(
        epoch: 1, step: 20, training: ["error": 1.5], test: ["error": 2], cost: .infinity, seconds: 0.1)
    ])
    #expect(
      table.json == """
        {"best_epoch":1,"epochs":[{"epoch":1,"step":20,"training_error":1.5,"validation_error":null,\
        "test_error":2.0,"cost":null,"energy":null,"examples_per_second":null,"seconds":0.1}]}
        """)
    #expect(ErrorTable([]).json == #"{"best_epoch":null,"epochs":[]}"#)
  }

  @Test("how phases and layers fared stands in the JSON where it was measured, never in the text")
  func dynamics() {
    let plain = EpochMetrics(epoch: 1, step: 20)
    var measured = plain
    measured.freeIterations = 14.25
    measured.nudgedResidual = 1e-7
    measured.atUpper = [0.25, .nan]
    measured.weightChange = []
    measured.rejected = 0
    let start = ErrorTable([plain]).json.dropLast(3)
    #expect(start.hasSuffix(#""seconds":null"#))
    #expect(
      ErrorTable([measured]).json == start
        + #","free_iterations":14.25,"nudged_residual":1e-07,"at_upper":[0.25,null],"weight_change":[],"#
        + #""rejected":0}]}"#)
    #expect(ErrorTable([measured]).text == ErrorTable([plain]).text)
  }
}

@Suite("Confusion table")
struct ConfusionTableTests {
  @Test("counts and errors, aligned")
  func text() {
    let table = ConfusionTable(counts: [[1200, 3, 0], [7, 93, 0], [0, 0, 0]])
    #expect(
      table.text == """
        class   as 0  as 1  as 2  error %
            0  1,200     3     0     0.25
            1      7    93     0     7.00
            2      0     0     0        –
        total error 0.77 % (10 of 1,303)

        """)
    #expect(table.wrong == 10)
    #expect(
      table.json == """
        {"examples":1303,"wrong":10,"error":\(1000.0 / 1303),"class_errors":[\(300.0 / 1203),7.0,null],\
        "counts":[[1200,3,0],[7,93,0],[0,0,0]]}
        """)
  }

  @Test("no classes, no examples")
  func empty() {
    #expect(ConfusionTable(counts: []).text == "no example was classified\n")
    #expect(ConfusionTable(counts: [[0, 0], [0, 0]]).text == "no example was classified\n")
    #expect(
      ConfusionTable(counts: []).json
        == #"{"examples":0,"wrong":0,"error":null,"class_errors":[],"counts":[]}"#)
  }
}
