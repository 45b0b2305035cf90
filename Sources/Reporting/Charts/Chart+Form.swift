extension Chart {
  /// What a chart is drawn for.
  public enum Form: Equatable, Sendable {
    /// A file of its own: 720 × 450 pixels, with its title and style sheet.
    case document
    /// A figure of a page that says its title and has the style sheet once: 380 × 290 pixels, a telephone's width, so
    /// that letters stay as large there.
    case figure
    /// A figure of a file of its own, so many pixels wide: it grows with its legend, and names every line.
    case paper(width: Double)

    var width: Double {
      switch self {
      case .document: 720
      case .figure: 380
      case .paper(let width): width
      }
    }
    /// With a legend of one row.
    var height: Double {
      switch self {
      case .document: 450
      case .figure: 290
      case .paper(let width): 138 + 0.4 * width
      }
    }
    /// Kept free at the left and right.
    var margin: Double { self == .document ? 20 : 4 }
    /// The legend's first base line.
    var legendTop: Double { self == .document ? 56 : 14 }
    /// Columns that the names of a long legend are cut to.
    var legendColumns: Double {
      switch self {
      case .document: 3
      case .figure: 2
      case .paper: 1
      }
    }
    /// Series that the legend names at most: so few rows that the lines keep most of the chart.
    var named: Int { self == .figure ? 10 : 24 }
    /// Numbers for which there is room along the x axis.
    var ticksAcross: Int { self == .document ? 8 : max(3, Int(width / 76)) }

    /// Whether the drawing is as much higher as its legend has more rows than one.
    var growsWithLegend: Bool { self != .document && self != .figure }
  }
}
