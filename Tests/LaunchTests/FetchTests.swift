import Foundation
import TestBasis
import Testing

/// Downloads end with exactly the published files, or with one sentence.
@Suite struct FetchTests {
  static let names = [
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
  ]

  @Test(arguments: [
    [], ["mnist"], ["cifar", "x"], ["cifar10"], ["mnist", "x", "--from"], ["mnist", "x", "--form", "y"],
  ])
  func usage(arguments: [String]) throws {
    let outcome = try run(Repository.fetch, arguments)
    #expect(outcome.code == 64)
    #expect(outcome.errors.hasPrefix("launch/fetch: "))
  }

  @Test func help() throws {
    let outcome = try run(Repository.fetch, ["--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("launch/fetch mnist data/mnist\n"))
    #expect(!outcome.output.contains("set -euo"))
  }

  // Needs the published MNIST files.
  @Test(.enabled(if: Repository.mnist != nil, "needs data/mnist")) func publishedFilesAreTakenOnce() throws {
    let source = try #require(Repository.mnist)
    let folder = try TemporaryFolder()
    // A file cut short by an earlier crash is replaced.
    try folder.write("t10k-labels-idx1-ubyte.gz", "cut")
    let first = try run(Repository.fetch, ["mnist", folder.path, "--from", "file://" + source])
    #expect(first.code == 0, "\(first.errors)")
    #expect(folder.names == Self.names)
    for name in Self.names {
      #expect(
        FileManager.default.contentsEqual(atPath: folder.path + "/" + name, andPath: source + "/" + name))
    }
    let second = try run(Repository.fetch, ["mnist", folder.path, "--from", "file:///nowhere"])
    #expect(second.code == 0)
    #expect(second.errors.split(separator: "\n").count { $0.hasSuffix(" is already there") } == 4)
  }

  @Test(arguments: [300, 9_912_422]) func anythingElseIsRefused(bytes: Int) throws {
    let source = try TemporaryFolder()
    let folder = try TemporaryFolder()
    try source.write("train-images-idx3-ubyte.gz", [UInt8](repeating: 0, count: bytes))
    let outcome = try run(Repository.fetch, ["mnist", folder.path, "--from", "file://" + source.path])
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("expected 9912422 bytes with SHA-256 440fcabf73cc546f"))
    #expect(outcome.errors.contains("got \(bytes) bytes with SHA-256 "))
    #expect(folder.names == [])
  }

