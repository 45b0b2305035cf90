import Foundation
import Synchronization
import Tensors

/// Makes one batch after another on a thread of its own, which never calls MPI: the trainer orders the next
/// batch when it takes one, and waits for it where it needs it.
///
/// A batch is a function of its members alone, so it has the same bits as one made without a thread. What
/// crosses is the members one way and the matrices the other, each moved through a box that only its holder touches. The
/// thread ends with its owner.
package final class InputPreparation {
  private let handOver: HandOver
  private var ordered: (epoch: Int, step: Int)?

  package init(_ inputs: BatchInputs) {
    let handOver = HandOver()
    self.handOver = handOver
    let thread = Thread {
      while let members = handOver.nextOrder() { handOver.put(inputs.make(members)) }
    }
    thread.name = "inputs"
    thread.start()
  }

  deinit { handOver.order(nil) }

  /// Orders a batch; one that was ordered before and not taken is dropped.
  package func begin(_ members: BatchMembers) {
    if ordered != nil { _ = handOver.take() }
    ordered = (members.epoch, members.step)
    handOver.order(members)
  }

  /// A batch if it was ordered, once it is made; nil otherwise.
  package func take(_ members: BatchMembers) -> BatchData? {
    guard let ordered, ordered == (members.epoch, members.step) else { return nil }
    self.ordered = nil
    return handOver.take()
  }
}

/// What the two threads hand each other, in turn.
private final class HandOver: Sendable {
  private let members = Mutex<BatchMembers?>(nil)
  private let batch = Mutex<BatchData?>(nil)
  private let isOrdered = DispatchSemaphore(value: 0)
  private let isMade = DispatchSemaphore(value: 0)

  /// Nil ends the thread.
  func order(_ next: BatchMembers?) {
    members.withLock { $0 = next }
    isOrdered.signal()
  }

  func nextOrder() -> BatchMembers? {
    isOrdered.wait()
    return members.withLock { $0 }
  }

  func put(_ made: BatchData) {
    batch.withLock { $0 = made }
    isMade.signal()
  }

  func take() -> BatchData {
    isMade.wait()
    guard let made = batch.withLock({ $0.take() }) else { preconditionFailure("what is made is there") }
    return made
  }
}
