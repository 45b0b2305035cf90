import Tensors

/// The states of one layer for the rows of a batch.
public struct LayerState<S: Scalar>: Sendable {
  /// s, rows × units of the layer. Of a neighbour's layer only ρ(s) is known here.
  public var states: Matrix<S>
  /// ρ(s) where it differs from s.
  var bent: Matrix<S>?

  public init(rows: Int, units: Int, activation: Activation) {
    states = Matrix(rows: rows, columns: units)
    if !activation.isIdentityOnStates {
      bent = Matrix(rows: rows, columns: units)
      bent?.fill(S(activation.value(0)))
    }
  }

  /// ρ(s): what neighbours see.
  public var activity: Matrix<S> {
    get { bent ?? states }
    set { if bent == nil { states = newValue } else { bent = newValue } }
  }

  /// Changes ρ(s) in place.
  public mutating func withActivity<T>(_ body: (inout Matrix<S>) throws -> T) rethrows -> T {
    if bent != nil { try body(&bent!) } else { try body(&states) }
  }

  /// Becomes, in a block, what `update` makes of another state of the same layer; returns its residual.
  public mutating func apply(
    _ update: LayerUpdate<S>, to other: LayerState, drive: Matrix<S>, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    update.apply(
      to: other.states, activity: other.bent, drive: drive, rows: rows, columns: columns, next: &states,
      nextActivity: &bent)
  }

  /// Recomputes ρ(s) where it differs from s.
  public mutating func refreshActivity(_ activation: Activation, rows: Range<Int>, columns: Range<Int>) {
    bent?.activate(states, curve: activation.curve, rows: rows, columns: columns)
  }

  /// Copies whole rows of another state of the same layer.
  public mutating func copy(rows: Range<Int>, from other: LayerState) {
    let all = 0..<states.columns
    states.copy(rows: rows, columns: all, from: other.states, rows: rows.lowerBound, columns: 0)
    guard let theirs = other.bent else { return }
    bent?.copy(rows: rows, columns: all, from: theirs, rows: rows.lowerBound, columns: 0)
  }
}

/// The states s₁ … s_L of a portion and of the layers next to it; rows are the examples of a batch.
public struct State<S: Scalar>: Sendable {
  /// The layers known here: those of the portion and one on each side.
  public let known: ClosedRange<Int>
  private var layers: [LayerState<S>]

  /// All states 0.
  public init(rows: Int, portion: Portion) {
    let network = portion.network
    known = max(1, portion.layers.lowerBound - 1)...min(network.depth, portion.layers.upperBound + 1)
    layers = known.map {
      LayerState(rows: rows, units: network.units($0), activation: network.activation($0))
    }
  }

  public subscript(k: Int) -> LayerState<S> {
    get { layers[k - known.lowerBound] }
    _modify { yield &layers[k - known.lowerBound] }
  }

  /// ρ(s_k).
  public func activity(_ k: Int) -> Matrix<S> { self[k].activity }
}
