import ArgumentParser
import DataSets
import MessagePassing
import Planning
import RunFiles
import Training

/// What commands on a run file share.
struct RunOptions: ParsableArguments {
  @Argument(
    help: "The run file (YAML), or the name of one that comes with the program, such as digits.",
    transform: Recipes.path)
  var runFile: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Sets a key of the run file.", valueName: "key=value"),
    completion: .list(RunFile.keys.map { $0 + "=" }))
  var settings: [String] = []

  @OptionGroup var grid: GridOptions

  /// The run file with its settings; every rank reads it.
  func load(on world: borrowing Communicator) throws -> RunFile {
    try world.agree { try RunFile.load(path: runFile, settings: settings) }
  }
}

/// How ranks are arranged and watched.
struct GridOptions: ParsableArguments {
  @Option(help: "The process grid, replicas x stages x slices; chosen and printed without.")
  var grid: String?

  @Option(
    help: ArgumentHelp(
      "What `bench --calibrate` measured, to choose a grid by; an ordinary core without.", valueName: "file"))
  var machine: String?

  @Option(
    help: ArgumentHelp("Ends a rank that waits longer for another one, exit code 86.", valueName: "seconds"))
  var stallLimit = 300.0

  @Option(
    help: """
      How ranks of one host talk: automatic (through its memory) or mpi (as between hosts). The bits are the same.
      """)
  var transport = Transport.automatic

  enum Transport: String, ExpressibleByArgument { case automatic, mpi }

  var sharesMemory: Bool { transport == .automatic }

  func validate() throws {
    guard stallLimit > 0, stallLimit.isFinite else {
      throw ValidationError("--stall-limit \(stallLimit): a positive number of seconds is needed")
    }
    if let grid, GridShape(grid) == nil {
      throw ValidationError("--grid \(grid): three counts joined by 'x' are needed, such as 2x2x1")
    }
  }

  /// Deals the tiles to the ranks; a grid that was not asked for rank 0 picks for all, since times rest on a host's own
  /// logarithm.
  ///
  /// - Parameters:
  ///   - trains: whether the data train it.
  ///   - isTold: whether the choice is.
  func deal(
    _ run: RunFile, data: DataSet, trains: Bool = true, on world: borrowing Communicator, isTold: Bool = true
  ) throws -> Deal {
    let ranks = world.count
    let isFirst = world.rank == 0
    let assumed = try world.isOnOneHost() ? Machine.ordinary : .network
    let named = try world.agree { () -> String in
      guard grid == nil, isFirst else { return grid ?? "" }
      let machine = try machine.map(Machine.load) ?? assumed
      return try Plan.choose(
        ranks: ranks, tiling: Tiling(run, data: data, trains: trains), run: run, machine: machine
      )
      .description
    }
    let picked = String(decoding: try world.broadcast(Array(named.utf8), from: 0), as: UTF8.self)
    return try world.agree {
      let tiling = try Tiling(run, data: data, trains: trains)
      guard let shape = GridShape(picked) else { preconditionFailure("what rank 0 told is a grid") }
      guard shape.ranks == ranks else {
        throw GridError(
          "grid \(shape) has \(shape.ranks) ranks, but \(ranks) were started (launch/run -n \(shape.ranks))")
      }
      if isTold && grid == nil && isFirst && ranks > 1 {
        complain("grid \(shape) (replicas x stages x slices)")
      }
      return try Deal(run, tiling: tiling, to: shape)
    }
  }
}
