import FileFormats
import Foundation
import Testing

@Suite struct PathsTests {
  @Test("A ~ is read as shells read it, where it begins a word or the value after a =")
  func home() {
    let home = getenv("HOME").map { String(cString: $0) } ?? NSHomeDirectory()
    for (word, read) in [
      ("~/runs", home + "/runs"), ("--output=~/my runs", "--output=" + home + "/my runs"),
      ("data.path=~/d", "data.path=" + home + "/d"), ("~", home), ("a~/b", "a~/b"), ("x=~", "x=~"),
      ("a/~/b", "a/~/b"),
      ("x=a~/b", "x=a~/b"), ("~no such user/x", "~no such user/x"), ("", ""), ("=", "="), ("--set", "--set"),
    ] { #expect(fromHome(word) == read) }
  }
}
