import Records
import Reporting
import Testing

@Suite struct RelaxationViewTests {
  /// A hidden layer of 128 units of which one is on, and three outputs.
  static let view = RelaxationView(
    title: "runs/m · test example 4", label: 2,
    trace: .init(
      phases: [
        .init(
          name: "free",
          frames: [
            .init(energy: 0, cost: 0.5, residual: nil, states: [hidden(0), [0, 0, 0]]),
            .init(energy: -1.25, cost: 0.4, residual: 0.125, states: [hidden(1), [0.25, 1, -0.5]]),
          ]),
        .init(
          name: "nudged, β = 0.5",
          frames: [.init(energy: -1, cost: .nan, residual: nil, states: [hidden(1), [0.25, .nan, 0.5]])]),
      ], layers: [1, 2], output: 1))

  static func hidden(_ state: Double) -> [Double] { (0..<128).map { $0 == 0 ? state : 0 } }

  @Test("A line an iteration, the phase named once")
  func text() {
    #expect(
      Self.view.text == """
        runs/m · test example 4, label 2

                  phase  iteration   energy     cost  residual  output
                   free          0   0.0000  0.50000         –     ▃▃▃
                                 1  -1.2500  0.40000   1.2e-01     ▅█▁
        nudged, β = 0.5          0  -1.0000        –         –     ▅?▆

        """)
  }

  @Test(
    "A screen is as high as it says, never wider than asked, and shows what is on", arguments: [30, 80, 200])
  func screens(width: Int) {
    let screens = Self.view.screens(width: width)
    #expect(screens.count == 3)
    for screen in screens {
      let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count == Self.view.height, "\(screen)")
      #expect(lines.allSatisfy { $0.count <= width })
    }
    let lines = screens[1].split(separator: "\n")
    #expect(lines[0] == (width < 32 ? "…s/m · test example 4, label 2" : "runs/m · test example 4, label 2"))
    #expect(lines[1] == "free, iteration 1 of 1")
    // The one unit that is on fills its column, however many others share it.
    #expect(lines[2].hasPrefix(width < 80 ? "layer 1  ▃▁▁" : "layer 1  █▁▁"))
    #expect(lines[4].hasPrefix("1    1.000 ██") && lines[4].contains("█"))
    if width >= 80 { #expect(lines[4].hasSuffix("  largest") && lines[5].hasSuffix("  label")) }
    #expect(screens[2].contains("?"))
  }

  @Test("An output in the middle is the output, and an input of states is layer 0")
  func middle() {
    let view = RelaxationView(
      title: "m", label: 1,
      trace: .init(
        phases: [
          .init(
            name: "free",
            frames: [
              .init(energy: 0, cost: 0, residual: nil, states: [[0, 1], [0.25, 1, -0.5], [1, 1, 1, 1]])
            ])
        ], layers: [0, 1, 2], output: 1))
    let lines = view.screens(width: 80)[0].split(separator: "\n")
    #expect(lines[2].hasPrefix("layer 0  ") && lines[3].hasPrefix("layer 2  "))
    #expect(lines[5].hasPrefix("1    1.000 ██") && lines[5].hasSuffix("  label  largest"))
    #expect(view.text.contains("▅█▁"))
  }
}
