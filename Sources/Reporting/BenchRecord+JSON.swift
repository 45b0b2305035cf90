import Records

extension BenchRecord {
  /// All that was measured, as one line of JSON; what is not compared is `null`.
  public var json: String {
    JSONText.object([
      ("run", .string(facts.run)), ("network", .string(facts.network)), ("batch", .integer(step.batch)),
      ("grid", .string(facts.grid)), ("ranks", .integer(facts.ranks)), ("cores", .integer(facts.cores)),
      ("more_ranks_than_cores", .integer(facts.isOversubscribed ? 1 : 0)),
      ("processor", .string(facts.processor)), ("arithmetic", .string(facts.arithmetic)),
      ("library", .string(facts.library)),
      ("contrast_holds_descent", .integer(facts.isFused ? 1 : 0)), ("step", Self.json(step.seconds)),
      ("examples_per_second", .number(step.examplesPerSecond)),
      ("critical_rank", critical.map { .integer($0.rank) } ?? .null),
      ("roofline_us", .optional((critical?.roofline).map { $0 * 1e6 })),
      ("time_over_roofline", .optional(ratio)),
      ("share_of_peak", .optional(peakShare)), ("by_rank", .array(ranks.map(Self.json))),
      ("ceilings", .array(ceilings.map(Self.json))), ("limits", Self.json(limits)),
      ("scaling", isBusy ? .null : .array(scalings.map(Self.json))),
      ("quiet", quiet),
    ]).text
  }

  private static func json(_ seconds: MedianRange) -> JSONText { .object(micro(seconds)) }

  private static func micro(_ seconds: MedianRange) -> [(key: String, value: JSONText)] {
    [
      ("us", .number(seconds.median * 1e6)), ("least_us", .number(seconds.least * 1e6)),
      ("most_us", .number(seconds.most * 1e6)),
    ]
  }

  private static func json(_ rank: Rank) -> JSONText {
    .object([
      ("rank", .integer(rank.rank)), ("roofline_us", .number(rank.roofline * 1e6)),
      ("parts", .array(rank.parts.map(json))),
    ])
  }

  private static func json(_ part: Part) -> JSONText {
    .object(
      [("part", .string(part.name))] + micro(part.seconds) + [
        ("flop", .number(part.operations)), ("bytes", .number(part.bytes)),
        ("roofline_us", .number(part.roofline * 1e6)),
      ])
  }

  private static func json(_ ceiling: Ceiling) -> JSONText {
    .object([
      ("part", .string(ceiling.part)), ("kernel", .string(ceiling.kernel)),
      ("shape", .string(ceiling.shape)), ("times", .number(ceiling.times)),
      ("gflops", .number(ceiling.gigaflops)),
    ])
  }

  private static func json(_ limits: Limits) -> JSONText {
    .object([
      ("peak_gflops", .number(limits.peak)), ("weight_gb_s", .number(limits.weightBandwidth)),
      ("memory_gb_s", .number(limits.memoryBandwidth)), ("latency_us", .optional(limits.latency)),
      ("message_gb_s", .optional(limits.messageBandwidth)), ("messages", .number(limits.messages)),
      ("message_bytes", .number(limits.messageBytes)),
    ])
  }

  private static func json(_ scaling: Scaling) -> JSONText {
    .object([
      ("kind", .string(scaling.isWeak ? "weak" : "strong")), ("ranks", .integer(scaling.ranks)),
      ("batch", .integer(scaling.together.batch)), ("step", json(scaling.together.seconds)),
      ("one_rank_batch", .integer(scaling.alone.batch)), ("one_rank_step", json(scaling.alone.seconds)),
      ("speed_up", .number(scaling.speedUp)), ("efficiency", .number(scaling.efficiency)),
    ])
  }

  private var quiet: JSONText {
    .object([
      ("verdict", .string(isBusy ? "busy" : "quiet")), ("counted", .integer(counted)),
      ("repeats", .integer(step.repeats)), ("needed", .integer(needed)),
      ("steps_per_repeat", .integer(step.stepsPerRepeat)), ("others_share", .number(othersShare)),
      ("limit", .number(busyLimit)),
    ])
  }
}
