/// The calls that may wait for another rank.
enum WaitKind: UInt8 {
  case send, receive, transfers, barrier, broadcast, gather, allGather, allToAll, reduction
  case split, duplicate, free, initialize, finalize

  /// The wait in words, the preposition for its peers included.
  var words: (call: String, before: String) {
    switch self {
    case .send: ("send", "to")
    case .receive: ("receive", "from")
    case .transfers: ("transfers", "with")
    case .barrier: ("barrier", "")
    case .broadcast: ("broadcast", "from")
    case .gather: ("gather", "at")
    case .allGather: ("allgather", "")
    case .allToAll: ("all-to-all", "")
    case .reduction: ("reduction", "")
    case .split: ("split", "")
    case .duplicate: ("duplicate", "")
    case .free: ("free", "")
    case .initialize: ("the start of MPI", "")
    case .finalize: ("the end of MPI", "")
    }
  }
}
