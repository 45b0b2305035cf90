/// What every page has around its sections.
enum PageFrame {
  static func page(title: String, head: String, sections: [String]) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="generator" content="eqprop"/>
    <title>\(HTML.escaped(title))</title>
    <link rel="icon" href="data:,"/>
    <style>
    \(PageStyle.sheet)</style>
    </head>
    <body>
    <header>
    <h1>\(HTML.escaped(title))</h1>
    \(head)</header>
    <main>
    \(sections.joined())<footer></footer>
    </main>
    </body>
    </html>

    """
  }

  /// Figures side by side: as many as fit, or so many where there is room for them.
  static func figures(_ figures: String..., columns: Int? = nil) -> String {
    let style = columns.map { " fixed\" style=\"--columns:\($0)" } ?? ""
    return "<div class=\"figures\(style)\">\n\(figures.joined())</div>\n"
  }

  /// A figure with something to its right, or below where there is no room.
  static func beside(_ figure: String, _ other: String) -> String {
    "<div class=\"beside\">\n\(figure)<div>\n\(other)</div>\n</div>\n"
  }
}
