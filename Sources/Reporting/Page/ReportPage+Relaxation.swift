extension ReportPage {
  /// Energy and cost along the phases of a few examples.
  var relaxation: String {
    HTML.section(
      "Relaxation of single examples",
      HTML.recorded(run.relaxations, or: "No relaxations") { examples in
        let phases = examples.map(\.phases.count).max() ?? 0
        return pictures(examples)
          + PageFrame.figures((0..<phases).map { charts(of: $0, examples) }.joined())
      })
  }

  private func pictures(_ examples: [RelaxedExample]) -> String {
    let figures = examples.compactMap { example in
      example.picture.map { picture in
        let words = "\(example.name): \(example.label), taken for \(example.predicted)"
        return "<figure>"
          + HTML.image(picture.png, width: picture.width, height: picture.height, saying: words)
          + "<figcaption>\(HTML.escaped(words))</figcaption></figure>\n"
      }
    }
    return figures.isEmpty ? "" : "<div class=\"pictures\">\n\(figures.joined())</div>\n"
  }

  /// Energy and cost along one of the phases; after the free one, energies are told from where it ended, or what the
  /// phase changes would not be seen.
  private func charts(of index: Int, _ examples: [RelaxedExample]) -> String {
    guard let name = examples.first(where: { $0.phases.count > index })?.phases[index].name else {
      return ""
    }
    func chart(_ what: String, _ label: String, _ values: (RelaxedExample) -> [Double]) -> String {
      let series = examples.filter { $0.phases.count > index }.map { example in
        Chart.Series(
          "a \(example.label)", values(example).enumerated().map { .init(Double($0), $1) })
      }
      let scale = what == "Cost" ? Curves.suited(series) : .linear
      return HTML.figure(
        Chart(
          title: "\(what), \(name) phase", x: Chart.Axis("iteration", isWhole: true),
          y: Chart.Axis(label, scale: scale), series: series))
    }
    let energy =
      index == 0
      ? chart("Energy", "energy E(s)") { $0.phases[0].energies }
      : chart("Energy", "E(s) − E(s⁰)") { example in
        example.phases[index].energies.map { $0 - (example.phases[0].energies.last ?? 0) }
      }
    return energy + chart("Cost", "cost C(y)") { $0.phases[index].costs }
  }
}
