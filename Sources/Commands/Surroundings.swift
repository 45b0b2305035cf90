import Foundation
import MessagePassing
import Records

/// What a launcher and the MPI that was loaded have made of this process.
enum Surroundings {
  /// Says on rank 0 that another MPI was loaded than the program was built with.
  ///
  /// - Parameter isLookedAt: whether the command itself tells all this.
  /// - Throws: `LonelyWorld` where each of several processes is alone.
  static func check(_ world: borrowing Communicator, isLookedAt: Bool) throws(LonelyWorld) {
    if isLookedAt { return }
    let (library, builtWith) = (Session.library, Session.builtWith)
    if world.rank == 0, !library.fits(builtWith) {
      complain(
        "built with \(builtWith), but \(library) was loaded: launch/run --mpi builds and loads the same, "
          + "or LD_LIBRARY_PATH names it")
    }
    if world.count == 1, let launched = Session.launchedCount, launched > 1 {
      throw LonelyWorld(count: launched, library: library)
    }
  }

  /// Tells the launcher's script, where it has asked, how this ends: some launchers end with 0 whatever their ranks end with.
  /// In its file, where this host has the folder, and in words, which come from any.
  static func tellEnd(_ code: Int32) {
    guard let file = ProcessInfo.processInfo.environment["EQPROP_TELLS_ITS_END"] else { return }
    if (try? Data("\(code)\n".utf8).write(to: URL(fileURLWithPath: file))) != nil { return }
    FileHandle.standardError.write(Data("eqprop ends with \(code)\n".utf8))
  }
}

/// Processes that were started together and know nothing of each other.
struct LonelyWorld: Error, ExitCoded, CustomStringConvertible {
  var count: Int
  var library: MPILibrary

  var exitCode: Int32 { 71 }
  var description: String {
    "each of \(count) processes is alone in a world of its own: start with the mpiexec of \(library), as launch/run does, "
      + "or srun --mpi=pmix (Open MPI), --mpi=pmi2 (MPICH, Intel)"
  }
}
