extension ReportPage {
  /// What the first layer looks for.
  var weights: String {
    HTML.section(
      "Receptive fields of the first layer",
      HTML.recorded(run.fields, or: "No receptive fields") { fields in
        let all = fields.fields.count == fields.units
        let which =
          all
          ? "all \(fields.units) units"
          : "the \(fields.fields.count) of \(fields.units) with the largest norm"
        let side = max(fields.columns * (fields.width + 1) - 1, 1)
        let rows = (fields.fields.count + fields.columns - 1) / max(fields.columns, 1)
        let image = HTML.image(
          fields.png, width: side, height: rows * (fields.height + 1) - 1,
          saying: "weights from the input into \(which) of layer 1, each as an image")
        let end = Figures.short(fields.scale)
        let bar =
          fields.channels == 3
          ? ""
          : "<span class=\"bar\"></span><span class=\"ends\"><span>−\(end)</span><span>0</span>"
            + "<span>\(end)</span></span>\n"
        return PageFrame.beside(
          HTML.figure("Weights into \(which)", image, note: bar),
          HTML.paragraph(
            "Each square is a unit of layer 1, each of its pixels the "
              + (fields.channels == 1
                ? "weight from that pixel of the input: orange drives the unit, blue holds it back, 0 is the colour of "
                  + "the paper."
                : "weights from the red, green and blue of that pixel of the input: brighter than grey drives the unit, "
                  + "darker holds it back.")
              + " The strongest 0.5 % of the weights share the full colour."))
      })
  }
}
