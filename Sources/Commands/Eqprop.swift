import ArgumentParser
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Foundation
import MessagePassing
import Schema
import Tasks
import Tensors

/// The command's root; its subcommands are one file each.
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eqprop",
    abstract: "Trains energy-based networks by equilibrium propagation on any number of MPI ranks.",
    discussion: """
      Start it through launch/run, or with mpirun:
        mpirun -n 4 eqprop train launch/recipes/digits.yaml --grid 2x2x1
      """,
    version: """
      eqprop 0.1.0
      MPI: \(Session.library), built with \(Session.builtWith)
      BLAS: none needed, own kernels for \(Precision.float32.instructions)
      """,
    subcommands: [
      Train.self, Sweep.self, Evaluate.self, Predict.self, Report.self, Export.self, Verify.self,
      BenchCommand.self,
      PlanCommand.self,
      Sampling.self, Judge.self, WatchRelaxation.self, Doctor.self, Keys.self,
    ])
}

/// A subcommand that every rank runs together.
protocol RankCommand: ParsableCommand {
  /// How long a rank waits for another one, in seconds.
  var stallLimit: Double { get }

  /// Returns the exit code; results go to standard output on rank 0.
  func run(on world: borrowing Communicator) throws -> Int32
}

extension RankCommand {
  var stallLimit: Double { 300 }
}

/// The command `eqprop`.
public enum Eqprop {
  /// Runs what the command line asks for; ends the process with its exit code.
  ///
  /// - Parameters:
  ///   - rules: of one's own, which run files may then name like those of this package.
  ///   - tasks: the same.
  ///   - activations: the same.
  ///   - couplings: the same.
  public static func main(
    rules: [any Rule.Type] = [], tasks: [any Tasks.Task.Type] = [], activations: [Activation] = [],
    couplings: [any NamedCoupling.Type] = []
  ) {
    rules.forEach(Registry.add)
    tasks.forEach(TaskRegistry.add)
    activations.forEach(Activation.add)
    couplings.forEach(CouplingRegistry.add)
    StandardStreams.prepare()
    // Read before MPI begins, which already waits for other ranks.
    let command = Result { try rankCommand() }
    let limit = (try? command.get())?.stallLimit ?? 300
    if case .failure(let error) = command, Session.launchedRank < 0 {
      exit(StandardStreams.end(with: tell(error)))  // help, the version and mistakes need no MPI
    }
    Watchdog.start(limitSeconds: limit, rank: Session.launchedRank)
    do {
      let session = try Session()
      // A file longer than it may be is an error of the write from here on; MPI's start would wait for ever after one.
      signal(SIGXFSZ, SIG_IGN)
      Watchdog.start(limitSeconds: limit, rank: session.world.rank)
      try Surroundings.check(session.world, isLookedAt: (try? command.get()) is Doctor)
      let code = StandardStreams.end(with: outcome(of: command, on: session.world))
      if session.world.rank == 0 { Surroundings.tellEnd(code) }
      try session.finalize()
      exit(code)
    } catch {
      if Session.launchedRank <= 0 || !(error is LonelyWorld) { complain("\(error)") }
      exit((error as? any ExitCoded)?.exitCode ?? 71)
    }
  }

  /// The command that ranks run together; help is one of its own and ends by throwing what it has to say.
  private static func rankCommand() throws -> any RankCommand {
    var command = try Root.parseAsRoot(CommandLine.arguments.dropFirst().map(fromHome))
    if let command = command as? any RankCommand { return command }
    try command.run()
    throw CleanExit.helpRequest()
  }

  /// Runs the command, if that is what the command line was; what goes wrong is told once and becomes an exit code.
  ///
  /// A failure that all ranks know of ends in order; one of a single rank aborts all of them.
  private static func outcome(
    of command: Result<any RankCommand, any Error>, on world: borrowing Communicator
  ) -> Int32 {
    do {
      return try command.get().run(on: world)
    } catch let failure as AgreedFailure {
      if world.rank == 0 { complain(failure.message) }
      return failure.exitCode
    } catch let error as any ExitCoded {
      complain("rank \(world.rank): \(error)")
      Session.abort(error.exitCode)
    } catch {
      let code = Root.exitCode(for: error).rawValue
      let isUsage = code == 0 || code == ExitCode.validationFailure.rawValue
      guard isUsage else {
        complain("rank \(world.rank): \(error)")
        Session.abort(70)
      }
      return world.rank == 0 ? tell(error) : code
    }
  }

  /// Says what the parser has to say; returns the exit code.
  private static func tell(_ error: any Error) -> Int32 {
    let code = Root.exitCode(for: error).rawValue
    let message = Root.fullMessage(for: error)
    if code == 0 { print(message) } else { complain(unknownCommand ?? message) }
    return code
  }

  /// What to say of a first word that is no command.
  private static var unknownCommand: String? {
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else { return nil }
    let commands = Root.configuration.subcommands.map { $0._commandName } + ["help"]
    guard !commands.contains(word) else { return nil }
    let hint = Spelling.nearest(word, in: commands).map { "; did you mean '\($0)'?" }
    return "unknown command '\(word)'" + (hint ?? "; they are \(commands.joined(separator: ", "))")
  }
}
