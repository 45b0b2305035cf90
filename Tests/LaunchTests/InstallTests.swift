import Foundation
import TestBasis
import Testing

/// `launch/install`: program, manual page and completions below a prefix, as shells and `man` look for them.
@Suite struct InstallTests {
  private static let script = Repository.root + "/launch/install"

  private func install(_ prefix: TemporaryFolder, _ options: [String] = []) throws -> Outcome {
    try run(
      Self.script, ["--prefix", prefix.path + "/local"] + options,
      environment: ["EQPROP_EXECUTABLE": Repository.eqprop])
  }

  @Test func installed() throws {
    let prefix = try TemporaryFolder()
    let outcome = try install(prefix)
    #expect(
      outcome.code == 0 && outcome.errors.contains("add \(prefix.path)/local/bin to the PATH"), "\(outcome)")
    let files = outcome.output.split(separator: "\n").map(String.init)
    #expect(files.count > 30 && files.allSatisfy { $0.hasPrefix(prefix.path + "/local/") })
    let version = try run(prefix.path + "/local/bin/eqprop", ["--version"])
    #expect(version.code == 0 && version.output.hasPrefix("eqprop 0."), "\(version)")
    #expect(try install(prefix, ["--remove"]).code == 0)
    #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
  }

  @Test(
    "Launcher and recipes are found wherever the tree is moved to, from any folder; the manual's examples start them"
  )
  func launcher() throws {
    let prefix = try TemporaryFolder()
    #expect(try install(prefix).code == 0)
    let moved = prefix.path + "/moved"
    try FileManager.default.moveItem(atPath: prefix.path + "/local", toPath: moved)
    let work = try TemporaryFolder()
    let short = ["--set", "training.epochs=1", "--set", "report.html=false"]
    for (program, words) in [
      ("eqprop-run", ["-n", "2", "train", "digits", "--output", "a"]),
      ("eqprop-run", ["train", "launch/recipes/digits.yaml", "--output", "b"]),
      ("eqprop", ["train", "digits", "--output", "c"]),
    ] {
      let outcome = try run(
        moved + "/bin/" + program, words + short, in: work.path,
        environment: ["OMPI_MCA_ess_singleton_isolated": "1"])
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(["a", "b", "c"].allSatisfy { work.has("\($0)/checkpoints/LATEST") })
    let manual = try String(contentsOfFile: moved + "/share/man/man1/eqprop.1", encoding: .utf8)
    #expect(
      manual.contains("Example: eqprop\\-run \\-n 2 train digits ")
        || manual.contains("Example: eqprop-run \\-n 2 train digits "))
    #expect(!manual.contains("launch/"))
  }

  // Needs root, to be another user.
  @Test(
    "A checkout that one may not write to starts what is built in it",
    .enabled(if: getuid() == 0 && Repository.has("setpriv"), "needs root and setpriv"))
  func unwritable() throws {
    let checkout = try TemporaryFolder()
    _ = try run("cp", ["-r", Repository.root + "/launch", checkout.path])
    try checkout.write("Sources/here", "")
    let start = [
      "--reuid=54001", "--regid=54001", "--clear-groups", "env", "HOME=/nowhere",
      checkout.path + "/launch/run", "-n", "1",
      "train", "x.yaml",
    ]
    let unbuilt = try run("setpriv", start, in: "/")
    #expect(unbuilt.code == 71, "\(unbuilt)")
    #expect(
      unbuilt.errors
        == "launch/run: '\(checkout.path)' cannot be written, and nothing is built in it: whoever owns it calls launch/run once\n"
    )
    try checkout.script(".build/release/eqprop", "echo built")
    let built = try run("setpriv", start, in: "/")
    #expect(built.code == 0 && built.output == "built\n", "\(built)")
  }

  @Test("Bash completes commands, options, and the keys that --set takes")
  func bash() throws {
    let prefix = try TemporaryFolder()
    #expect(try install(prefix).code == 0)
    let completed = try run(
      "bash",
      [
        "-c",
        """
        source "$1/share/bash-completion/completions/eqprop"
        for line in 'eqprop tr' 'eqprop train --limit' 'eqprop train x.yaml --set nudging.b'; do
          read -ra COMP_WORDS <<<"$line"
          COMP_LINE=$line COMP_POINT=${#line} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
          _eqprop eqprop "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
          echo "${COMPREPLY[@]}"
        done
        """, "bash", prefix.path + "/local",
      ])
    #expect(completed.output == "train\n--limit-steps\nnudging.beta=\n", "\(completed)")
  }

  @Test("Zsh finds its completion", .enabled(if: Repository.has("zsh"), "needs zsh"))
  func zsh() throws {
    let prefix = try TemporaryFolder()
    #expect(try install(prefix).code == 0)
    let functions = prefix.path + "/local/share/zsh/site-functions"
    let found = try run(
      "zsh",
      [
        "-f", "-c",
        "fpath=(\(functions) $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[eqprop]",
      ])
    #expect(found.output == "_eqprop\n", "\(found)")
    #expect(try run("zsh", ["-n", functions + "/_eqprop"]).code == 0)
  }

  @Test("Fish completes too", .enabled(if: Repository.has("fish"), "needs fish"))
  func fish() throws {
    let prefix = try TemporaryFolder()
    #expect(try install(prefix).code == 0)
    let file = prefix.path + "/local/share/fish/vendor_completions.d/eqprop.fish"
    let found = try run(
      "fish",
      [
        "--no-config", "-c",
        "source \(file); complete -C 'eqprop tr'; complete -C 'eqprop train x --set nudging.b'",
      ],
      path: prefix.path + "/local/bin")
    #expect(
      found.output.contains("train\tTrains a network") && found.output.contains("nudging.beta="), "\(found)")
  }

  @Test("Without EQPROP_EXECUTABLE it builds a program that needs no Swift where it runs")
  func built() throws {
    let tools = try TemporaryFolder()
    try tools.script(
      "swift",
      """
      echo "$*" >>"${0%/*}/calls"
      case "$*" in
        --version) echo 'Swift version 6.3.1' ;;
        *--show-bin-path) echo "${0%/*}/built" ;;
        *) mkdir -p "${0%/*}/built" && cp '\(Repository.eqprop)' "${0%/*}/built/eqprop" ;;
      esac
      """)
    let outcome = try run(Self.script, ["--prefix", tools.path + "/local"], path: tools.path)
    #expect(outcome.code == 0 && tools.has("local/bin/eqprop"), "\(outcome)")
    let build = "-c release --product eqprop --static-swift-stdlib"
    #expect(tools.text("calls").contains("build --package-path \(Repository.root) \(build)\n"))
  }

  @Test func takesNoOtherOption() throws {
    #expect(try run(Self.script, ["--prefx", "a"]).code == 64)
    #expect(try run(Self.script, ["--help"]).output.contains("--remove"))
    let folder = try TemporaryFolder()
    try folder.write("file", "")
    let outcome = try run(
      Self.script, ["--prefix", folder.path + "/file"], environment: ["EQPROP_EXECUTABLE": Repository.eqprop])
    #expect(outcome.code == 74, "\(outcome)")
  }
}
