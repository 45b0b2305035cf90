import Foundation
import TestBasis

/// What Valgrind's callgrind counts in one step of `eqprop train`, on a rank that is alone.
struct InstructionCount {
  /// Instructions of a step on the thread that trains.
  let step: Int
  /// The kernels' instruction set: "avx512", "avx2" or "baseline".
  let set: String

  /// A run stopped after so many steps; what starts and ends it is the same in both and falls out of the difference.
  static let limits = (few: 2, more: 5)

  /// Whether the tools are there and the kernels will be those that the figures are of.
  static let isPossible =
    ["valgrind", "strip"].allSatisfy { program in
      let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
      return folders.contains { access("\($0)/\(program)", X_OK) == 0 }
    } && (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx2 ") == true

  /// Trains the folder's run file twice, for few steps and for more, at the same time.
  init(_ folder: TrainingFolder) throws {
    // Valgrind 3.19 gives up on the debugging information that Swift's compiler writes.
    let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
    let stripped = try Self.job(["strip", "-g", "-o", folder.path + "/eqprop", program]).wait()
    guard stripped.status == 0 else { throw HarnessError(stripped.story) }
    let jobs = try [Self.limits.few, Self.limits.more].map {
      (steps: $0, job: try Self.start(folder, steps: $0))
    }
    let profiles = try jobs.map { try Profile(folder, steps: $0.steps, $0.job.wait()) }
    guard profiles[0].sets.count == 1, profiles[0].sets == profiles[1].sets, let set = profiles[0].sets.first
    else { throw HarnessError("kernels of \(profiles.map(\.sets)) ran, not of one instruction set") }
    self.set = set
    step = (profiles[1].instructions - profiles[0].instructions) / (Self.limits.more - Self.limits.few)
  }

  private static func start(_ folder: TrainingFolder, steps: Int) throws -> Job {
    // Each thread is counted by itself: the watchdog's and the launcher's polling are no part of a step.
    let valgrind = ["valgrind", "--tool=callgrind", "--separate-threads=yes"]
    let profile = "--callgrind-out-file=\(folder.path)/profile-\(steps)"
    return try job(
      valgrind + [
        profile, folder.path + "/eqprop", "train", folder.path + "/run.yaml", "--limit-steps", "\(steps)",
        "--output", "\(folder.path)/run-\(steps)", "--set", "checkpoint.wait=true", "--progress", "never",
      ])
  }

  private static func job(_ command: [String]) throws -> Job {
    // Started without mpirun, which Valgrind need not follow; isolated, so that none is started beside it.
    let alone = Mpirun(
      executable: "eqprop", ranks: 1, arguments: [],
      environment: ["OMPI_MCA_ess_singleton_isolated": "1", "SWIFT_DETERMINISTIC_HASHING": "1"])
    return try Job(command: command, environment: alone.fullEnvironment(), limitSeconds: 120)
  }
}

/// The profile of a run's first thread, the one that trains.
private struct Profile {
  let instructions: Int
  /// The instruction sets named by the kernels that ran, as in `product_f32_avx2`.
  let sets: Set<String>

  init(_ folder: TrainingFolder, steps: Int, _ outcome: Outcome) throws {
    let step = "step-" + String(repeating: "0", count: 9 - "\(steps)".count) + "\(steps)"
    // An epoch's end or one more checkpoint would count as steps.
    guard outcome.status == 0, folder.checkpoints("run-\(steps)") == [step],
      outcome.output.contains("no epoch has ended yet")
    else { throw HarnessError("\(folder.checkpoints("run-\(steps)")), not \(step) alone: \(outcome.story)") }
    let lines = folder.text("profile-\(steps)-01").split(separator: "\n")
    guard let totals = lines.first(where: { $0.hasPrefix("totals: ") }), let count = Int(totals.dropFirst(8))
    else { throw HarnessError("callgrind left no count: \(outcome.story)") }
    instructions = count
    let kernels = lines.filter { $0.hasPrefix("fn=") || $0.hasPrefix("cfn=") }
    sets = Set(
      ["avx512", "avx2", "baseline"].filter { set in kernels.contains { $0.hasSuffix("_f32_" + set) } })
  }
}
