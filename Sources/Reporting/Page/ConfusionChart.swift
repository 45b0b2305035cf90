import Foundation

/// A confusion table as a drawing: right ones in one colour, wrong ones in another, the more of them the stronger.
struct ConfusionChart {
  let table: ConfusionTable
  /// As wide as a chart of a page, or of a file of its own.
  var width = Chart.Form.figure.width

  private static let cellHeight = 29.0
  private static let top = 4.0

  private var classes: Int { table.counts.count }
  /// Room for the names of the rows, about six points a letter.
  private var left: Double { 38 + 6 * Double(min(longest, 16)) }
  private var longest: Int { table.names.map(\.count).max() ?? 1 }
  /// Names too wide for a column stand on end.
  private var areTurned: Bool { 6.5 * Double(longest) > cell }
  private var foot: Double { areTurned ? 30 + 6 * Double(min(longest, 16)) : 36 }
  private var cell: Double { (width - left - 4) / Double(max(classes, 1)) }
  private var bottom: Double { Self.top + Self.cellHeight * Double(classes) }

  var svg: String {
    let (width, height) = (SVGText.coordinate(self.width), SVGText.coordinate(bottom + foot + 6))
    let words =
      "confusion matrix: \(table.wrong) of \(table.examples) examples wrong, "
      + "\(Figures.percent(table.error)) %; a row a label, a column a prediction"
    let middle = (left + self.width) / 2
    let turned = ChartPosition(13, (Self.top + bottom) / 2)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="eqprop-chart" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" role="img" aria-label="\(words)">
      <title>\(words)</title>
      \(cells)\(names)\
      \(Chart.text("prediction", at: ChartPosition(middle, bottom + foot), "class=\"label\" text-anchor=\"middle\""))
      \(Chart.text("label", at: turned, "class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 \(turned.text))\""))
      </svg>

      """
  }

  private var cells: String {
    let counts = table.counts
    let mostWrong =
      counts.indices.flatMap { row in
        counts.indices.filter { $0 != row }.map { counts[row][$0] }
      }.max() ?? 0
    return counts.indices.flatMap { row in
      counts.indices.map { column in
        let count = counts[row][column]
        let most = row == column ? counts[row].reduce(0, +) : mostWrong
        return mark(count, row, column, strength: most == 0 ? 0 : Double(count) / Double(most))
      }
    }.joined()
  }

  private func mark(_ count: Int, _ row: Int, _ column: Int, strength: Double) -> String {
    let (x, y) = (left + Double(column) * cell, Self.top + Double(row) * Self.cellHeight)
    let size =
      "width=\"\(SVGText.coordinate(cell - 1))\" height=\"\(SVGText.coordinate(Self.cellHeight - 1))\""
    let corner = "x=\"\(SVGText.coordinate(x))\" y=\"\(SVGText.coordinate(y))\""
    let shade = count == 0 ? 0 : 0.06 + 0.39 * strength
    let colour = row == column ? "c1" : "c2"
    let (label, answer) = (SVGText.escaped(table.names[row]), SVGText.escaped(table.names[column]))
    let hint = "<title>\(label) taken for \(answer): \(count)</title>"
    let box =
      "<g class=\"\(colour)\"><rect class=\"cell\" \(corner) \(size) fill=\"currentColor\" "
      + "fill-opacity=\"\(String(format: "%.2f", shade))\">\(hint)</rect></g>\n"
    guard count > 0 else { return box }
    let middle = ChartPosition(x + cell / 2, y + Self.cellHeight / 2 + 4)
    return box + Chart.text("\(count)", at: middle, "text-anchor=\"middle\"") + "\n"
  }

  private var names: String {
    table.names.enumerated().map { index, name in
      let shown = name.count > 16 ? name.prefix(15) + "…" : name[...]
      let column = ChartPosition(
        left + (Double(index) + 0.5) * cell + (areTurned ? 4 : 0), bottom + (areTurned ? 8 : 16))
      let row = ChartPosition(left - 7, Self.top + (Double(index) + 0.5) * Self.cellHeight + 4)
      let turn =
        areTurned ? "text-anchor=\"end\" transform=\"rotate(-90 \(column.text))\"" : "text-anchor=\"middle\""
      return Chart.text(String(shown), at: column, turn)
        + Chart.text(String(shown), at: row, "text-anchor=\"end\"") + "\n"
    }.joined()
  }
}
