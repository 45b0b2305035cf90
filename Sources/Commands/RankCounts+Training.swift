import MessagePassing
import Reporting
import Training

extension RankCounts {
  init(rank: Int, memory: MemoryCount, traffic: Traffic) {
    func messages(_ kind: String, _ flow: MessageFlow) -> Messages {
      Messages(
        kind, sent: flow.sent.messages, bytesSent: flow.sent.bytes, received: flow.received.messages,
        bytesReceived: flow.received.bytes)
    }
    self.init(
      rank: rank,
      memory: [
        Memory("weights", bytes: memory.weights), Memory("moments", bytes: memory.moments),
        Memory("relaxation", bytes: memory.relaxation),
        Memory("persistent_states", bytes: memory.persistentStates),
        Memory("messages", bytes: memory.messages), Memory("data", bytes: memory.data),
      ],
      messages: [
        messages("activity", traffic.activity), messages("partial_drives", traffic.partialDrives),
        messages("replica_sums", traffic.replicaSums),
        messages("reductions", MessageFlow(sent: traffic.reductions)),
      ])
  }
}

extension TrafficTable {
  init(_ counts: RunCounts) {
    self.init(
      steps: counts.steps,
      ranks: counts.ranks.enumerated().map {
        RankCounts(rank: $0, memory: $1.memory, traffic: $1.traffic)
      })
  }
}
