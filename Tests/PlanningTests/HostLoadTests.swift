import Planning
import Testing
import Training

@Suite struct HostLoadTests {
  /// Two cores; 100 ticks a second.
  static let before = "cpu  1000 10 200 5000 40 5 15 30 700 0\ncpu0 500 5 100 2500 20 0 0 0 0 0\n"
  /// 4 core-seconds later: 1.5 s of programs, .1 s of another machine, the rest idle or waiting for a disk.
  static let after = "cpu  1120 10 225 5230 50 8 17 40 790 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"

  static func load(_ stat: String) throws -> HostLoad {
    try #require(HostLoad(stat: stat, ticksPerSecond: 100))
  }

  @Test("Guests' time is part of user's, waiting for a disk is idle")
  func read() throws {
    let load = try Self.load(Self.before)
    #expect(load.total == 63)
    #expect(abs(load.busy - 12.6) < 1e-9)
  }

  @Test("Others have used what is busy beyond the own ranks' time")
  func others() throws {
    let (before, after) = (try Self.load(Self.before), try Self.load(Self.after))
    #expect(after.total - before.total == 4)
    let share = try #require(HostLoad.othersShare(from: before, to: after, own: 1.0))
    #expect(abs(share - 0.15) < 1e-9)
    // Ticks are coarse: what was counted too little is no one's.
    #expect(HostLoad.othersShare(from: before, to: after, own: 1.9) == 0)
    #expect(HostLoad.othersShare(from: before, to: before, own: 0) == nil)
  }

  @Test("On several hosts the busiest one's others count, and one that does not tell has none")
  func hosts() throws {
    let (before, after) = (try Self.load(Self.before), try Self.load(Self.after))
    func sample(_ host: String, own: Double) -> LoadSample {
      LoadSample(host: host, before: before, after: after, own: own)
    }
    let ranks = [sample("a", own: 0.7), sample("b", own: 0.6), sample("a", own: 0.8), sample("b", own: 0.4)]
    #expect(abs(LoadSample.othersShare(ranks) - 0.15) < 1e-9)
    #expect(abs(LoadSample.othersShare([ranks[0], ranks[2]]) - 0.025) < 1e-9)
    #expect(LoadSample.othersShare([LoadSample(host: "c", before: nil, after: after, own: 0)]) == 0)
  }

  @Test("What this process does meanwhile is its own")
  func during() {
    let (result, load) = LoadSample.during {
      let end = HostLoad.ownSeconds + 0.1
      while HostLoad.ownSeconds < end {}
      return 7
    }
    #expect(result == 7 && load.own >= 0.1 && load.before != load.after)
  }

  @Test("What is no such line is not read", arguments: ["", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3", "cpu a b"])
  func nothing(stat: String) {
    #expect(HostLoad(stat: stat, ticksPerSecond: 100) == nil)
  }

  @Test("This host has cores, and this process has used one")
  func here() throws {
    let load = try #require(HostLoad.now)
    #expect(load.total > 0 && load.busy > 0 && load.busy < load.total)
    #expect(HostLoad.cores.count > 0 && HostLoad.ownSeconds > 0)
  }

  @Test("The cores of a list are counted")
  func list() {
    #expect(HostLoad.numbers(ofList: "1") == [1] && HostLoad.numbers(ofList: "0-3,8") == [0, 1, 2, 3, 8])
    for list in ["", "0-", "3-1", "0-1-2", "a"] { #expect(HostLoad.numbers(ofList: list) == nil, "\(list)") }
  }
}
