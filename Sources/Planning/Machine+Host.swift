import Foundation
import MessagePassing
import Tensors
import Training

extension Machine.Host {
  /// The host this rank runs on.
  static func this(_ precision: Precision) -> Machine.Host {
    Machine.Host(
      processor: field("model name", of: text("/proc/cpuinfo")) ?? "unknown", cores: HostLoad.cores.count,
      instructions: precision.instructions, lastCacheBytes: lastCacheBytes,
      library: "\(Session.library)")
  }

  private static func text(_ path: String) -> String {
    // Files of /proc have no size that could be asked for.
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  private static func field(_ name: String, of text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
  }

  /// The largest cache of the first core.
  private static var lastCacheBytes: Int? {
    (0..<8).compactMap { index in
      let size = text("/sys/devices/system/cpu/cpu0/cache/index\(index)/size")
        .trimmingCharacters(in: .whitespacesAndNewlines)
      return size.hasSuffix("K") ? Int(size.dropLast()).map { $0 << 10 } : Int(size)
    }.max()
  }
}
