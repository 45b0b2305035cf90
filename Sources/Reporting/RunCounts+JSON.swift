import Records

extension RunCounts {
  var json: JSONText {
    .object([("steps", .integer(steps)), ("ranks", .array(ranks.map(\.json)))])
  }
}

extension RankCounts {
  var json: JSONText {
    .object([("rank", .integer(rank)), ("memory", memory.json), ("messages", traffic.json)])
  }
}

extension MemoryCount {
  /// What it takes to be held, then what comes and goes, as it is told.
  var parts: [(name: String, bytes: Int)] {
    [
      ("weights", weights), ("moments", moments), ("relaxation", relaxation),
      ("persistent states", persistentStates), ("messages", messages), ("data", data), ("a step", step),
      ("an evaluation", evaluation), ("a checkpoint", checkpoint), ("its files", files),
    ].filter { $0.bytes > 0 }
  }

  var json: JSONText {
    .object([
      ("weights", .integer(weights)), ("moments", .integer(moments)), ("relaxation", .integer(relaxation)),
      ("persistent_states", .integer(persistentStates)), ("messages", .integer(messages)),
      ("data", .integer(data)), ("step", .integer(step)), ("evaluation", .integer(evaluation)),
      ("checkpoint", .integer(checkpoint)), ("files", .integer(files)), ("peak", .integer(peak)),
    ])
  }
}

extension Traffic {
  /// One of each kind; of a reduction only what the rank gives to it.
  fileprivate var json: JSONText {
    .object([
      ("activity", activity.json), ("partial_drives", partialDrives.json), ("replica_sums", replicaSums.json),
      ("reductions", MessageFlow(sent: reductions).json),
    ])
  }
}

extension MessageFlow {
  fileprivate var json: JSONText {
    .object([
      ("sent", .integer(sent.messages)), ("bytes_sent", .integer(sent.bytes)),
      ("received", .integer(received.messages)), ("bytes_received", .integer(received.bytes)),
    ])
  }
}
