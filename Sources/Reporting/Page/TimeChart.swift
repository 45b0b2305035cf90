/// Where the time of every rank went, a bar a rank; of many ranks those that waited least and most.
struct TimeChart {
  /// Parts that are drawn as one, in a colour and a density of their own.
  struct Group {
    var name: String
    var parts: Set<String>
    var density: String
  }

  /// The last one takes what no other names.
  static let groups = [
    Group(name: "free phase", parts: ["free"], density: "1"),
    Group(name: "nudged phase", parts: ["nudged"], density: "1"),
    Group(name: "learning", parts: ["contrast", "optimizer"], density: "1"),
    Group(name: "other ranks", parts: ["waiting", "tree sum"], density: "1"),
    Group(name: "evaluation", parts: ["evaluation"], density: "1"),
    Group(name: "data, files, rest", parts: [], density: "0.45"),
  ]

  /// Bars drawn at most.
  static let most = 24

  let times: TimesFile
  /// As wide as a chart of a page, or of a file of its own.
  var width = Chart.Form.figure.width

  private static let barHeight = 20.0
  private static let gap = 6.0
  private static let right = 52.0

  /// The ranks that are drawn, in their order.
  var shown: [Int] {
    let all = Array(times.ranks.indices)
    guard all.count > Self.most else { return all }
    let byWaiting = all.sorted { (seconds($0)[3], $0) < (seconds($1)[3], $1) }
    return (byWaiting.prefix(Self.most / 2) + byWaiting.suffix(Self.most / 2)).sorted()
  }

  /// Seconds of a rank by group.
  private func seconds(_ rank: Int) -> [Double] {
    var sums = Array(repeating: 0.0, count: Self.groups.count)
    for (part, seconds) in zip(times.parts, times.ranks[rank].seconds) {
      sums[Self.groups.firstIndex { $0.parts.contains(part) } ?? Self.groups.count - 1] += seconds
    }
    return sums
  }

  private var left: Double {
    16 + (shown.map { SVGText.width(name($0), size: 12) }.max() ?? 0)
  }

  private func name(_ rank: Int) -> String {
    let host = Set(times.ranks.map(\.host)).count > 1 ? " · \(times.ranks[rank].host)" : ""
    return SVGText.cut("rank \(rank)\(host)", to: 130, size: 12)
  }

  /// Of the legend, whose rows follow from them.
  private var columns: Int { max(1, Int((width - 8) / 124)) }
  private var rows: Double { Double((Self.groups.count + columns - 1) / columns) }

  var svg: String {
    let bottom = (Self.barHeight + Self.gap) * Double(shown.count)
    let (width, height) = (SVGText.coordinate(self.width), SVGText.coordinate(bottom + 14 + 20 * rows))
    let words = "time of \(shown.count) of \(times.ranks.count) ranks by part, in seconds"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="eqprop-chart" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" role="img" aria-label="\(words)">
      <title>\(words)</title>
      \(shown.enumerated().map { bar($1, at: Double($0) * (Self.barHeight + Self.gap)) }.joined())\
      \(legend(at: bottom + 16))</svg>

      """
  }

  private func bar(_ rank: Int, at y: Double) -> String {
    let longest = times.ranks.map(\.total).max() ?? 0
    let scale = longest > 0 ? (width - left - Self.right) / longest : 0
    var x = left
    var text = Chart.text(
      name(rank), at: ChartPosition(left - 8, y + Self.barHeight - 6), "text-anchor=\"end\"")
    for (index, seconds) in seconds(rank).enumerated() where seconds > 0 {
      let share = Figures.percent(100 * seconds / times.ranks[rank].total)
      text += box(
        index, x, y, seconds * scale, Self.barHeight,
        "rank \(rank), \(Self.groups[index].name): \(Figures.seconds(seconds)), \(share) %")
      x += seconds * scale
    }
    let total = Figures.seconds(times.ranks[rank].total)
    return text + Chart.text(total, at: ChartPosition(x + 6, y + Self.barHeight - 6), "class=\"name\"") + "\n"
  }

  private func box(
    _ group: Int, _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ hint: String
  ) -> String {
    let corner = "x=\"\(SVGText.coordinate(x))\" y=\"\(SVGText.coordinate(y))\""
    let size = "width=\"\(SVGText.coordinate(width))\" height=\"\(SVGText.coordinate(height))\""
    return
      "<g class=\"\(ChartStyle.Look.series(group).colour)\"><rect \(corner) \(size) fill=\"currentColor\" "
      + "fill-opacity=\"\(Self.groups[group].density)\"><title>\(SVGText.escaped(hint))</title></rect></g>"
  }

  private func legend(at y: Double) -> String {
    Self.groups.enumerated().map { index, group in
      let (column, row) = (Double(index % columns), Double(index / columns))
      let (x, y) = (8 + column * 124, y + row * 20)
      return box(index, x, y, 12, 12, group.name)
        + Chart.text(group.name, at: ChartPosition(x + 18, y + 10.5), "class=\"name\"") + "\n"
    }.joined()
  }
}
