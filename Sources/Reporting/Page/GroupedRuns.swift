import Records

/// The runs of a comparison as its table and its charts have them.
struct GroupedRuns {
  /// Runs that differ in seed alone together, called what tells the groups apart; where there are none, each run as it is.
  let groups: [RunGroup]
  /// Whether any runs are shown together.
  let isGrouped: Bool
  /// Between the groups; of seeds only where no runs are shown together.
  let differences: [SettingDifference]
  /// How each group's lines are drawn: where there are more of them than colours, only the best have one.
  let looks: [ChartStyle.Look]
  /// The index of the one that the figure judges best, where there is a choice.
  let best: Int?

  /// - Parameter names: of the runs.
  init(_ runs: [RunRecord], names: [String], figure: Figure?) {
    var groups = RunGroup.all(runs)
    let isGrouped = groups.count < runs.count
    let differences = SettingDifference.all(
      of: groups.map { $0.runs[0] }, without: isGrouped ? ["seed"] : [])
    let told = SettingDifference.names(differences)
    for index in groups.indices {
      groups[index].name = isGrouped ? (told.isEmpty ? runs[0].facts.name : told[index]) : names[index]
    }
    if isGrouped {
      let numbered = Self.numbered(groups.map(\.name))
      for index in groups.indices { groups[index].name = numbered[index] }
    }
    let ranking = RunGroup.ranking(groups, by: figure)
    let order = groups.count > ChartStyle.colours ? ranking : Array(groups.indices)
    looks = groups.indices.map { group in
      let number = order.firstIndex(of: group) ?? group
      return number < ChartStyle.colours ? .series(number) : .background
    }
    let judged = groups.count { group in figure.flatMap(group.judging) != nil }
    best = judged > 1 ? ranking.first : nil
    (self.groups, self.isGrouped, self.differences) = (groups, isGrouped, differences)
  }

  /// Whether the lines are so many that they are named once for all charts of the page.
  var isNamedOnce: Bool { groups.count > 4 }

  /// The indices of those with a colour, in the colours' order.
  var coloured: [Int] {
    (0..<ChartStyle.colours).compactMap { number in looks.firstIndex(of: .series(number)) }
  }

  /// Names with a number where several have the same.
  static func numbered(_ names: [String]) -> [String] {
    names.indices.map { index in
      let name = names[index]
      guard names.count(where: { $0 == name }) > 1 else { return name }
      return "\(name) (\(names[...index].count { $0 == name }))"
    }
  }
}
