import Foundation
import TestBasis
import Testing

/// The kernels on another processor: compiled for aarch64 and run by qemu, they give the digests of this one.
@Suite struct ArmTests {
  private static let system = "/usr/aarch64-linux-gnu"
  private static let isPossible =
    Repository.has("qemu-aarch64") && Repository.has("clang")
    && FileManager.default.fileExists(atPath: system + "/include/stdio.h")

  /// Compiles the program of digests; what it tells with each instruction set that runs.
  private func digests(_ options: [String], _ runner: [String], _ sets: [String]) throws -> [String] {
    let folder = try TemporaryFolder()
    let kernels = Repository.root + "/Sources/CKernels"
    let compiled = try run(
      "clang",
      ["-O2", "-Wall", "-Werror=fp-contract", "-Wno-unknown-warning-option", "-I", kernels + "/include"]
        + options
        + [
          "-o", folder.path + "/digests", Repository.root + "/Tests/KernelsElsewhere/digests.c",
          kernels + "/kernels.c", "-lm",
        ])
    try #require(compiled.code == 0, "\(compiled.errors)")
    return try sets.compactMap { set in
      let words = runner + [folder.path + "/digests", set]
      let outcome = try run(words[0], Array(words.dropFirst()))
      return outcome.code == 0 ? outcome.output : nil
    }
  }

  @Test(
    "Kernels for aarch64 give the bits of x86's, in every instruction set",
    .enabled(if: isPossible, "needs clang, qemu-aarch64 and the headers and libraries of aarch64"))
  func sameBits() throws {
    let here = try digests([], [], ["avx512", "avx2", "baseline"])
    let compiler = "/usr/lib/gcc-cross/aarch64-linux-gnu/12"
    let arm = try digests(
      ["--target=aarch64-linux-gnu", "-fuse-ld=lld", "-isystem", Self.system + "/include"]
        + [Self.system + "/lib", compiler].flatMap { ["-B", $0, "-L", $0] },
      ["qemu-aarch64", "-L", Self.system], ["baseline"])
    let expected = try #require(here.last)
    #expect(expected.split(separator: "\n").count > 200)
    #expect(arm == [expected])
    #expect(here.allSatisfy { $0 == expected })
  }

  @Test("No C file lets the compiler fuse what was not meant to be")
  func contraction() throws {
    let folder = Repository.root + "/Sources/"
    let files = (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.hasSuffix(".c") }
    #expect(files.count > 8)
    for file in files where !file.hasPrefix("CMPI/") {
      let text = try String(contentsOfFile: folder + file, encoding: .utf8)
      #expect(text.contains("\n#pragma STDC FP_CONTRACT OFF\n"), "\(file)")
    }
  }
}
