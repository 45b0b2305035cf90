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

    @Test(
      "Where each rank's time went is told: in the run directory for all, in the line of progress for the first"
    )
    func times() throws {
      let folder = try TrainingFolder(TrainingMethod.centered.runFile)
      let trained = try folder.train("2x1x2", ["--set", "training.epochs=2"])
      try #require(trained.status == 0, "\(trained.story)")
      #expect(trained.errors.contains(#/epoch 2/2 step .* waiting \d+ %/#), "\(trained.story)")
      let times = try #require(
        try JSONSerialization.jsonObject(with: Data(folder.bytes("run/times.json"))) as? [String: Any])
      #expect(times["grid"] as? String == "2x1x2" && times["epochs"] as? [Int] == [1, 2])
      let parts = try #require(times["parts"] as? [String])
      let ranks = try #require(times["ranks"] as? [[String: Any]]).compactMap { $0["seconds"] as? [Double] }
      #expect(ranks.count == 4 && ranks.allSatisfy { $0.count == parts.count })
      let totals = ranks.map { $0.reduce(0, +) }
      #expect((totals.min() ?? 0) > 0.8 * (totals.max() ?? 0), "ranks begin and end together: \(totals)")
      for part in ["free", "nudged", "contrast", "waiting", "tree sum", "evaluation", "checkpoint"] {
        let index = try #require(parts.firstIndex(of: part))
        #expect(ranks.allSatisfy { $0[index] > 0 }, "\(part)")
      }
      let alone = try folder.train("1x1x1", to: "alone", ["--set", "training.epochs=2"])
      #expect(alone.status == 0 && !alone.errors.contains("waiting"), "\(alone.story)")
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
