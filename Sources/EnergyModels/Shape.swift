/// Height, width and units of a layer: a picture with so many units at each position.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// In positions, as the width.
  public var height: Int
  public var width: Int
  /// At each position.
  public var units: Int

  public init(height: Int, width: Int, units: Int) {
    self.height = height
    self.width = width
    self.units = units
  }

  /// Units without a place: one position.
  public init(units: Int) { self.init(height: 1, width: 1, units: units) }

  /// 1 of a dense layer.
  public var positions: Int { height * width }
  /// All units.
  public var count: Int { positions * units }

  /// `784`, or `12×12×32` of a picture.
  public var description: String { positions == 1 ? "\(units)" : "\(height)×\(width)×\(units)" }
}

/// Layers that a connection cannot join.
public struct ShapeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The connection to change.
  public let connection: Connection
  public let description: String

  private init(_ connection: Connection, _ what: String) {
    self.connection = connection
    description = "the connection from \(connection.source) to \(connection.target) \(what)"
  }

  init(_ connection: Connection, kernelExceeds below: Shape) {
    self.init(
      connection, "has a kernel or pooling larger than the \(below) units of layer \(connection.source) allow"
    )
  }

  init(_ connection: Connection, _ shape: Shape, meets other: Shape) {
    self.init(connection, "makes a layer of \(shape) units, another one into the same layer \(other)")
  }
}
