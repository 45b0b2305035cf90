import Foundation

/// `fuzz-parsers PARSER PATH…`: gives every file, or every file of a folder, to a parser and prints what came of it.
///
/// Built with `--sanitize=fuzzer -Xswiftc -DFUZZING` the same program is a libFuzzer target, whose parser the variable
/// `EQPROP_PARSER` names; `launch/fuzz` does that.
#if !FUZZING
  @main
#endif
struct FuzzParsers {
  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    guard let name = words.first, let parser = HostileParser(rawValue: name), words.count > 1 else {
      let names = HostileParser.allCases.map(\.rawValue).joined(separator: " ")
      FileHandle.standardError.write(Data("usage: fuzz-parsers PARSER PATH…\nparsers: \(names)\n".utf8))
      exit(64)
    }
    limitMemory()
    for path in words.dropFirst().flatMap(files) {
      // Not `print`: a crash must tell which file it was, so nothing may wait in a buffer.
      say("\(path): ")
      let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
      let start = ContinuousClock.now
      let verdict = parser.judge(bytes)
      say("\(verdict) [\((ContinuousClock.now - start) / .milliseconds(1)) ms]\n")
    }
  }

  private static func say(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  private static func files(_ path: String) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
    return names.sorted().map { path + "/" + $0 }
  }

  /// The address space that the process may use: every parser's own limit for a small input lies far below.
  static func limitMemory() {
    var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
}

private let fuzzed: HostileParser = {
  let name = ProcessInfo.processInfo.environment["EQPROP_PARSER"] ?? ""
  guard let parser = HostileParser(rawValue: name) else {
    preconditionFailure("EQPROP_PARSER names no parser: '\(name)'")
  }
  return parser
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  _ = fuzzed.judge(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
