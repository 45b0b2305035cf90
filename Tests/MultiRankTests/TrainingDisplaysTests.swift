import Foundation
import Testing

extension RealRanks {
  /// What a run writes to be looked at, and that it decides no bit.
  @Suite struct TrainingDisplays {
    private func eventFiles(_ folder: TrainingFolder) -> [String] { folder.names("run/tensorboard") }

    @Test("Page and events are written as asked, a record an epoch, after a stop too; the bits are the same")
    func written() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      #expect(!folder.names("undisturbed").contains("report.html"))
      let options = ["--set", "report.html=true", "--set", "report.tensorboard=true"]
      let stopped = try folder.train("2x1x1", options + ["--limit-steps", "120"])
      #expect(stopped.status == 0, "\(stopped.story)")
      #expect(eventFiles(folder).count == 1, "\(eventFiles(folder))")
      let outcome = try folder.train("1x2x1", options)
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
      let page = folder.text("run/report.html")
      #expect(page.contains("</html>") && page.contains("<svg"))
      #expect(!folder.names("run").contains { $0.hasPrefix(".tmp-") }, "\(folder.names("run"))")
      let file = try #require(eventFiles(folder).first)
      let events = try folder.bytes("run/tensorboard/" + file)
      #expect(eventFiles(folder).count == 1 && records(events) == 1 + 8)
    }

    /// Records of an event file, told by their lengths.
    private func records(_ bytes: [UInt8]) -> Int {
      var (place, count) = (0, 0)
      while place + 16 <= bytes.count {
        place += 16 + bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        count += 1
      }
      return place == bytes.count ? count : -1
    }
  }
}
