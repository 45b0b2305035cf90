import Foundation

/// Prints a measured figure beside its threshold's test when EQPROP_MEASURED is set.
public func measured(_ name: String, _ value: Double) {
  if ProcessInfo.processInfo.environment["EQPROP_MEASURED"] != nil { print("measured: \(name): \(value)") }
}
