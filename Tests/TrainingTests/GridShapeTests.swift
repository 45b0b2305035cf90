import Testing
import Training

@Suite struct GridShapeTests {
  static let shapes = [(1, 1, 1), (2, 1, 1), (1, 3, 1), (1, 1, 4), (2, 3, 4), (5, 2, 3)]

  @Test("Rank and place are each other's inverse", arguments: shapes)
  func placeAndRank(replicas: Int, stages: Int, slices: Int) {
    let grid = GridShape(replicas: replicas, stages: stages, slices: slices)
    #expect(grid.ranks == replicas * stages * slices)
    var seen: Set<Place> = []
    for rank in 0..<grid.ranks {
      let place = grid.place(ofRank: rank)
      #expect(grid.rank(at: place) == rank)
      #expect((0..<replicas).contains(place.replica))
      #expect((0..<stages).contains(place.stage))
      #expect((0..<slices).contains(place.slice))
      seen.insert(place)
    }
    #expect(seen.count == grid.ranks)
  }

  @Test("Slice ranks are neighbours, replicas are farthest apart")
  func order() {
    let grid = GridShape(replicas: 2, stages: 3, slices: 4)
    #expect(grid.rank(at: Place(replica: 0, stage: 0, slice: 1)) == 1)
    #expect(grid.rank(at: Place(replica: 0, stage: 1, slice: 0)) == 4)
    #expect(grid.rank(at: Place(replica: 1, stage: 0, slice: 0)) == 12)
  }

  @Test("A grid reads what it writes", arguments: ["1x1x1", "2x3x4", "1048576x1x1"])
  func text(_ text: String) throws {
    #expect(try #require(GridShape(text)).description == text)
  }

  @Test(
    "What is no grid is refused",
    arguments: [
      "", "2", "2x2", "2x2x2x2", "0x1x1", "-1x1x1", "1x1x", "x1x1", "1 x1x1", "ax1x1", "1x1x1.0",
      "1048577x1x1",
      "99999999999999999999x1x1", "1X1X1",
    ])
  func malformed(_ text: String) {
    #expect(GridShape(text) == nil)
  }
}
