import CMPI
import Glibc
import Synchronization

/// Memory that ranks of one host share: a file of each in a file system that lies in memory.
///
/// A file has all its bytes before anybody writes to one: without, a write would end the process where memory is used up.
/// It loses its name once all have it open, so that nothing is left of ranks that are killed.
final class SharedMemory {
  /// Of each rank; valid as long as this lives.
  let shares: [UnsafeMutableRawBufferPointer]

  private init(_ shares: [UnsafeMutableRawBufferPointer]) { self.shares = shares }

  deinit { for share in shares { munmap(share.baseAddress, share.count) } }

  /// Where MPI, too, has such files.
  private static let folder = backingDirectories.lazy.compactMap(text).first ?? "/dev/shm"
  /// Of Open MPI 4, and 5.
  private static let backingDirectories = [
    "OMPI_MCA_btl_vader_backing_directory", "OMPI_MCA_btl_sm_backing_directory",
  ]
  private static let count = Atomic<Int64>(0)
  private static let isTold = Atomic<Bool>(false)

  /// As many zero bytes as each rank asks for, of all ranks in their order; nil on every rank where one of them has no room
  /// or may not share it, which is told once.
  ///
  /// Every rank must call it.
  static func share(_ byteCount: Int, over group: RankGroup) throws(MPIError) -> SharedMemory? {
    var key = Int64(getpid()) << 32 | count.add(1, ordering: .relaxed).newValue
    try check(cmpi_broadcast(group.handle, &key, 8, 0), "MPI_Bcast")
    func path(of rank: Int) -> String { "\(folder)/eqprop-\(key)-\(rank)" }
    let mine = make(path(of: group.rank), byteCount)
    defer { if mine != nil { unlink(path(of: group.rank)) } }
    var memory: SharedMemory?
    if try haveAll(mine != nil, of: group) {
      let all = (0..<group.count).compactMap { $0 == group.rank ? mine : open(path(of: $0)) }
      memory = SharedMemory(all)
    } else if let mine {
      memory = SharedMemory([mine])
    }
    // Nobody's file loses its name before all have come here.
    if try haveAll(memory?.shares.count == group.count, of: group) { return memory }
    tell(group)
    return nil
  }

  /// Lets MPI put the files of its own messages beside other temporary ones where memory has no room for them.
  static func makeRoomForMPI() {
    let ranks = text("OMPI_COMM_WORLD_LOCAL_SIZE").flatMap { UInt($0) } ?? 1
    guard ranks > 1, freeBytes < ranks << 23 else { return }
    for name in backingDirectories { setenv(name, text("TMPDIR") ?? "/tmp", 1) }
  }

  /// Bytes that may still be written; none where there is no such folder, or none for this user.
  private static var freeBytes: UInt {
    var about = statvfs()
    guard access(folder, W_OK) == 0, statvfs(folder, &about) == 0 else { return 0 }
    return UInt(about.f_bavail) * UInt(about.f_frsize)
  }

  /// A file of so many bytes, all of them there, in the memory of this process; nil where there can be none.
  private static func make(_ path: String, _ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var code = posix_fallocate(descriptor, 0, byteCount)
    while code == EINTR { code = posix_fallocate(descriptor, 0, byteCount) }
    if code == 0, let bytes = map(descriptor, byteCount) { return bytes }
    unlink(path)
    return nil
  }

  /// A file that another rank has made, in the memory of this process.
  private static func open(_ path: String) -> UnsafeMutableRawBufferPointer? {
    let descriptor = Glibc.open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var about = stat()
    return fstat(descriptor, &about) == 0 ? map(descriptor, about.st_size) : nil
  }

  private static func map(_ descriptor: Int32, _ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    let bytes = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    return bytes == MAP_FAILED ? nil : UnsafeMutableRawBufferPointer(start: bytes, count: byteCount)
  }

  /// Whether all ranks have something.
  private static func haveAll(_ hasIt: Bool, of group: RankGroup) throws(MPIError) -> Bool {
    var all: Int64 = hasIt ? 1 : 0
    try check(cmpi_all_reduce(group.handle, &all, 1, CMPI_INT64, CMPI_MINIMUM), "MPI_Allreduce")
    return all == 1
  }

  /// Says, the first time, that memory is not shared.
  private static func tell(_ group: RankGroup) {
    guard !isTold.exchange(true, ordering: .relaxed), group.rank == 0 else { return }
    var line =
      "eqprop: ranks cannot share memory (\(freeBytes >> 10) kB are free in \(folder)): they send messages, "
      + "as with --transport mpi\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func text(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
