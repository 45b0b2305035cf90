import Foundation

/// Elements of HTML that are well-formed XML too.
enum HTML {
  /// Text as it may stand in an element or in an attribute; line ends stay.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { SVGText.escaped(String($0)) }.joined(separator: "\n")
  }

  /// A paragraph of text.
  static func paragraph(_ text: String, class name: String? = nil) -> String {
    "<p\(name.map { " class=\"\($0)\"" } ?? "")>\(escaped(text))</p>\n"
  }

  /// A chart with its title.
  static func figure(_ chart: Chart, _ form: Chart.Form) -> String {
    figure(chart.title, chart.svg(form), note: chart.note.isEmpty ? "" : paragraph(chart.note))
  }

  /// A drawing with its title, and a line below where there is more to say.
  static func figure(_ title: String, _ drawing: String, note: String = "") -> String {
    "<figure><figcaption>\(escaped(title))</figcaption>\n\(drawing)\(note)</figure>\n"
  }

  /// A PNG file within the page; small ones are drawn larger with their pixels to be seen.
  static func image(_ png: [UInt8], width: Int, height: Int, saying words: String) -> String {
    let data = Data(png).base64EncodedString()
    return "<img width=\"\(width)\" height=\"\(height)\" alt=\"\(escaped(words))\" role=\"img\" "
      + "aria-label=\"\(escaped(words))\" src=\"data:image/png;base64,\(data)\"/>\n"
  }

  /// A table whose rows become cards where there is no room for columns.
  ///
  /// - Parameters:
  ///   - heading: one name a column.
  ///   - rows: one text a column; the first one names the row.
  static func table(_ heading: [String], _ rows: [[String]]) -> String {
    let head = heading.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    let body = rows.map { row in
      let cells = zip(heading, row).dropFirst().map { name, text in
        "<td data-name=\"\(escaped(name))\">\(escaped(text))</td>"
      }
      return "<tr><th scope=\"row\">\(escaped(row.first ?? ""))</th>\(cells.joined())</tr>\n"
    }
    return "<table><thead><tr>\(head)</tr></thead>\n<tbody>\n\(body.joined())</tbody></table>\n"
  }

  /// A section of the page under its heading.
  static func section(_ title: String, _ content: String...) -> String {
    "<section><h2>\(escaped(title))</h2>\n\(content.joined())</section>\n"
  }

  /// What is found, or a line that says why there is none.
  static func recorded<Value>(
    _ recorded: Recorded<Value>, or what: String, _ content: (Value) -> String
  ) -> String {
    switch recorded {
    case .found(let value): content(value)
    case .absent(let reason): paragraph("\(what): \(reason).", class: "absent")
    }
  }

  /// A word as a shell reads it back.
  static func shellWord(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-/".unicodeScalars.contains(scalar))
    }
    return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
