import Foundation
import TestBasis
import Testing

/// Hosts made of network namespaces by `Hosts/hosts.py`, with a wire between them; they go with their last user.
final class TestHosts {
  let folder: TemporaryFolder
  private let program: StartedProgram
  private let control: Int32

  /// Whether this machine lets us make them: root, `/dev/net/tun`, and what `launch/setup --for-tests` installs.
  static let arePossible =
    getuid() == 0 && FileManager.default.fileExists(atPath: "/dev/net/tun")
    && FileManager.default.fileExists(atPath: "/usr/sbin/sshd")
    && ["ip", "nsenter", "unshare", "ssh", "python3"].allSatisfy {
      (try? run("which", [$0]).code) == 0
    } && (try? run("unshare", ["--net", "true"]).code) == 0

  /// Makes hosts whose frames take so many milliseconds and are lost with so many percent.
  init(_ count: Int, delay: Int = 0, loss: Int = 0) throws {
    folder = try TemporaryFolder()
    let (path, source) = (folder.path, Repository.root + "/Tests/LaunchTests/Hosts/hosts.py")
    try #require(mkfifo(path + "/control", 0o600) == 0)
    program = try StartedProgram(
      "bash",
      [
        "-c", "exec python3 \"$0\" \"$@\" <control", source, path + "/hosts", "\(count)", "\(delay)",
        "\(loss)",
      ],
      in: path)
    // Nobody else holds this end: the hosts are removed when it closes, however the tests end.
    control = open(path + "/control", O_WRONLY | O_CLOEXEC)
    try #require(holds(within: 30) { program.output == "ready\n" }, "\(program.errors)")
  }

  deinit {
    close(control)
    _ = program.ended(within: 20)
  }

  /// The host file, a slot each.
  var file: String { folder.path + "/hosts/hosts.txt" }

  /// Starts `launch/run` on the first host.
  func launch(_ arguments: [String]) throws -> StartedProgram {
    try StartedProgram(
      folder.path + "/hosts/on", ["1", Repository.run, "--hosts", file] + arguments, in: folder.path,
      environment: [
        "EQPROP_EXECUTABLE": Repository.root + "/.build/release/eqprop",
        "OMPI_MCA_plm_rsh_args": "-F \(folder.path)/hosts/ssh_config",
        // The hosts share this machine's cores.
        "OMPI_MCA_mpi_yield_when_idle": "1",
      ])
  }

  /// Pulls a host's plug.
  func cut(_ host: Int) {
    let line = Array("cut \(host)\n".utf8)
    _ = write(control, line, line.count)
  }
}
