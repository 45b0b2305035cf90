/// What one rank holds and moves.
public struct RankCounts: Equatable, Sendable {
  /// Bytes held for one purpose.
  public struct Memory: Equatable, Sendable {
    /// Its key in JSON: `weights`, `persistent_states`.
    public var kind: String
    public var bytes: Int

    public init(_ kind: String, bytes: Int) { (self.kind, self.bytes) = (kind, bytes) }
  }

  /// Messages of one kind, one to each receiver; of a reduction only what the rank gives to it.
  public struct Messages: Equatable, Sendable {
    /// Its key in JSON: `activity`, `replica_sums`.
    public var kind: String
    /// Messages handed to others.
    public var sent: Int
    /// Their bytes.
    public var bytesSent: Int
    /// Messages taken from others.
    public var received: Int
    /// Their bytes.
    public var bytesReceived: Int

    public init(_ kind: String, sent: Int, bytesSent: Int, received: Int, bytesReceived: Int) {
      self.kind = kind
      (self.sent, self.bytesSent) = (sent, bytesSent)
      (self.received, self.bytesReceived) = (received, bytesReceived)
    }
  }

  public var rank: Int
  /// One of each kind, together what it holds while it trains.
  public var memory: [Memory]
  /// One of each kind: of a single step in a `PlanReport`, of all `steps` in a `TrafficTable`.
  public var messages: [Messages]

  public init(rank: Int, memory: [Memory], messages: [Messages]) {
    (self.rank, self.memory, self.messages) = (rank, memory, messages)
  }

  var json: JSONText {
    .object([
      ("rank", .integer(rank)),
      ("memory", .object(memory.map { ($0.kind, .integer($0.bytes)) })),
      (
        "messages",
        .object(
          messages.map {
            (
              $0.kind,
              .object([
                ("sent", .integer($0.sent)), ("bytes_sent", .integer($0.bytesSent)),
                ("received", .integer($0.received)), ("bytes_received", .integer($0.bytesReceived)),
              ])
            )
          })
      ),
    ])
  }
}

/// What every rank held and moved while it made so many steps.
public struct TrafficTable: Equatable, Sendable {
  /// Steps since the run was begun or last taken up again.
  public var steps: Int
  /// In their order; messages of evaluations and checkpoints are not counted.
  public var ranks: [RankCounts]

  public init(steps: Int, ranks: [RankCounts]) { (self.steps, self.ranks) = (steps, ranks) }

  var json: JSONText {
    .object([("steps", .integer(steps)), ("ranks", .array(ranks.map(\.json)))])
  }
}