  @Test func nothingThereIsADownloadThatFailed() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(
      Repository.fetch, ["mnist", folder.path, "--from", "file://" + folder.path + "/no"])
    #expect(outcome.code == 74)
    #expect(folder.names == [])
  }

  /// `launch/fetch` with the numbers of a small archive in place of the published ones: its bytes and SHA-256, then
  /// those of its two files.
  private func fetchOfSmallArchive(in source: TemporaryFolder) throws -> String {
    for name in ["train.bin", "test.bin", "fine_label_names.txt"] {
      try source.write("cifar-100-binary/" + name, "\(name): some bytes")
    }
    let tar = try run(
      "tar", ["-C", source.path, "-czf", source.path + "/cifar-100-binary.tar.gz", "cifar-100-binary"])
    #expect(tar.code == 0, "\(tar.errors)")
    var text = try String(contentsOfFile: Repository.fetch, encoding: .utf8)
    let published = [
      (
        "cifar-100-binary.tar.gz", "168513733",
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"
      ),
      (
        "cifar-100-binary/train.bin", "153700000",
        "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29"
      ),
      (
        "cifar-100-binary/test.bin", "30740000",
        "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"
      ),
    ]
    for (name, bytes, sum) in published {
      let found = try run("sha256sum", [source.path + "/" + name]).output.prefix(64)
      let size = try FileManager.default.attributesOfItem(atPath: source.path + "/" + name)[.size] as? Int
      #expect(text.contains("\(bytes) \(sum)"))
      text = text.replacingOccurrences(of: "\(bytes) \(sum)", with: "\(size ?? 0) \(found)")
    }
    return try source.write("fetch", text)
  }

  @Test func anArchiveIsUnpackedOnce() throws {
    let source = try TemporaryFolder()
    let fetch = try fetchOfSmallArchive(in: source)
    let folder = try TemporaryFolder()
    // A file cut short by an earlier crash is replaced.
    try folder.write("train.bin", "cut")
    let first = try run("bash", [fetch, "cifar100", folder.path, "--from", "file://" + source.path])
    #expect(first.code == 0, "\(first.errors)")
    #expect(folder.names == ["test.bin", "train.bin"])
    #expect(folder.text("train.bin") == "train.bin: some bytes")
    let second = try run("bash", [fetch, "cifar100", folder.path, "--from", "file:///nowhere"])
    #expect(second.code == 0)
    #expect(second.errors.split(separator: "\n").count { $0.hasSuffix(" is already there") } == 2)
  }

  @Test func anythingElseInAnArchiveIsRefused() throws {
    let source = try TemporaryFolder()
    let fetch = try fetchOfSmallArchive(in: source)
    let folder = try TemporaryFolder()
    let text = try String(contentsOfFile: fetch, encoding: .utf8)
    try source.write("fetch", text.replacingOccurrences(of: "test.bin 20 ", with: "test.bin 21 "))
    let inside = try run("bash", [fetch, "cifar100", folder.path, "--from", "file://" + source.path])
    #expect(inside.code == 65, "\(inside.errors)")
    #expect(
      inside.errors.contains("cifar-100-binary/test.bin of cifar-100-binary.tar.gz is not the published file")
    )
    #expect(folder.names == ["train.bin"])
    try source.write("cifar-10-binary.tar.gz", [UInt8](repeating: 0, count: 300))
    let whole = try run(Repository.fetch, ["cifar10", folder.path, "--from", "file://" + source.path])
    #expect(whole.code == 65)
    #expect(whole.errors.contains("expected 170052171 bytes with SHA-256 c4a38c50a1bc5f3a"))
    #expect(folder.names == ["train.bin"])
  }

  // Needs the published MNIST files, and Python to serve them.
  @Test(.enabled(if: Repository.mnist != nil && Repository.hasPython, "needs data/mnist and Python"))
  func overHTTP() throws {
    let folder = try TemporaryFolder()
    let server = try WebServer(of: #require(Repository.mnist))
    let outcome = try run(Repository.fetch, ["mnist", folder.path, "--from", server.address + "/"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(folder.names == Self.names)
    let absent = try run(Repository.fetch, ["mnist", folder.path + "/b", "--from", server.address + "/no"])
    #expect(absent.code == 74)
  }

  // Needs the published MNIST files, Python to serve them, and wget.
  @Test(
    .enabled(
      if: Repository.mnist != nil && Repository.hasPython && Repository.hasWget,
      "needs data/mnist, Python and wget"))
  func overHTTPWithoutCurl() throws {
    let tools = try TemporaryFolder()
    for name in ["bash", "cat", "env", "mkdir", "mv", "rm", "sed", "sha256sum", "stat", "wget"] {
      try tools.script(name, "exec \(try #require(executable(name))) \"$@\"")
    }
    try FileManager.default.removeItem(atPath: tools.path + "/bash")
    try FileManager.default.createSymbolicLink(
      atPath: tools.path + "/bash", withDestinationPath: try #require(executable("bash")))
    let folder = try TemporaryFolder()
    let server = try WebServer(of: #require(Repository.mnist))
    let outcome = try run(
      "bash", [Repository.fetch, "mnist", folder.path, "--from", server.address],
      environment: ["PATH": tools.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(folder.names == Self.names)
  }

  private func executable(_ name: String) -> String? {
    ["/usr/bin/", "/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

/// A web server on a free port of this host, for as long as it is held.
private final class WebServer {
  private let server: StartedProgram
  let address: String

  init(of folder: String) throws {
    let server = try StartedProgram(
      "python3", ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"], in: folder)
    self.server = server
    _ = holds { server.output.contains("port ") }
    let port = server.output.split(separator: "port ").last?.prefix { $0.isNumber } ?? ""
    address = "http://127.0.0.1:\(port)"
  }
}
