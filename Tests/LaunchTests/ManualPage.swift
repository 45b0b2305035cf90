/// The manual page eqprop(1), in the macros of man(7).
enum ManualPage {
  static func text() throws -> String {
    let root = try CommandHelp.eqprop.get()
    let commands = root.commands.map { command in
      let discussion = (command.discussion ?? "").split(separator: "\n\n").map {
        ".PP\n\(line(String($0)))\n"
      }
      let arguments = command.own.map { ".TP\n.B \(line($0.usage))\n\(line($0.explanation))\n" }
      return
        ".SS \(command.commandName)\n\(line(command.abstract ?? ""))\n\(discussion.joined())\(arguments.joined())"
    }
    return """
      .TH EQPROP 1 2026-11-27 "eqprop 0.1.0" "User Commands"
      .SH NAME
      eqprop \\- train energy\\-based networks by equilibrium propagation
      .SH SYNOPSIS
      .B eqprop
      .I command
      .RI [ argument " ...]"
      .PP
      .B mpirun \\-n
      .I ranks
      .B eqprop
      .I command
      .RI [ argument " ...]"
      .SH DESCRIPTION
      \(line(root.abstract ?? ""))
      A run file (YAML) holds all that decides a result; every number of ranks gives the same bits.
      Results go to standard output, all else to standard error.
      .SH COMMANDS
      \(commands.joined()).SH EXIT STATUS
      \(codes.map { ".TP\n.B \($0)\n\(line($1))\n" }.joined()).SH ENVIRONMENT
      .TP
      .B EQPROP_PROGRESS
      The progress line where \\-\\-progress says nothing: never, plain or line.
      .TP
      .BR NO_COLOR ", " TERM
      With NO_COLOR set, or TERM=dumb, there is no redrawn line.
      .SH FILES
      .TP
      .I runs/NAME
      A run directory: run.yaml, metrics.jsonl, times.json, report.html, checkpoints.
      .SH SEE ALSO
      .BR mpirun (1)

      """
  }

  private static let codes = [
    ("0", "Done."), ("1", "A check failed, or the relaxation diverged."),
    ("64", "Usage, or a mistake in the run file."),
    ("65", "Bad data or a damaged checkpoint."), ("66", "A file is missing."), ("70", "A bug."),
    ("71", "MPI or the system failed."), ("74", "Input or output failed, as on a full disk."),
    ("75", "Stopped with a checkpoint: the same command goes on."),
    ("86", "A rank waited too long for others."),
  ]

  /// Text on one line, with what man(7) would read as a request or an escape written out.
  private static func line(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": line += "\\e"
      case "-": line += "\\-"
      case "\n": line += " "
      case _ where !scalar.isASCII:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        line += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
  }
}
