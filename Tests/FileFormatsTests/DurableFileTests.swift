import FileFormats
import Foundation
import TestBasis
import Testing

@Suite("Durable files") struct DurableFileTests {
  let directory: TemporaryFolder

  init() throws { directory = try TemporaryFolder() }

  @Test("a written file replaces the old one and leaves nothing beside it")
  func replace() throws {
    let path = directory.file("LATEST")
    try DurableFile.write("step-000000100\n", to: path)
    try DurableFile.write("step-2\n", to: path)
    #expect(try directory.bytes("LATEST") == Array("step-2\n".utf8))
    #expect(directory.names == ["LATEST"])
    #expect(try DurableFile.read(path) == Array("step-2\n".utf8))
  }

  @Test("a full disk keeps the old file, tells the space and leads to exit code 74")
  func full() throws {
    let path = try directory.write("state.json", Array("old".utf8))
    // /dev/full answers every write with ENOSPC; the unfinished file is led there.
    let unfinished = directory.file(".tmp-state.json")
    try FileManager.default.createSymbolicLink(atPath: unfinished, withDestinationPath: "/dev/full")
    do throws(FileError) {
      try DurableFile.write("the new state", to: path)
      Issue.record("a full disk took the bytes")
    } catch {
      #expect(error.exitCode == 74 && error.path == unfinished)
      #expect(error.reason.hasPrefix("the disk is full: 13 bytes were still to be written, "))
      #expect(error.reason.hasSuffix(" bytes are free"))
    }
    #expect(try directory.bytes("state.json") == Array("old".utf8))
    #expect(directory.names == ["state.json"])
  }

  @Test("appended bytes follow those that are there; a file that is not there is made")
  func append() throws {
    let path = directory.file("metrics.jsonl")
    try DurableFile.append(Array("one\n".utf8), to: path)
    try DurableFile.append([], to: path)
    try DurableFile.append(Array("two\n".utf8), to: path)
    #expect(try directory.bytes("metrics.jsonl") == Array("one\ntwo\n".utf8))
    let full = directory.file("full")
    try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
    do throws(FileError) {
      try DurableFile.append([1, 2], to: full)
      Issue.record("a full disk took the bytes")
    } catch {
      #expect(
        error.exitCode == 74 && error.reason.hasPrefix("the disk is full: 2 bytes were still to be written"))
    }
    #expect(throws: FileError.self) { try DurableFile.append([1], to: directory.file("no/such")) }
  }

  @Test("of a file some stretches are kept, in order, and nothing is left beside it")
  func keep() throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let path = try directory.write("metrics.jsonl", bytes)
    try DurableFile.keep([0..<1_500_000, 2_999_990..<3_000_000], of: path, adding: [9])
    #expect(try directory.bytes("metrics.jsonl") == Array(bytes[..<1_500_000] + bytes[2_999_990...]) + [9])
    #expect(throws: FileError.self) { try DurableFile.keep([0..<1_500_012], of: path) }
    try DurableFile.keep([], of: path)
    #expect(try directory.bytes("metrics.jsonl") == [])
    #expect(directory.names == ["metrics.jsonl"])
  }

  @Test("what stands at a path is told, or that nothing does, or that the system cannot tell")
  func entries() throws {
    try directory.write("file", [1])
    try DurableFile.createDirectory(directory.file("folder"))
    try FileManager.default.createSymbolicLink(atPath: directory.file("link"), withDestinationPath: "nowhere")
    mkfifo(directory.file("pipe"), 0o600)
    let expected: [(String, FileStatus.Entry?)] = [
      ("file", .file), ("folder", .directory), ("link", .link), ("pipe", .other), ("none", nil),
      ("file/x", nil),
    ]
    for (name, entry) in expected { #expect(try FileStatus.entry(directory.file(name)) == entry, "\(name)") }
    #expect(try FileStatus.entries(of: directory.path).sorted() == ["file", "folder", "link", "pipe"])
    #expect(try FileStatus.entries(of: directory.file("folder")) == [])
    // Too long a name is no name that is not there.
    let long = directory.file(String(repeating: "x", count: 300))
    for (path, code) in [(long, Int32(74)), (directory.file("none"), 66), (directory.file("file"), 66)] {
      do throws(FileError) {
        _ = try FileStatus.entries(of: path)
        Issue.record("\(path) was listed")
      } catch {
        #expect(error.exitCode == code, "\(error)")
      }
    }
    #expect(throws: FileError.self) { _ = try FileStatus.entry(long) }
  }

  @Test("what cannot be written is an input/output error that names the path")
  func unwritable() throws {
    try directory.write("file", [1])
    for path in [directory.file("no/such/x"), directory.file("file/x"), "/proc/eqprop-x"] {
      do throws(FileError) {
        _ = try OutputFile(path: path)
        Issue.record("\(path) was created")
      } catch {
        #expect(error.exitCode == 74 && error.path == path)
        #expect(error.reason.hasPrefix("cannot be written: "))
      }
    }
    #expect(throws: FileError.self) {
      try DurableFile.rename(directory.file("none"), to: directory.file("x"))
    }
    #expect(throws: FileError.self) { try DurableFile.syncDirectory(directory.file("file")) }
  }

  @Test("directories are created with those above them, once and again")
  func directories() throws {
    let path = directory.file("runs/a/checkpoints/")
    try DurableFile.createDirectory(path)
    try DurableFile.createDirectory(path)
    #expect(FileStatus.isDirectory(path))
    try directory.write("file", [1])
    #expect(throws: FileError.self) { try DurableFile.createDirectory(directory.file("file")) }
    try DurableFile.rename(path, to: directory.file("runs/step-1"))
    #expect(FileStatus.isDirectory(directory.file("runs/step-1")))
    #expect(!FileStatus.exists(path))
  }

  @Test("a file over the limit is refused")
  func limit() throws {
    let path = try directory.write("big", [UInt8](repeating: 1, count: 11))
    #expect(throws: FileError(.badData, path: path, "is 11 bytes long, the limit is 10")) {
      try DurableFile.read(path, limit: 10)
    }
  }

  @Test(
    "parent and last part",
    arguments: [("a/b", "a", "b"), ("b", ".", "b"), ("/b/", "/", "b"), ("/", "/", "/"), ("a//b", "a", "b")])
  func paths(path: String, parent: String, last: String) {
    #expect(parentDirectory(of: path) == parent)
    #expect(lastPart(of: path) == last)
  }
}
