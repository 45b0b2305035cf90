/// A line chart; `svg` draws it.
public struct Chart: Equatable, Sendable {
  /// A position in the units of the data.
  public struct Point: Equatable, Sendable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// One line of the chart.
  public struct Series: Equatable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Joined in this order; the line breaks at a point that its axes cannot show: one that is not finite,
    /// or not above 0 on a logarithmic axis.
    public var points: [Point]
    /// Whether a line joins the points; each has a marker where none does.
    public var isJoined: Bool
    /// Drawn translucent below all lines.
    public var band: [Reach] = []
    /// Which of the lines' looks it has, the same in several charts; by its index without.
    public var look: Int?
    /// One of many: thin and grey below the others, without markers; the legend counts it.
    public var isBackground = false

    public init(_ name: String, _ points: [Point], isJoined: Bool = true) {
      self.name = name
      self.points = points
      self.isJoined = isJoined
    }
  }

  /// From where to where values reach at a position of the x axis.
  public struct Reach: Equatable, Sendable {
    public var x: Double
    public var low: Double
    public var high: Double

    public init(_ x: Double, from low: Double, to high: Double) {
      (self.x, self.low, self.high) = (x, low, high)
    }

    var ends: [Point] { [Point(x, low), Point(x, high)] }
  }

  /// A thin straight line to compare with, from one side of the chart to the other.
  public struct Guide: Equatable, Sendable {
    /// Written beside the line.
    public var label: String
    /// A point of the line.
    public var through: Point
    /// The rise over the run, each in decades on a logarithmic axis: the order p of y ∝ x^p where both are.
    public var slope: Double

    public init(_ label: String, through: Point, slope: Double) {
      self.label = label
      self.through = through
      self.slope = slope
    }
  }

  /// How values are laid out along an axis.
  public enum Scale: Equatable, Sendable {
    case linear
    /// By their decimal logarithm.
    case logarithmic
  }

  /// An axis; its range follows from the points.
  public struct Axis: Equatable, Sendable {
    /// Written along the axis, its unit too: `wrong examples, %`; cut where there is no room.
    public var label: String
    public var scale: Scale
    /// Values that the range takes in besides the points': 0, say.
    public var including: [Double]
    /// Whether only whole numbers are marked, as for epochs.
    public var isWhole: Bool

    public init(_ label: String, scale: Scale = .linear, including: [Double] = [], isWhole: Bool = false) {
      self.label = label
      self.scale = scale
      self.including = including
      self.isWhole = isWhole
    }
  }

  /// Drawn above a document; a figure of a page has it for its caption.
  public var title: String
  public var x: Axis
  public var y: Axis
  /// The later are drawn over the earlier; a long legend names only the first.
  public var series: [Series]
  /// Drawn under the series; the axes' ranges do not follow from them.
  public var guides: [Guide]
  /// Whether the page that has it for a figure names its lines elsewhere.
  public var isNamedElsewhere = false
  /// What is to be said of all lines; a page says it below the figure.
  public var note = ""

  public init(title: String, x: Axis, y: Axis, series: [Series], guides: [Guide] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.guides = guides
  }
}
