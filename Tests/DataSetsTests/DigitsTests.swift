import DataSets
import Testing

@Suite("Embedded digits") struct DigitsTests {
  func sum(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 + Int($1) } }

  func whole(_ split: Split, _ source: DataSource) throws(DataError) -> ShardExamples {
    try DataSet.open(source).load(split, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
  }

  @Test("by default the last 360 rows test")
  func defaults() throws {
    let source = DataSource(format: .digits, validation: 100)
    let set = try DataSet.open(source)
    #expect(set.description == "digits (embedded): 1337 training, 100 validation, 360 test, 8×8")
    #expect(set.inputs == 64 && set.classes == 10 && set.divisor == 16)
    // The sums were computed once with NumPy from the published file.
    let sums: [(Split, pixels: Int, labels: Int)] = [
      (.training, 418_460, 6_017), (.validation, 30_912, 432), (.test, 112_346, 1_621),
    ]
    for (split, pixels, labels) in sums {
      let shard = try whole(split, source)
      #expect(sum(shard.inputs) == pixels && sum(shard.labels) == labels)
      #expect(shard.inputs.allSatisfy { $0 <= 16 } && shard.labels.allSatisfy { $0 <= 9 })
    }
  }

  @Test("given numbers cut the rows, and the rest test")
  func given() throws {
    let set = try DataSet.open(DataSource(format: .digits, training: 1000, validation: 200))
    #expect(Split.allCases.map(set.count) == [1000, 200, 597])
    #expect(try DataSet.open(DataSource(format: .digits, training: 1797)).count(.test) == 0)
    #expect(try DataSet.open(DataSource(format: .digits)).count(.training) == 1437)
    #expect(try DataSet.open(DataSource(format: .digits, validation: 1436)).count(.training) == 1)
  }

  @Test("more rows than there are is bad data")
  func tooMany() throws {
    let reason = "has 1797 examples; 1500 training and 298 validation were asked for"
    for (source, text) in [
      (DataSource(format: .digits, training: 1500, validation: 298), reason),
      (
        DataSource(format: .digits, validation: 1437),
        "has 1797 examples, 360 of them kept for the test; at least 1 training and 1437 validation were asked for"
      ),
    ] {
      do throws(DataError) {
        _ = try DataSet.open(source)
        Issue.record("opened")
      } catch {
        #expect(error.description == "digits (embedded): \(text)" && error.exitCode == 65)
      }
    }
  }

  @Test("shards deal the rows round and round", arguments: [1, 3, 4, 7])
  func shards(shardCount: Int) throws {
    let source = DataSource(format: .digits, training: 1001)
    let all = try whole(.training, source)
    let shards = try DataSet.open(source).load(
      .training, shards: 0..<shardCount, of: shardCount, inputs: true, labels: true)
    #expect(shards.map(\.count).reduce(0, +) == 1001)
    for example in 0..<1001 {
      let shard = shards[example % shardCount]
      let row = example / shardCount
      #expect(shard.labels[row] == all.labels[example])
      #expect(
        shard.inputs[row * 64..<row * 64 + 64].elementsEqual(all.inputs[example * 64..<example * 64 + 64]))
    }
  }

  @Test("the credit names the authors and the licence")
  func credit() {
    for word in ["Alpaydin", "Kaynak", "1998", "UCI", "CC BY 4.0"] { #expect(Digits.credit.contains(word)) }
  }
}
