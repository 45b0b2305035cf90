import FileFormats
import Testing

extension RealRanks {
  /// Pictures in a folder a class, from training to predictions.
  @Suite struct Photographs {
    /// Ninety pictures of 6 × 6 pixels: a bright row, a bright column, or both; some in colours, all alike in each.
    private func folder() throws -> TrainingFolder {
      let folder = try TrainingFolder(
        """
        name: photos
        data: {format: pictures, path: photos, validation: 12}
        network: {layers: [{units: 32}, {units: 3}]}
        training: {epochs: 40, batch: 12}
        tiling: {shards: 4, slices: 2}

        """)
      try folder.write(
        "run.yaml", folder.text("run.yaml").replacing("path: photos", with: "path: \(folder.path)/photos"))
      for number in 0..<90 {
        let (kind, at) = (number % 3, 2 + number / 3 % 2)
        let grey = (0..<36).map { pixel -> UInt8 in
          let (isInRow, isInColumn) = (kind != 1 && pixel / 6 == at, kind != 0 && pixel % 6 == at)
          return UInt8((isInRow || isInColumn ? 200 : 20) + (pixel * 7 + number * 11) % 30)
        }
        let isGrey = number % 4 == 0
        try folder.write(
          "photos/\(["row", "column", "cross"][kind])/\(number).png",
          PNG.encode(
            width: 6, height: 6, isGrey ? .grey : .redGreenBlue,
            isGrey ? grey : grey.flatMap { [$0, $0, $0] }))
      }
      return folder
    }

    @Test(
      "They are learnt with the same bits on every grid, and new ones told with their files, grey ones too")
    func learnt() throws {
      let folder = try folder()
      var remains: [Remains] = []
      for (index, grid) in ["1x1x1", "2x1x2", "1x2x1", "4x1x1"].enumerated() {
        let outcome = try folder.train(grid, to: "r\(index)")
        try #require(outcome.status == 0, "\(outcome.story)")
        remains.append(try folder.remains("r\(index)"))
      }
      #expect(remains.allSatisfy { $0 == remains[0] })
      let error = try #require(try folder.lines("r0").last?["test_error"] as? Double)
      #expect(error <= 25, "\(error)")
      for (path, count) in [("/photos/cross", 30), ("/photos/row/0.png", 1), ("/photos", 90)] {
        var told: Set<String> = []
        for grid in ["1x1x1", "2x1x1", "1x1x2"] {
          let outcome = try folder.command(
            "predict", grid, [folder.path + "/r0", "--data", folder.path + path, "--grid", grid]
          ).run()
          try #require(outcome.status == 0, "\(outcome.story)")
          told.insert(outcome.output)
        }
        let lines = try #require(told.first).split(separator: "\n")
        #expect(told.count == 1 && lines.count == count + 1)
        #expect(lines[0].hasPrefix("example,file,class,name,margin,"), "\(lines[0])")
        let right = lines.dropFirst().count { line in
          let cells = line.split(separator: ",")
          return cells[1].contains("/\(cells[3])/")
        }
        #expect(right * 100 >= 80 * count, "\(path): \(right)")
      }
    }
  }
}
