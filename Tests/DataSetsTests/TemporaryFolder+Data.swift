import CZlib
import DataSets
import Glibc
import TestBasis

extension TemporaryFolder {
  /// Replaces a plain file by the same gzipped, of which only `kept` bytes are kept.
  func pack(_ name: String, kept: Int = .max) throws {
    let bytes = try bytes(name)
    remove(name)
    let stream = gzopen(file(name + ".gz"), "wb6")
    gzwrite(stream, bytes, UInt32(bytes.count))
    gzclose(stream)
    if kept < .max { truncate(file(name + ".gz"), kept) }
  }

  /// The error of opening the folder in a format and loading every split of it.
  func failure(_ format: DataFormat, _ change: (inout DataSource) -> Void = { _ in }) -> DataError? {
    do throws(DataError) {
      var source = DataSource(format: format, path: path, validation: 1)
      change(&source)
      let set = try DataSet.open(source)
      for split in Split.allCases {
        _ = try set.load(split, shards: 0..<2, of: 2, inputs: true, labels: true)
      }
      return nil
    } catch { return error }
  }
}
