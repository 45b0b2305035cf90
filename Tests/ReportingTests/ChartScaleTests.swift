import Foundation
import Reporting
import Testing

@Suite("Chart scale")
struct ChartScaleTests {
  func labels(_ axis: Chart.Axis, _ values: [Double]) -> [String] {
    ChartScale(axis, values: values).ticks.compactMap(\.label)
  }

  @Test(
    "marked values of linear axes",
    arguments: [
      ([0.0, 100], ["0", "20", "40", "60", "80", "100"]), ([1, 3], ["1.0", "1.5", "2.0", "2.5", "3.0"]),
      ([0.0111, 0.0125], ["0.0112", "0.0114", "0.0116", "0.0118", "0.0120", "0.0122", "0.0124"]),
      ([-1000, 1000], ["-1,000", "-500", "0", "500", "1,000"]),
      ([5, 5], ["4.6", "4.8", "5.0", "5.2", "5.4"]),
      ([0, 4e7], ["0", "1e+07", "2e+07", "3e+07", "4e+07"]),
      ([1234.00001, 1234.00004], [10, 15, 20, 25, 30, 35, 40].map { "1234.0000\($0)" }),
      ([2e-9, 6e-9], ["2e-09", "3e-09", "4e-09", "5e-09", "6e-09"]),
      ([0, .leastNonzeroMagnitude], ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
      ([], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ])
  func linear(values: [Double], expected: [String]) {
    #expect(labels(.init(""), values) == expected)
  }

  @Test("whole numbers only; values taken in")
  func whole() {
    #expect(labels(.init("", isWhole: true), [1, 3]) == ["1", "2", "3"])
    #expect(labels(.init("", isWhole: true), [1, 1]) == ["1"])
    #expect(labels(.init("", isWhole: true), [1.2, 1.8]) == [])
    #expect(labels(.init("", including: [0]), [7, 9]) == ["0", "2", "4", "6", "8"])
    let scale = ChartScale(.init("", including: [0]), values: [7, 9])
    #expect(scale.share(0) == 0)
  }

  @Test(
    "marked values of logarithmic axes",
    arguments: [
      ([0.003125, 0.8], ["0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]),
      ([0.05, 0.4], ["0.05", "0.1", "0.2"]), ([1, 1000], ["1", "10", "100", "1,000"]),
      ([1e-5, 1], ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
      ([1e-12, 1], ["10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]),
      ([2e-7, 9e-7], ["2·10⁻⁷", "5·10⁻⁷"]), ([0.21, 0.25], ["0.21", "0.22", "0.23", "0.24", "0.25"]),
      ([0.1, 0, -5, .nan], ["0.08", "0.09", "0.10", "0.11", "0.12", "0.13", "0.14"]),
    ])
  func logarithmic(values: [Double], expected: [String]) {
    #expect(labels(.init("", scale: .logarithmic), values) == expected)
  }

  @Test("a long axis has few numbers, a short one enough", arguments: 1...60)
  func count(decades: Int) {
    let high = pow(10, Double(decades))
    let logarithmic = labels(.init("", scale: .logarithmic), [1, high])
    #expect((2...10).contains(logarithmic.count))
    #expect((3...9).contains(labels(.init(""), [-high, 0.7 * high]).count))
  }

  @Test("marks stand where their values do, in decades on a logarithmic axis")
  func shares() throws {
    let scale = ChartScale(.init("", scale: .logarithmic), values: [1, 100])
    for (value, expected) in [(1.0, 0.04 / 1.08), (10, 0.5), (100, 1.04 / 1.08)] {
      let share = try #require(scale.share(value))
      #expect(abs(share - expected) < 1e-12)
    }
    #expect(scale.share(0) == nil && scale.share(-1) == nil && scale.share(.nan) == nil)
    let minor = scale.ticks.filter { $0.label == nil }.map(\.value)
    #expect(minor.contains(2) && minor.contains(90) && !minor.contains(10))
    for tick in scale.ticks {
      let share = try #require(scale.share(tick.value))
      #expect(share >= -1e-9 && share <= 1 + 1e-9)
    }
  }

  @Test("the numbers under the axes of a drawing")
  func drawn() {
    let document = SVGDocument(ChartTests.linear.svg)
    #expect(document.texts(in: "x-ticks") == ["0", "20", "40", "60", "80", "100"])
    #expect(document.texts(in: "y-ticks") == ["0", "2", "4", "6", "8", "10", "12"])
  }
}

@Suite("Chart guides")
struct ChartGuideTests {
  /// The numbers of a path.
  func numbers(_ path: String) -> [Double] {
    path.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
  }

  /// The rise over the run in pixels from the first to the last of a path's points.
  func slope(_ path: String) -> Double {
    let all = numbers(path)
    return (all[all.count - 1] - all[1]) / (all[all.count - 2] - all[0])
  }

  @Test("a guide of an order runs along the powers of that order")
  func parallel() throws {
    for order in [1.0, 2, 4] {
      let betas = (0..<6).map { 0.5 / pow(2, Double($0)) }
      let chart = Chart(
        title: "", x: .init("", scale: .logarithmic), y: .init("", scale: .logarithmic),
        series: [.init("a", betas.map { .init($0, pow($0, order)) })],
        guides: [.init("g", through: .init(0.1, pow(0.1, order) / 2), slope: order)])
      let document = SVGDocument(chart.svg)
      let line = try #require(document.all("path", class: "line").first { $0.ancestors.contains("series") })
      let guide = try #require(document.all("path", class: "guide").first)
      let (data, guided) = (try #require(line.attributes["d"]), try #require(guide.attributes["d"]))
      #expect(abs(slope(guided) / slope(data) - 1) < 2e-3)
      // A half of 0.1^p is log10 2 of a decade below the series, and so further down in the drawing.
      let (all, points) = (numbers(guided), numbers(data))
      let line0 = points[1] + slope(data) * (all[0] - points[0])
      #expect(all[1] > line0 + 5)
    }
  }

  @Test("a guide is cut to the frame, and left out where it passes by")
  func frame() throws {
    let points: [Chart.Point] = [.init(0, 0), .init(10, 10)]
    let chart = Chart(
      title: "", x: .init(""), y: .init(""), series: [.init("a", points)],
      guides: [
        .init("steep", through: .init(5, 5), slope: 50), .init("flat", through: .init(5, 5), slope: 0),
        .init("above", through: .init(5, 50), slope: 0), .init("beside", through: .init(50, 5), slope: 50),
        .init("falling", through: .init(5, 5), slope: -0.5),
      ])
    let document = SVGDocument(chart.svg)
    #expect(document.all("text", class: "guide").map(\.text) == ["steep", "flat", "falling"])
    let frame = numbers(try #require(document.all("path", class: "frame").first?.attributes["d"]))
    let (left, top, bottom, right) = (frame[0], frame[1], frame[2], frame[3])
    for guide in document.all("path", class: "guide") {
      let ends = numbers(try #require(guide.attributes["d"]))
      for (x, y) in [(ends[0], ends[1]), (ends[2], ends[3])] {
        #expect(x >= left - 0.1 && x <= right + 0.1 && y >= top - 0.1 && y <= bottom + 0.1)
      }
    }
  }

  @Test("the report's chart: a series a nudging, a guide an order, where there is something to fit")
  func report() {
    let chart = VerificationRecordTests.record.chart
    #expect(chart.series.map(\.name) == ["one-sided", "n-point 4"])
    #expect(chart.series[0].points.first == Chart.Point(0.05, 0.025))
    #expect(chart.guides.map(\.label) == ["order 1", "order 4"] && chart.guides.map(\.slope) == [1, 4])
    #expect(chart.guides.map(\.through.x) == [0.05, 0.1])
    #expect(zip(chart.guides, [0.025, 1e-6]).allSatisfy { $0.through.y < $1 && $0.through.y > $1 / 10 })
    var unfitted = VerificationRecordTests.record
    unfitted.sweeps[0].floor = 1
    #expect(unfitted.chart.guides.map(\.label) == ["order 4"] && unfitted.chart.series.count == 2)
  }
}
