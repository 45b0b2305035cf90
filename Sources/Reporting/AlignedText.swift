/// Rows of cells under a heading, every column flush right, two spaces between columns.
struct AlignedText {
  var heading: [String]
  var rows: [[String]] = []

  /// A line a row, without spaces at line ends.
  var text: String {
    let lines = [heading] + rows
    let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = zip(cells, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      var line = padded.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
