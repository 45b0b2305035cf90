import ArgumentParser
import Foundation
import MessagePassing
import Training

/// The command's root; its subcommands are one file each.
struct Eqprop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eqprop",
    abstract: "Trains energy-based networks by equilibrium propagation on any number of MPI ranks.",
    discussion: """
      Start it through launch/run, or with mpirun:
        mpirun -n 4 eqprop train launch/recipes/digits.yaml --grid 2x2x1
      """,
    version: "eqprop 0.1.0",
    subcommands: [Train.self, Evaluate.self, Verify.self, BenchCommand.self, PlanCommand.self])
}

/// A subcommand that every rank runs together.
protocol RankCommand: ParsableCommand {
  /// Returns the exit code; results go to standard output on rank 0.
  func run(on world: borrowing Communicator) throws -> Int32
}

@main
enum Program {
  static func main() {
    do {
      let session = try Session()
      let code = outcome(on: session.world)
      try session.finalize()
      exit(code)
    } catch {
      complain("\(error)")
      exit(error.exitCode)
    }
  }

  /// Parses the command line and runs it; what goes wrong is told once and becomes an exit code.
  ///
  /// A failure that all ranks know of ends in order; one of a single rank aborts all of them.
  private static func outcome(on world: borrowing Communicator) -> Int32 {
    do {
      guard let command = try Eqprop.parseAsRoot() as? any RankCommand else {
        throw CleanExit.helpRequest()
      }
      return try command.run(on: world)
    } catch let failure as AgreedFailure {
      if world.rank == 0 { complain(failure.message) }
      return failure.exitCode
    } catch let error as any ExitCoded {
      complain("rank \(world.rank): \(error)")
      Session.abort(error.exitCode)
    } catch {
      let code = Eqprop.exitCode(for: error).rawValue
      let isUsage = code == 0 || code == ExitCode.validationFailure.rawValue
      guard isUsage else {
        complain("rank \(world.rank): \(error)")
        Session.abort(70)
      }
      if world.rank == 0 {
        let message = Eqprop.fullMessage(for: error)
        if code == 0 { print(message) } else { complain(message) }
      }
      return code
    }
  }
}

/// Says something on standard error.
func complain(_ message: String) {
  FileHandle.standardError.write(Data("eqprop: \(message)\n".utf8))
}
