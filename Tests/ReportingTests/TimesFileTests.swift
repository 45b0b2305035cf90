import FileFormats
import Foundation
import Reporting
import Testing

@Suite struct TimesFileTests {
  private func read(_ text: String) throws -> TimesFile {
    let path = FileManager.default.temporaryDirectory.path + "/times-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try TimesFile.read(path: path)
  }

  @Test("What is written is read back, to a microsecond")
  func roundTrip() throws {
    var times = SomeRun.times
    times.ranks[2].seconds[0] = 1.23456789
    var expected = times
    expected.ranks[2].seconds[0] = 1.234568
    #expect(try read(times.json) == expected)
  }

  @Test(
    "Damage is told by the file's name",
    arguments: [
      "", "{}", #"{"grid":"1x1x1","epochs":[1,2],"parts":["data"],"ranks":[]}"#,
      #"{"grid":"1x1x1","epochs":[1,2],"parts":["data"],"ranks":[{"host":"a","seconds":[]}]}"#,
      #"{"grid":"1x1x1","epochs":[1,2],"parts":["data"],"ranks":[{"host":"a","seconds":[-1]}]}"#,
      #"{"grid":"1x1x1","epochs":[2,1],"parts":["data"],"ranks":[{"host":"a","seconds":[1]}]}"#,
    ])
  func damage(text: String) {
    let error = #expect(throws: FileError.self) { try read(text) }
    #expect(error.map { "\($0)".contains("these are no times of a run") } == true)
  }

  @Test("Of many ranks the bars are those that waited least and most")
  func manyRanks() throws {
    var run = SomeRun.record
    run.times = .found(
      TimesFile(
        grid: "100x1x1", epochs: 1...2, parts: ["free", "waiting"],
        ranks: (0..<100).map { .init(host: "h", seconds: [Double(100 - $0), Double($0)]) }))
    let page = ReportPage(run).html
    let bars = (0..<100).filter { page.contains(">rank \($0)</text>") }
    #expect(bars == Array(0..<12) + Array(88..<100))
    #expect(page.contains("of 100 ranks the 12 that waited least and the 12 that waited most"))
    #expect(page.contains(">99.0 s, rank 99<") == false && page.contains(">1 min 39 s, rank 99<"))
  }

  @Test("A run that took no time has bars without length")
  func noTime() {
    var run = SomeRun.record
    run.times = .found(
      TimesFile(grid: "1x1x1", epochs: 1...1, parts: ["free"], ranks: [.init(host: "h", seconds: [0])]))
    let page = ReportPage(run).html
    #expect(!page.contains("nan") && page.contains("rank 0"))
  }
}
