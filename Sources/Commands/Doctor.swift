import ArgumentParser
import FileFormats
import Foundation
import MessagePassing
import Planning
import Records
import Reporting
import Training

/// `eqprop doctor`: looks at what usually goes wrong before a run does.
struct Doctor: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks at MPI, cores, memory, messages and storage, and says what mends what it finds.",
    discussion: "Example: launch/run -n 2 doctor --output runs/mnist")

  @Option(help: ArgumentHelp("Where runs are to go.", valueName: "dir"))
  var output = "runs"

  @Option(
    help: ArgumentHelp("Ends a rank that waits longer for another one, exit code 86.", valueName: "seconds"))
  var stallLimit = 60.0

  @Flag(help: "Prints JSON.")
  var json = false

  func run(on world: borrowing Communicator) throws -> Int32 {
    let shape = GridShape(replicas: world.count, stages: 1, slices: 1)
    try world.barrier()
    let ((facts, messages), load) = try LoadSample.during {
      (
        try world.agree { [host = Session.processorName] in try RankFacts.here(rank: world.rank, host: host)
        },
        try Grid(shape, world: world).measureMessages()
      )
    }
    let ping = JobFacts.Ping(latency: messages.latency, gigabytesPerSecond: messages.gigabytesPerSecond)
    let gathered = try world.gather(Array(JSONEncoder().encode(Seen(facts: facts, load: load))), at: 0)
    var isSound: [Int64] = [1]
    try world.agree {
      guard let gathered else { return }
      let seen = try gathered.map { try JSONDecoder().decode(Seen.self, from: Data($0)) }
      let environment = ProcessInfo.processInfo.environment
      let findings = Diagnosis(
        JobFacts(
          ranks: seen.map(\.facts), builtWith: Session.builtWith, launcher: JobFacts.launcher,
          isLauncherAllowedRoot: environment["OMPI_COMM_WORLD_SIZE"].map { _ in
            environment["OMPI_ALLOW_RUN_AS_ROOT"] == "1"
              && environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] == "1"
          },
          ping: world.count > 1 ? ping : nil, othersShare: LoadSample.othersShare(seen.map(\.load)),
          runs: .init(lookingAt: output))
      ).findings
      print(json ? findings.json + "\n" : findings.text, terminator: "")
      isSound[0] = findings.areSound ? 1 : 0
    }
    try world.minimum(&isSound)
    return isSound[0] > 0 ? 0 : 1
  }

  /// What a rank tells rank 0.
  private struct Seen: Codable {
    var facts: RankFacts
    var load: LoadSample
  }
}
