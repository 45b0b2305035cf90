/// Chains of a model of inputs: what they look like as they move, and what their energies remember.
public struct DrawnChains: Equatable, Sendable {
  /// A row a chain, from left to right after more and more sweeps; nil where inputs are no pictures.
  public var picture: Picture?
  /// After how many sweeps each column was taken.
  public var sweeps: [Int]
  /// The autocorrelation of a chain's energy, at lags from 0 on.
  public var autocorrelation: [Double]
  /// Sweeps that the energy remembers, and sweeps of each chain that it was taken over.
  public var memory: Double
  public var counted: Int

  public init(
    picture: Picture?, sweeps: [Int], autocorrelation: [Double], memory: Double, counted: Int
  ) {
    (self.picture, self.sweeps, self.autocorrelation) = (picture, sweeps, autocorrelation)
    (self.memory, self.counted) = (memory, counted)
  }
}

extension ReportPage {
  /// What the model draws itself.
  var drawnChains: String {
    guard let chains = run.chains else { return "" }
    return HTML.section(
      "Chains of the model",
      HTML.recorded(chains, or: "No chains") { found in
        let image = found.picture.map { picture in
          HTML.figure(
            "Chains that begin with noise, after \(found.sweeps.map(String.init).joined(separator: ", ")) sweeps",
            HTML.image(
              picture.png, width: picture.width, height: picture.height,
              saying: "a row of pictures a chain, the means of its inputs as it moves"))
        }
        let points = found.autocorrelation.enumerated().map { Chart.Point(Double($0), $1) }
        let chart = HTML.figure(
          Chart(
            title: "Autocorrelation of a chain’s energy", x: Chart.Axis("lag, sweeps", isWhole: true),
            y: Chart.Axis("correlation", including: [0, 1]), series: [Chart.Series("energy", points)]), form)
        let effective = Double(found.counted) / found.memory
        return (image ?? "")
          + PageFrame.beside(
            chart,
            HTML.paragraph(
              "The energy of a chain remembers \(Figures.short(found.memory)) sweeps: \(found.counted) of them hold "
                + "\(Figures.short(effective)) independent states."))
      })
  }
}
