/// As `state.json` and messages hold it: the sums of the task stand beside the rest, each under its own key.
extension Tally: Codable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private enum Fixed: String, CaseIterable {
    case examples, costs, diverged, energies, relaxation, layers, slices, layered

    var name: Name { Name(stringValue: rawValue) }
  }

  static func isReserved(_ key: String) -> Bool { Fixed(rawValue: key) != nil }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    func value<Value: Decodable>(_ key: Fixed) throws -> Value {
      try container.decode(Value.self, forKey: key.name)
    }
    (examples, costs, diverged) = (try value(.examples), try value(.costs), try value(.diverged))
    (energies, relaxation) = (try value(.energies), try value(.relaxation))
    (layers, slices) = (try value(.layers), try value(.slices))
    layered = try container.decodeIfPresent(LayeredTally.self, forKey: Fixed.layered.name)
    sums = [:]
    for name in container.allKeys where Fixed(rawValue: name.stringValue) == nil {
      sums[name.stringValue] = try container.decode([Double].self, forKey: name)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(examples, forKey: Fixed.examples.name)
    try container.encode(costs, forKey: Fixed.costs.name)
    try container.encode(diverged, forKey: Fixed.diverged.name)
    try container.encode(energies, forKey: Fixed.energies.name)
    try container.encode(relaxation, forKey: Fixed.relaxation.name)
    try container.encode(layers, forKey: Fixed.layers.name)
    try container.encodeIfPresent(layered, forKey: Fixed.layered.name)
    try container.encode(slices, forKey: Fixed.slices.name)
    for (key, values) in sums { try container.encode(values, forKey: Name(stringValue: key)) }
  }
}
