import Testing

extension RealRanks.Verifying {
  /// Networks on pictures whose gradient is judged on several grids.
  struct Picture: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let network: String
  }

  static let pictures = [
    Picture(
      testDescription: "convolutions, max pooling, cross-entropy",
      network: """
          layers:
            - {units: 64, kernel: 3, stride: 2, padding: 1, activation: sigmoid}
            - {units: 64, kernel: 2, pool: max, activation: sigmoid}
            - {units: 10, activation: softmax}
          cost: cross-entropy
        """),
    Picture(
      testDescription: "a skip with a stride, average pooling",
      network: """
          layers:
            - {units: 64, activation: sigmoid}
            - {units: 64, activation: sigmoid}
            - {units: 10, activation: linear}
          connections:
            - {from: 0, to: 1, kernel: 3, padding: 1, pool: average}
            - {from: 1, to: 2, kernel: 3, stride: 2, padding: 1}
            - {from: 0, to: 2, kernel: 1, stride: 4}
            - {from: 2, to: 3}
        """),
  ]

  @Test("On pictures every check passes, with the same figures on every grid", arguments: pictures)
  func pictures(picture: Picture) throws {
    let folder = try TrainingFolder(
      """
      name: picture
      data: {format: digits, training: 1200, validation: 200}
      network:
      \(picture.network)
        initialization: {uniform: 0.15}
      relaxation: {updates: even-odd, free: 30, nudged: 20}
      nudging: {kind: centered, beta: 0.05}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """)
    let alone = try folder.verify("1x1x1", ["--json", "--examples", "4"])
    #expect(alone.status == 0, "\(alone.story)")
    for grid in ["2x2x1", "1x2x2"] {
      let outcome = try folder.verify(grid, ["--json", "--examples", "4"])
      #expect(outcome.status == 0 && outcome.withoutGrid == alone.withoutGrid, "\(grid): \(outcome.story)")
    }
  }
}
