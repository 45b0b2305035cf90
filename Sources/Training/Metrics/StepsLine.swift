import Records

/// One line of `metrics.jsonl` within an epoch: the figures of the training examples since the line before it, or since the
/// epoch began, and what the last step found.
struct StepsLine {
  /// The one under way, from 1.
  var epoch: Int
  /// Steps of the run made.
  var step: Int
  var training: [Score]
  /// Mean cost of those examples' free states.
  var cost: Double?
  /// ‖W_k‖ of each layer after the step (Frobenius, without biases).
  var weightNorms: [Double]
  /// ‖∂C/∂(W_k, b_k)‖ of each layer as the step's last update estimated it, before it was clipped.
  var gradientNorms: [Double]

  /// The line as JSON, keys in a fixed order.
  var json: String {
    var fields = ["\"event\":\"steps\"", "\"epoch\":\(epoch)", "\"step\":\(step)"]
    for (key, value) in training.map({ ("training_\($0.figure.key)", $0.value) }) + [("cost", cost)] {
      if let value { fields.append("\"\(key)\":\(value.json)") }
    }
    for (key, values) in [("weight_norm", weightNorms), ("gradient_norm", gradientNorms)] {
      fields.append("\"\(key)\":[\(values.map(\.json).joined(separator: ","))]")
    }
    return "{" + fields.joined(separator: ",") + "}"
  }
}

extension Trainer {
  /// Whether a line of figures follows the step that has so many before it.
  var isTold: Bool { run.report.every.map { (state.step + 1).isMultiple(of: $0) } ?? false }

  /// Writes the figures since the last such line, and the norms of weights and gradients.
  ///
  /// Sends every rank's tally to rank 0, and one maximum of 3 × (layers + 1) × slices numbers.
  func tellSteps() throws {
    traffic.end(at: state.step)
    defer { traffic.begin(at: state.step) }
    let counted = try state.tally.joined(over: grid)
    var squares = [LayerSquares(parameters.portion.slicing)]
    for weights in parameters.connections {
      squares[0].add(
        weights.forward, of: weights.connection, taps: weights.wiring.taps, in: parameters.portion)
    }
    squares += optimizer.measured.squares
    try LayerSquares.share(&squares, over: grid)
    try grid.world.agree {
      guard grid.isFirst else { return }
      let window = counted.since(state.told)
      let layers = 1...deal.tiling.network.depth
      let line = StepsLine(
        epoch: state.epoch + 1, step: state.step, training: window.scores(run.task), cost: window.cost,
        weightNorms: layers.map { squares[0][$0].squareRoot() },
        gradientNorms: layers.map {
          (squares[1][$0] + squares[2][$0]).squareRoot() * abs(optimizer.measured.scale)
        })
      try directory.append(line.json)
      state.told = counted
    }
  }
}

extension Tally {
  /// What was counted of examples after another tally was.
  fileprivate func since(_ earlier: Tally?) -> Tally {
    guard let earlier else { return self }
    var window = self
    for i in examples.indices {
      window.examples[i] -= earlier.examples[i]
      window.costs[i] -= earlier.costs[i]
    }
    for (key, values) in earlier.sums {
      for i in values.indices { window.sums[key]?[i] -= values[i] }
    }
    return window
  }
}
