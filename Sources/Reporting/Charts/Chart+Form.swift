extension Chart {
  /// What a chart is drawn for.
  public enum Form: Equatable, Sendable {
    /// A file of its own: 720 × 450 pixels, with its title and style sheet.
    case document
    /// A figure of a page that says its title and has the style sheet once: 380 × 290 pixels, a telephone's width, so
    /// that letters stay as large there.
    case figure

    var width: Double { self == .document ? 720 : 380 }
    var height: Double { self == .document ? 450 : 290 }
    /// Kept free at the left and right.
    var margin: Double { self == .document ? 20 : 4 }
    /// The legend's first base line.
    var legendTop: Double { self == .document ? 56 : 14 }
    var legendColumns: Double { self == .document ? 3 : 2 }
    /// Series that the legend names at most: so few rows that the lines keep most of the chart.
    var named: Int { self == .document ? 24 : 10 }
    /// Numbers for which there is room along the x axis.
    var ticksAcross: Int { self == .document ? 8 : 5 }
  }
}
