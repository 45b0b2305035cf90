import FileFormats
import TestBasis
import Testing

@Suite("Lines of a file")
struct LineReaderTests {
  private func lines(_ path: String, from offset: Int = 0) throws -> [(text: String, end: Int, isEnded: Bool)]
  {
    var reader = try LineReader(path: path, from: offset)
    var lines: [(String, Int, Bool)] = []
    while let line = try reader.next() {
      lines.append((String(decoding: line, as: UTF8.self), reader.offset, reader.isEnded))
    }
    return lines
  }

  @Test(
    "are read with where they end, the last one with whether it does",
    arguments: ["a\n\nbc\n", "a\n\nbc", "", "\n"])
  func short(text: String) throws {
    let directory = try TemporaryFolder()
    let path = directory.file("lines")
    try DurableFile.write(text, to: path)
    var expected = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if text.isEmpty || text.hasSuffix("\n") { expected.removeLast() }
    let found = try lines(path)
    #expect(found.map(\.text) == expected)
    #expect(found.last?.end ?? 0 == text.utf8.count)
    #expect(found.last?.isEnded ?? true == (text.isEmpty || text.hasSuffix("\n")))
    if text.count > 3 { #expect(try lines(path, from: 2).map(\.text) == ["", "bc"]) }
  }

  @Test("of more than a mebibyte are read whole, up to the limit")
  func long() throws {
    let directory = try TemporaryFolder()
    let path = directory.file("lines")
    let text = [
      "x", String(repeating: "y", count: 3 << 20), "", String(repeating: "z", count: 1 << 20), "end",
    ]
    try DurableFile.write(text.joined(separator: "\n"), to: path)
    #expect(try lines(path).map(\.text) == text)
    var reader = try LineReader(path: path, longest: 2 << 20)
    #expect(try reader.next().map { String(decoding: $0, as: UTF8.self) } == "x")
    var refusal: FileError?
    do { _ = try reader.next() } catch { refusal = error }
    #expect(refusal?.kind == .badData)
  }
}
