import ArgumentParser

@main
struct Eqprop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eqprop",
    abstract: "Trains energy-based networks by equilibrium propagation on any number of MPI ranks.")
}
