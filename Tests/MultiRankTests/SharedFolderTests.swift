import Foundation
import TestBasis
import Testing

extension RealRanks {
  /// Run directories that the members of a group share: needs root, to be two other users.
  @Suite(.enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv"))
  struct SharedFolderTests {
    private static let group = 54321

    /// Trains as a member of the group, whose files follow a umask.
    private func train(_ folder: TrainingFolder, user: Int, umask: String, _ options: [String] = []) throws
      -> Outcome
    {
      let training = folder.training("2x1x1", ["--set", "report.html=true"] + options)
      return try start(folder, user: user, umask: umask, training.arguments)
    }

    private func start(_ folder: TrainingFolder, user: Int, umask: String, _ arguments: [String]) throws
      -> Outcome
    {
      let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
      var environment = Mpirun(executable: "eqprop", ranks: 2, arguments: []).fullEnvironment()
      environment["HOME"] = folder.path
      return try Job(
        command: [
          "setpriv", "--reuid=\(user)", "--regid=\(user)", "--groups=\(Self.group)", "bash", "-c",
          "umask \(umask); cd /; exec \"$@\"", "bash", "mpiexec", "-n", "2", program,
        ] + arguments, environment: environment, limitSeconds: 60
      ).wait()
    }

    @Test("Two members of a group train in one run directory; what they write follows umask and set-group-id")
    func members() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      try #require(chown(folder.path, 0, gid_t(Self.group)) == 0 && chmod(folder.path, 0o2775) == 0)
      let first = try train(folder, user: 54001, umask: "002", ["--limit-steps", "70"])
      try #require(first.status == 0, "\(first.story)")
      let second = try train(folder, user: 54002, umask: "002")
      #expect(second.status == 0 && second.errors.contains("going on from step-"), "\(second.story)")
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/run")
      #expect(names.contains(".lock") && names.contains("report.html"))
      for name in names {
        var about = stat()
        try #require(lstat(folder.path + "/run/" + name, &about) == 0)
        let isFolder = about.st_mode & S_IFMT == S_IFDIR
        #expect(about.st_mode & 0o7777 == (isFolder ? 0o2775 : 0o664), "\(name)")
        #expect(about.st_gid == gid_t(Self.group), "\(name)")
      }
      // Somebody who may only read puts the page elsewhere, and is told how.
      try #require(chmod(folder.path + "/run", 0o2755) == 0)
      let page = folder.path + "/run/report.html"
      let refused = try start(folder, user: 54003, umask: "022", ["report", folder.path + "/run"])
      #expect(
        refused.status == 74 && refused.errors.contains("; --output FILE puts it elsewhere\n"),
        "\(refused.story)")
      #expect(refused.errors.contains(page), "\(refused.story)")
      let elsewhere = "/tmp/eqprop-\(UUID().uuidString).html"
      let told = try start(
        folder, user: 54003, umask: "022", ["report", folder.path + "/run", "--output", elsewhere])
      #expect(told.status == 0 && unlink(elsewhere) == 0, "\(told.story)")
    }
  }
}
