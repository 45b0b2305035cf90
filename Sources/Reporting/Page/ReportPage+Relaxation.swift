extension ReportPage {
  /// Energy and cost along the phases of a few examples.
  var relaxation: String {
    HTML.section(
      "Relaxation of single examples",
      HTML.recorded(run.relaxations, or: "No relaxations") { examples in
        let phases = 0..<(examples.map(\.phases.count).max() ?? 0)
        let charts = phases.map { energy(of: $0, examples) } + phases.map { cost(of: $0, examples) }
        return pictures(examples) + PageFrame.figures(charts.joined(), columns: phases.count)
      })
  }

  private func pictures(_ examples: [RelaxedExample]) -> String {
    let figures = examples.compactMap { example in
      example.picture.map { picture in
        "<figure>"
          + HTML.image(
            picture.png, width: picture.width, height: picture.height,
            saying: "\(example.name): \(example.caption)")
          + "<figcaption>\(HTML.escaped(example.caption))<br/><span class=\"soft\">\(HTML.escaped(example.name))</span></figcaption>"
          + "</figure>\n"
      }
    }
    return figures.isEmpty ? "" : "<div class=\"pictures\">\n\(figures.joined())</div>\n"
  }

  /// E along a phase: after the free one told from where that ended, or what the phase changes would not be seen.
  private func energy(of index: Int, _ examples: [RelaxedExample]) -> String {
    guard index > 0 else {
      return chart("Energy", "energy E(s)", .linear, index, examples) { $0.phases[0].energies }
    }
    return chart("Energy", "E(s) − E(s⁰)", .linear, index, examples) { example in
      example.phases[index].energies.map { $0 - (example.phases[0].energies.last ?? 0) }
    }
  }

  private func cost(of index: Int, _ examples: [RelaxedExample]) -> String {
    chart("Cost", "cost C(y)", nil, index, examples) { $0.phases[index].costs }
  }

  /// A line an example; the scale is the suited one where none is asked for.
  private func chart(
    _ what: String, _ label: String, _ scale: Chart.Scale?, _ index: Int, _ examples: [RelaxedExample],
    _ values: (RelaxedExample) -> [Double]
  ) -> String {
    let shown = examples.filter { $0.phases.indices.contains(index) }
    guard let name = shown.first?.phases[index].name else { return "" }
    let series = shown.map { example in
      Chart.Series(example.line, values(example).enumerated().map { .init(Double($0), $1) })
    }
    return HTML.figure(
      Chart(
        title: "\(what), \(name)", x: Chart.Axis("iteration", isWhole: true),
        y: Chart.Axis(label, scale: scale ?? Curves.suited(series)), series: series), form)
  }
}
