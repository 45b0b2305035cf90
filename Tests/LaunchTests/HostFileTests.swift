import Foundation
import TestBasis
import Testing

/// What `launch/run` takes for a host file, and what of it reaches `mpirun`.
@Suite struct HostFileTests {
  /// Starts so many ranks on the hosts of a file with this text; what mpirun is given to read, and the outcome.
  private func start(_ text: String, ranks: Int = 2) throws -> (read: String, outcome: Outcome) {
    let tools = try TemporaryFolder.withRecorder()
    try tools.write("hosts.txt", text)
    let outcome = try run(
      Repository.run, ["--hosts", tools.path + "/hosts.txt", "-n", "\(ranks)", "train"],
      environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    return (tools.text("hosts-read"), outcome)
  }

  @Test(
    "A host file is read as Open MPI reads it, whatever wrote it",
    arguments: [
      ("a slots=2\nb slots=3\n", "a slots=2\nb slots=3\n"),
      ("a slots = 2\r\nuser@b:3\r\n", "a slots=2\nuser@b slots=3\n"),
      ("\u{FEFF}  # ours\n\n\ta max_slots=4 # big\n  b\n", "a max_slots=4\nb\n"), ("[::1]:2\n", "[::1]:2\n"),
      ("a slots=2\rb slots=2\r", "a slots=2\nb slots=2\n"), ("a\na", "a\na\n"),
      ("// ours\na cpu=2 // big\n/* old\nb\n*/\nc count = 3\n", "a slots=2\nc slots=3\n"),
      (
        "10.0.0.1 slots=2\nfe80::1\nh-1.x_y.org username=me\n",
        "10.0.0.1 slots=2\nfe80::1\nh-1.x_y.org username=me\n"
      ),
    ])
  func read(text: String, read: String) throws {
    let (told, outcome) = try start(text)
    #expect(outcome.code == 0 && told == read, "\(outcome.errors)\(told)")
  }

  @Test(
    "What is no host, or could be an option or a command of ssh, is refused",
    arguments: [
      ("# nothing\n\n", "names no host"), ("-oProxyCommand=touch${IFS}x slots=2\n", "is no name of a host"),
      ("me@-oProxyCommand=x\n", "is no name of a host"),
      ("a\n$(touch x) slots=2\n", "'$(touch' is no name of a host"),
      ("a;touch${IFS}x\n", "is no name of a host"), ("*\n", "'*' is no name of a host"),
      ("a,b\n", "is no name of a host"),
      ("a username=-oX\n", "'username=-oX' is not understood"), ("a slot=2\n", "a line is: a slots=4"),
      ("a slots=two\n", "is not understood"), ("a 4\n", "'4' is not understood"),
    ])
  func refused(text: String, words: String) throws {
    let (read, outcome) = try start(text)
    #expect(outcome.code == 64 && outcome.errors.contains(words) && read == "", "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test(
    "More ranks than slots are told before anything is started", arguments: ["a slots=1\nb:2\n", "a\na\nb\n"])
  func slots(text: String) throws {
    let (read, outcome) = try start(text, ranks: 4)
    #expect(outcome.code == 64 && read == "")
    #expect(outcome.errors.contains("-n 4: more ranks than host file "), "\(outcome.errors)")
    #expect(try start(text, ranks: 3).outcome.code == 0)
  }

  @Test("A host file may come through a pipe")
  func pipe() throws {
    let tools = try TemporaryFolder.withRecorder()
    let outcome = try run(
      "bash",
      [
        "-c", "\"$0\" --hosts=<(echo a slots=2) train || \"$0\" --hosts <(echo a slots=2) train",
        Repository.run,
      ],
      environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(outcome.code == 0 && tools.text("hosts-read") == "a slots=2\n", "\(outcome.errors)")
  }
}
