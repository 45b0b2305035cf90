import Synchronization

/// The tasks that a run file may name: those of this package, and those that a program adds before it reads its first run
/// file.
public enum TaskRegistry {
  private static let known = Mutex<[any Task.Type]>([])

  /// Those that the program added.
  public static var added: [any Task.Type] { known.withLock { $0 } }

  /// In the order that messages list them; the first is the one of a run file that names none.
  public static var tasks: [any Task.Type] {
    [Classification.self, Regression.self, Autoencoder.self, Density.self, Flow.self] + added
  }

  /// Makes a task known; one of the same name must not be known yet.
  public static func add(_ task: any Task.Type) {
    precondition(tasks.allSatisfy { $0.name != task.name }, "two tasks called \(task.name)")
    known.withLock { $0.append(task) }
  }
}
