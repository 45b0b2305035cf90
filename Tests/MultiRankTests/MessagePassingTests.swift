import Foundation
import Testing

extension RealRanks {
  @Suite struct MessagePassing {
    static let worlds = [1, 2, 3, 4, 8]
    static let checks = [
      "ring", "batch", "pieces", "broadcast", "gather", "all-gather", "all-to-all", "reductions",
      "maxima", "split", "sums", "shared sums", "lending", "shards", "overlap", "agree",
    ]

    @Test("Messages, collectives and sums are right on every world", arguments: worlds)
    func everyCheckPasses(ranks: Int) throws {
      let outcome = try Mpirun(
        executable: "rank-checks", ranks: ranks, arguments: ["\(ranks)"] + Self.checks
      ).run()
      #expect(outcome.status == 0, "\(outcome.story)")
      for check in Self.checks {
        #expect(outcome.output.contains("passed \(check)\n"), "\(check): \(outcome.story)")
      }
      #expect(outcome.output.contains("world \(ranks)\n"), "\(outcome.story)")
    }

    @Test("The same shards sum to the same bytes on 1, 2, 4 and 8 ranks")
    func shardSumsAreEqual() throws {
      var digests: [[Substring]] = []
      for ranks in [1, 2, 4, 8] {
        let outcome = try Mpirun(
          executable: "rank-checks", ranks: ranks, arguments: ["\(ranks)", "shards"]
        ).run()
        try #require(outcome.status == 0, "\(outcome.story)")
        try #require(outcome.output.contains("world \(ranks)\n"))
        digests.append(outcome.output.split(separator: "\n").filter { $0.hasPrefix("digest ") })
      }
      // Two lengths in two precisions, all different.
      #expect(Set(digests[0]).count == 4)
      for other in digests.dropFirst() { #expect(other == digests[0]) }
    }

    @Test("A world of another size than asked for is refused")
    func wrongWorldIsRefused() throws {
      let outcome = try Mpirun(executable: "rank-checks", ranks: 2, arguments: ["3"]).run()
      #expect(outcome.status == 1, "\(outcome.story)")
      #expect(outcome.errors.contains("the world has 2 ranks, not 3"), "\(outcome.story)")
    }
  }
}
