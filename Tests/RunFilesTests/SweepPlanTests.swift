import RunFiles
import Testing

@Suite("Plans of searches") struct SweepPlanTests {
  @Test("Every combination has every seed; commas within brackets part nothing")
  func combinations() throws {
    let plan = try #require(
      SweepPlan(
        settings: [
          "nudging.beta=0.1,0.2", "training.epochs=5",
          "network.layers=[{units: 9, rate: 1}, {units: 10}],[{units: 10}]",
        ],
        seeds: [1, 2, 3]))
    #expect(plan.runs.count == 12 && plan.groups.map(\.count) == [3, 3, 3, 3])
    #expect(
      plan.runs[0].settings == [
        "nudging.beta=0.1", "training.epochs=5", "network.layers=[{units: 9, rate: 1}, {units: 10}]",
        "seed=1",
      ])
    #expect(plan.runs[0].varied == ["nudging.beta=0.1", "network.layers=[{units: 9, rate: 1}, {units: 10}]"])
    #expect(plan.runs.map(\.seed) == Array(repeating: [1, 2, 3], count: 4).joined().map(Optional.some))
    // A list is no name of a folder.
    #expect(
      plan.runs[4].name.wholeMatch(of: #/combination-[0-9a-f]{8},seed=2/#) != nil
        && Set(plan.runs.map(\.name)).count == 12)
    // More values, and an order of their own, leave every folder its name.
    let more = try #require(
      SweepPlan(
        settings: [
          "nudging.beta=0.3,0.2,0.1", "network.layers=[{units: 10}],[{units: 9, rate: 1}, {units: 10}]",
        ], seeds: [2]))
    #expect(Set(plan.runs.filter { $0.seed == 2 }.map(\.name)).isSubset(of: more.runs.map(\.name)))
    let short = try #require(SweepPlan(settings: ["a.b=1,-2", "path='x,y'"], seeds: [4]))
    #expect(short.runs.map(\.name) == ["a.b=1,seed=4", "a.b=-2,seed=4"])
    #expect(SweepPlan(settings: [], seeds: [])?.runs.map(\.name) == ["run"])
  }

  @Test(
    "What is no setting, or stands there twice, is none", arguments: ["beta", "=1", "a=", "a=1,,2", "a=1,1"])
  func mistakes(setting: String) { #expect(SweepPlan(settings: [setting], seeds: []) == nil) }

  @Test("Seeds are a range or a list")
  func seeds() {
    #expect(
      SweepPlan.seeds("1..3") == [1, 2, 3] && SweepPlan.seeds("7") == [7] && SweepPlan.seeds("1,9") == [1, 9])
    for text in ["", "1..", "..3", "3..1", "1...3", "1,1", "-1", "a", "1..9999999"] {
      #expect(SweepPlan.seeds(text) == nil, "\(text)")
    }
  }
}
