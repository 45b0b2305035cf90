import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingOnFullDisk {
    /// A small file system in memory; unmounted when it goes. Only root can have one.
    final class SmallDisk {
      let path: String

      init?(kilobytes: Int, options: String = "rw") {
        path = FileManager.default.temporaryDirectory.path + "/eqprop-disk-" + UUID().uuidString
        guard
          (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil,
          Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k,\(options)", "tmpfs", path)
        else { return nil }
      }

      deinit {
        _ = Self.run("umount", path)
        rmdir(path)
      }

      func grow(kilobytes: Int) -> Bool { Self.run("mount", "-o", "remount,size=\(kilobytes)k", path) }

      static let isPossible = geteuid() == 0 && SmallDisk(kilobytes: 64) != nil

      private static func run(_ command: String...) -> Bool {
        (try? Job(
          command: command, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], limitSeconds: 10
        ).wait().status) == 0
      }
    }

    /// Ten checkpoints of about 120 kB.
    static let runFile = TrainingMethod.centered.runFile
      .replacingOccurrences(of: "units: 144,", with: "units: 320,")
      .replacingOccurrences(of: "every: 7, keep: 9", with: "every: 3, keep: 99")

    // Needs to mount a file system: root, and a container that lets it.
    @Test(
      "A full disk ends the run with 74 and the file's name; what was whole stays, and with room it goes on",
      .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"), arguments: ["false", "true"])
    func full(wait: String) throws {
      let disk = try #require(SmallDisk(kilobytes: 512))
      let folder = try TrainingFolder(Self.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      let options = ["--output", disk.path + "/run", "--set", "checkpoint.wait=\(wait)"]
      let outcome = try folder.train("2x2x1", options)
      #expect(outcome.status == 74, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains("the disk is full") }
      #expect(
        told.count == 1 && told[0].hasPrefix(disk.path + "/run/checkpoints/.tmp-step-"), "\(outcome.story)")
      #expect(!outcome.said.contains { $0.hasPrefix("rank ") }, "\(outcome.story)")
      #expect(Ranks.left(marked: folder.path) == [])
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/run", withDestinationPath: disk.path + "/run")
      #expect((1...5).contains(folder.checkpoints().count), "\(folder.names("run/checkpoints"))")
      let evaluated = try folder.evaluate("1x1x1", "run", ["--split", "validation"])
      #expect(evaluated.status == 0, "\(evaluated.story)")
      try #require(disk.grow(kilobytes: 64 << 10))
      let again = try folder.train("1x1x2", options)
      #expect(again.status == 0, "\(again.story)")
      #expect(!again.errors.contains("damaged"), "\(again.story)")
      #expect(again.errors.contains("going on from step-"), "\(again.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
    }

    // Needs to mount a file system too.
    @Test(
      "A read-only disk is told in one sentence, code 74",
      .enabled(if: SmallDisk.isPossible, "needs root, to mount a small disk"))
    func readOnly() throws {
      let disk = try #require(SmallDisk(kilobytes: 1000, options: "ro"))
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train("2x1x1", ["--output", disk.path + "/run"])
      #expect(outcome.status == 74, "\(outcome.story)")
      #expect(
        outcome.said.last == "\(disk.path)/run: cannot be written: Read-only file system", "\(outcome.story)")
    }
  }
}
