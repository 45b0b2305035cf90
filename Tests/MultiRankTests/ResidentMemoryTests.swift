import DataSets
import Foundation
import Planning
import Records
import RunFiles
import TestBasis
import Testing
import Training

extension RealRanks {
  /// What the plan counts is what the system gives.
  @Suite struct ResidentMemory {
    /// Wide layers and many examples: weights, states and contrasts all weigh.
    private func runFile(units: Int, batch: Int) -> String {
      """
      name: wide
      data: {format: digits, training: 1200, validation: 200}
      network:
        layers: [{units: \(units)}, {units: \(units), activation: tanh}, {units: 10, activation: linear}]
      relaxation: {updates: euler, free: 4, nudged: 3}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 1, batch: \(batch), momentum: 0.5}
      tiling: {shards: 2, slices: 2}
      checkpoint: {wait: true}
      report: {html: false}

      """
    }

    /// Every rank's planned peak and its largest resident size, in bytes.
    private func measure(_ text: String, _ grid: String) throws -> [(planned: Int, resident: Int)] {
      let folder = try TrainingFolder(text)
      let run = try RunFile.parse(text, file: "run.yaml")
      let shape = try #require(GridShape(grid))
      let data = try run.openData()
      let deal = try Deal(run, tiling: try Tiling(run, data: data), to: shape)
      // The most of its own that was resident: what ranks share every one that touches it has, and at another time.
      let eqprop = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
      let script = folder.path + "/measured"
      try """
      #!/usr/bin/env python3
      import os, subprocess, sys, time
      process = subprocess.Popen(["\(eqprop)"] + sys.argv[1:])
      most = 0
      while process.poll() is None:
          with open("/proc/%d/status" % process.pid) as file:
              told = dict(line.split(":", 1) for line in file)
          kilobytes = lambda key: int(told.get(key, "0 kB").split()[0])
          most = max(most, kilobytes("RssAnon"))
          time.sleep(0.004)
      with open("\(folder.path)/resident-" + os.environ["OMPI_COMM_WORLD_RANK"], "w") as file:
          file.write(str(1024 * most))
      sys.exit(process.returncode)
      """.write(toFile: script, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
      let outcome = try Mpirun(
        executable: script, ranks: shape.ranks,
        arguments: [
          "train", folder.path + "/run.yaml", "--output", folder.path + "/out", "--grid", grid,
          "--limit-steps",
          "2",
        ]
      ).run()
      try #require(outcome.status == 0, "\(outcome.story)")
      return try (0..<shape.ranks).map { rank in
        let dry = DryRun(run, deal: deal, place: shape.place(ofRank: rank))
        let resident = try #require(Int(folder.text("resident-\(rank)")))
        let memory = dry.memory(data: data)
        return (memory.peak - memory.messages, resident)
      }
    }

    @Test(
      "Beyond what a small run takes, a large one takes what is planned, within 15 %",
      arguments: ["1x1x1", "2x1x1", "1x2x1", "1x1x2"])
    func resident(grid: String) throws {
      let small = try measure(runFile(units: 64, batch: 16), grid)
      var large = try measure(runFile(units: 3072, batch: 800), grid)
      func isMissed() -> Bool {
        zip(small, large).contains {
          Double($1.resident - $0.resident) < 0.9 * Double($1.planned - $0.planned)
        }
      }
      for _ in 0..<4 where isMissed() {
        // Looked at every few milliseconds, a peak may fall between two looks: what another run shows more counts.
        let again = try measure(runFile(units: 3072, batch: 800), grid)
        for rank in large.indices { large[rank].resident = max(large[rank].resident, again[rank].resident) }
      }
      var judged = 0
      for (rank, (small, large)) in zip(small, large).enumerated() {
        let planned = Double(large.planned - small.planned)
        let resident = Double(large.resident - small.resident)
        // Some hundreds of megabytes, of which what the system rounds is little.
        guard planned > 300e6 else { continue }
        judged += 1
        #expect(abs(resident / planned - 1) < 0.15, "\(grid) rank \(rank): \(resident) of \(planned)")
      }
      #expect(judged > 0, "\(grid): too little to tell")
    }
  }
}
