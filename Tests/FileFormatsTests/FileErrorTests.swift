import FileFormats
import Testing

@Suite struct FileErrorTests {
  @Test("A reason is one line of limited length, whatever the file put into it")
  func reason() {
    let hostile = FileError(.badData, path: "x", "names '\u{1B}[2J\n\0\u{85}'")
    #expect(hostile.reason == "names '\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}'")
    let long = FileError(.badData, path: "x", String(repeating: "ß", count: 1_000_000))
    #expect(long.reason == String(repeating: "ß", count: 500) + "…")
    #expect(FileError(.badData, path: "a\u{7F}/b\n", "is").description == "a\u{FFFD}/b\u{FFFD}: is")
    #expect(FileError(.badData, path: "x", "is 3 bytes long").description == "x: is 3 bytes long")
  }
}
