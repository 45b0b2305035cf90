import FileFormats
import MessagePassing

/// A machine's file that cannot be read.
public struct MachineError: Error, Sendable, ExitCoded, CustomStringConvertible {
  public let description: String
  /// 66 where the file is missing or cannot be read, 65 where it holds something else.
  public let exitCode: Int32
}

extension Machine {
  /// The figures in a file that `eqprop bench --calibrate` wrote.
  ///
  /// Throws `MachineError`: 66 where the file is missing or cannot be read, 65 where it holds something else.
  public static func load(path: String) throws(MachineError) -> Machine {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path)
    } catch {
      throw MachineError(description: "\(path): it cannot be read (\(error))", exitCode: 66)
    }
    guard let machine = try? Machine(json: bytes), machine.version == Machine.version else {
      throw MachineError(
        description: "\(path): no figures of a machine; eqprop bench --calibrate \(path) measures them",
        exitCode: 65)
    }
    return machine
  }
}
