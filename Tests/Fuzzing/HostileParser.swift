import DataSets
import FileFormats
import MessagePassing
import Reporting

/// The parsers of whatever comes from outside: files, and words of the command line.
enum HostileParser: String, CaseIterable {
  /// A run file.
  case run
  /// `--set` options, one a line, over a run file.
  case set
  /// One of the four files of an IDX folder: the first byte says which, the rest are its bytes, packed or plain.
  case idx
  /// One of the files of a CIFAR folder: the first byte says which and of which set, the rest are its bytes.
  case cifar
  /// One of the four files of a folder of NumPy arrays: the first byte says which, the rest are its bytes.
  case npy
  /// A table, whose last column answers in words or numbers.
  case csv
  /// A PNG or JPEG file.
  case picture
  case gzip
  case safetensors
  /// A checkpoint's MANIFEST.json.
  case manifest
  /// A checkpoint's index.json; its manifest vouches for it.
  case index
  /// A checkpoint's state.json; its manifest vouches for it.
  case state
  /// BEST and LATEST, which name a checkpoint.
  case pointer
  /// The lines of a metrics.jsonl.
  case metrics
  /// The figures of a machine, and a plan that goes by them.
  case machine
  /// A grid such as 2x1x1, and the deal of tiles to it.
  case grid

  /// What came of an input.
  enum Verdict: CustomStringConvertible {
    case value
    case refused(String, exitCode: Int32)

    var description: String {
      switch self {
      case .value: "a value"
      case .refused(let text, let exitCode): "\(exitCode): \(text)"
      }
    }
  }

  /// Gives an input to the parser; what is neither a value nor an error of the user's or the data's is a bug.
  func judge(_ bytes: [UInt8]) -> Verdict {
    do {
      try parse(bytes)
      return .value
    } catch let error as any Error & ExitCoded & CustomStringConvertible {
      return refusal(error.description, exitCode: error.exitCode)
    } catch let error as MetricsFileError {
      return refusal(error.description, exitCode: error.exitCode)
    } catch {
      preconditionFailure("no error of a parser: \(error)")
    }
  }

  /// An error's text is one line that fits a screen, whatever the input.
  private func refusal(_ text: String, exitCode: Int32) -> Verdict {
    precondition(exitCodes.contains(exitCode), "exit code \(exitCode): \(text)")
    precondition(1...1500 ~= text.unicodeScalars.count, "an error of one sentence: \(text)")
    precondition(
      !text.unicodeScalars.contains { $0.properties.generalCategory == .control }, "one line: \(text)")
    return .refused(text, exitCode: exitCode)
  }

  /// 64 is for what the user writes, 65 for data; 66 where a name in the data leads nowhere.
  private var exitCodes: Set<Int32> {
    switch self {
    case .run, .set, .grid: [64]
    case .idx, .cifar, .npy, .csv: [64, 65]
    // Another version's state is told as a usage to change.
    case .state: [64, 65]
    case .manifest, .pointer: [65, 66]
    case .picture, .gzip, .safetensors, .index, .metrics, .machine: [65]
    }
  }

  private func parse(_ bytes: [UInt8]) throws {
    switch self {
    case .run: try Texts.run(bytes)
    case .set: try Texts.settings(bytes)
    case .grid: try Texts.grid(bytes)
    case .metrics: try Texts.metrics(bytes)
    case .machine: try Texts.machine(bytes)
    case .idx: try Binaries.idx(bytes)
    case .cifar: try Binaries.cifar(bytes)
    case .npy: try Binaries.npy(bytes)
    case .csv: try Binaries.csv(bytes)
    case .picture: try Binaries.picture(bytes)
    case .gzip: try Binaries.gzip(bytes)
    case .safetensors: try Binaries.safetensors(bytes)
    case .manifest: try CheckpointFiles.shared.manifest(bytes)
    case .index: try CheckpointFiles.shared.vouched("index.json", bytes)
    case .state: try CheckpointFiles.shared.vouched("state.json", bytes)
    case .pointer: try CheckpointFiles.shared.pointer(bytes)
    }
  }
}
