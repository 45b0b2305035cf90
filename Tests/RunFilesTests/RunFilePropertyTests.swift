import RunFiles
import TestBasis
import TestSupport
import Testing

extension SeededGenerator {
  mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &self)] }
}

@Suite("Run file properties")
struct RunFilePropertyTests {
  /// Options, several for each key, of which any combination without a contradiction is valid.
  static let options: [[String]] = [
    [
      "name=x", "name=\"a: b # c\"", "name='null'", "name=\"é \\\"q\\\" \\\\ \u{1F600}\"", "name=12",
      "name=true",
    ],
    ["seed=0", "seed=18446744073709551615"],
    [
      "data={format: idx, path: '/a b/c'}", "data={format: idx, path: x, divisor: 256, training: 5000}",
      "data={format: npy, path: x, normalize: {mean: [0.5, -1e-3], deviation: [1, 1e-3]}}",
      "data={format: cifar, path: y, augment: {flip: true, crop: 4}}",
    ],
    ["data.augment={crop: 2}", "data.augment={flip: true}"],
    ["network.layers=[{units: 64, rate: 1e-300}, {units: 65, activation: tanh}, {units: 3}]"],
    ["network.layers.0.activation=sigmoid", "network.layers.1.rate=0.1"],
    [
      "network.initialization={spectral: 0.8}", "network.initialization={uniform: 0.7}",
      "network.initialization={uniform: 123456789.123456789}",
    ],
    ["network.layers.0.rate=balanced"],
    ["rule=contrastive-hebbian", "rule=backpropagation", "rule=recurrent-backpropagation"],
    ["relaxation.updates=euler", "relaxation.step=0.30000000000000004"],
    ["relaxation.start=forward", "relaxation.start=persistent"],
    ["relaxation.free=7", "relaxation.free={tolerance: 1e-7, at-most: 1000000}"],
    ["relaxation.nudged={tolerance: .25, at-most: 1}"],
    ["nudging.kind=one-sided", "nudging.kind=random-sign", "nudging.beta=-0.5"],
    ["training.epochs=1000000", "training.momentum=0.9", "training.decay=2.5e-4"],
    [
      "training.schedule=cosine", "training.schedule={kind: exponential, factor: 0.99}",
      "training.schedule={kind: cosine, floor: 1e-3}",
      "training.schedule={kind: cosine-restarts, period: 10}",
      "training.schedule={floor: .5, growth: 2, period: 3, kind: cosine-restarts}",
    ],
    [
      "training.optimizer={kind: adam, square: .99}\ntraining.momentum=0",
      "training.optimizer=nesterov\ntraining.momentum=0.8", "training.optimizer={kind: sgd}",
    ],
    ["training.reduction=mpi", "training.shuffle=false"],
    ["tiling.shards=2", "tiling.slices=3"],
    ["training.batch=20", "training.batch=48"],
    ["checkpoint.every=5", "checkpoint={keep: 9, wait: true}"],
  ]

  @Test("the resolved file reads back as the same value, whatever its own name is")
  func roundTrip() throws {
    var choices = SeededGenerator(state: 1)
    var seen: Set<String> = []
    for _ in 0..<400 {
      var settings: [String] = []
      for group in Self.options where Bool.random(using: &choices) {
        settings += choices.pick(group).split(separator: "\n").map(String.init)
      }
      let runFile = try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings)
      let text = runFile.resolvedYAML
      let again = try RunFile.parse(text, file: "run.yaml")
      #expect(again == runFile)
      #expect(again.resolvedYAML == text)
      #expect(again.identity == runFile.identity)
      #expect(again.differences(from: runFile).isEmpty)
      seen.insert(text)
    }
    #expect(seen.count > 350)
  }

  @Test("the identity leaves out what steps already made do not depend on")
  func identity() throws {
    let base = try RunFile.parse(paperRunFile, file: "m.yaml")
    let same = [
      "name=other", "data.path=elsewhere", "checkpoint={every: 7, keep: 1, wait: true}", "training.epochs=99",
    ]
    for setting in same {
      let other = try RunFile.parse(paperRunFile, file: "n.yaml", settings: [setting])
      #expect(other != base)
      #expect(other.identity == base.identity)
      #expect(other.differences(from: base).isEmpty)
    }
    let changes = [
      ("network.layers.0.units=256", ["network.layers.0.units: 256 here, 500 there"]),
      (
        "relaxation.free={tolerance: 1e-4, at-most: 9}",
        ["relaxation.free: {tolerance: 0.0001, at-most: 9} here, 20 there"]
      ),
      (
        "data.normalize={mean: [0.5], deviation: [0.25]}",
        [
          "data.normalize.mean.0: 0.5 here, none there", "data.normalize.deviation.0: 0.25 here, none there",
        ]
      ),
      (
        "data.augment={flip: true}",
        ["data.augment.flip: true here, none there", "data.augment.crop: 0 here, none there"]
      ),
      ("data.divisor=null", ["data.divisor: none here, 256.0 there"]),
      (
        "training.schedule=cosine",
        ["training.epochs: 25 here, none there", "training.schedule: {kind: cosine} here, constant there"]
      ),
      (
        "rule=contrastive-hebbian", ["rule: contrastive-hebbian here, equilibrium-propagation there"]
      ),
      (
        "training.optimizer=adam",
        ["training.optimizer: {kind: adam, mean: 0.9, square: 0.999, epsilon: 1e-08} here, sgd there"]
      ),
      (
        "training.schedule={kind: cosine-restarts, period: 5, growth: 2}",
        ["training.schedule: {kind: cosine-restarts, period: 5, growth: 2} here, constant there"]
      ),
      ("nudging.reject=true", ["nudging.reject: true here, false there"]),
      ("network.layers.0.rate=balanced", ["network.layers.0.rate: balanced here, 0.2 there"]),
      ("tiling.shards=5", ["tiling.shards: 5 here, 4 there"]),
      (
        "network.layers=[{units: 500, activation: hard-sigmoid, rate: 0.2}]",
        [
          "network.layers.1.units: none here, 10 there",
          "network.layers.1.activation: none here, hard-sigmoid there",
          "network.layers.1.rate: none here, 0.1 there",
        ]
      ),
    ]
    for (setting, expected) in changes {
      let other = try RunFile.parse(paperRunFile, file: "m.yaml", settings: [setting])
      #expect(other.identity != base.identity)
      #expect(other.differences(from: base) == expected)
    }
  }

  @Test("a damaged file is read or refused with its name, never more")
  func damaged() {
    var choices = SeededGenerator(state: 2)
    let pieces = [
      "[", "]", "{", "}", ":", ": ", "- ", "\n", "  ", ",", "\"", "'", "#", "&a ", "*a", "!!str ", "?", "|",
      ">",
      "%", "@", "`", "---\n", "...\n", "\t", "<<: ", "~", "0", "-", "e", ".", "9999999999", "\u{0}",
      "\u{FEFF}",
      "\u{1F600}", "\r", "training:", "{a: 1}",
    ].map { Array($0.unicodeScalars) }
    let whole = Array(paperRunFile.unicodeScalars)
    var counts = (read: 0, refused: 0)
    for _ in 0..<6000 {
      var text = whole
      for _ in 0..<choices.pick([1, 1, 1, 2, 4]) {
        let at = Int.random(in: 0..<text.count, using: &choices)
        switch Int.random(in: 0..<4, using: &choices) {
        case 0: text.remove(at: at)
        case 1: text.insert(contentsOf: choices.pick(pieces), at: at)
        case 2: text.replaceSubrange(at...at, with: choices.pick(pieces))
        default:
          let from = Int.random(in: 0..<text.count, using: &choices)
          text.insert(contentsOf: text[from..<min(from + 12, text.count)], at: at)
        }
      }
      do {
        let runFile = try RunFile.parse(String(String.UnicodeScalarView(text)), file: "m.yaml")
        #expect((try? RunFile.parse(runFile.resolvedYAML, file: "m.yaml")) == runFile)
        counts.read += 1
      } catch {
        #expect(error.exitCode == 64 && error.description.hasPrefix("m.yaml:"))
        counts.refused += 1
      }
    }
    #expect(counts.read > 300 && counts.refused > 300, "\(counts)")
  }

  static let hostileTexts: [String: String] = [
    "lists in lists": String(repeating: "[", count: 1_000_000),
    "maps in maps": String(repeating: "{a: ", count: 200_000),
    "list marks": String(repeating: "- ", count: 500_000),
    "key marks": String(repeating: "? ", count: 500_000),
    "colons": String(repeating: "a: ", count: 300_000),
    "commas": String(repeating: ",", count: 1_000_000),
    "quotes": String(repeating: "\"", count: 1_000_000),
    "one long word": String(repeating: "a", count: 1_000_000),
    "many keys": (0..<50_000).map { "k\($0): \($0)\n" }.joined(),
    "aliases of aliases as keys": "a: &a [x, x, x]\n"
      + zip("bcdefghijklmnopq", "abcdefghijklmnop").map { "\($0): &\($0) [*\($1), *\($1), *\($1), *\($1)]\n" }
      .joined()
      + "? *q\n: 1\n? *q\n: 2\n",
    "aliases whose names begin with a dash": "a0: &-0 [x, x, x]\n"
      + (1...12).map { "a\($0): &-\($0) [*-\($0 - 1), *-\($0 - 1), *-\($0 - 1), *-\($0 - 1)]\n" }.joined()
      + "? *-12\n: 1\n? *-12\n: 2\n",
    "few aliases of a long list as keys": "a0: &a0 [" + String(repeating: "x,", count: 500_000) + "]\n"
      + (1...3).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]\n" }.joined()
      + "? *a3\n: 1\n? *a3\n: 2\n",
  ]

  @Test("A refusal is one line of limited length, whatever words it repeats")
  func oneLine() throws {
    let words = ["se7\u{1B}=1", "se7\u{1B}.units=2"]
    let twice = try #require(refusal(smallestRunFile, settings: words))
    #expect(twice.contains("'se7\u{FFFD}' is") && !twice.contains("\u{1B}"))
    let long = String(repeating: "x", count: 100_000)
    let cut = try #require(refusal(smallestRunFile, settings: ["\(long)=1", "\(long).units=2"]))
    #expect(cut.count < 1500)
  }

  @Test("Anchors and aliases inside words are letters", arguments: ["R&D 2*3*a*b*c*d*e", "a*b*c*d*e*f&g&h"])
  func words(text: String) throws {
    let run = try RunFile.parse(smallestRunFile + "name: \(text)\n", file: "m.yaml")
    #expect(run.name == text)
  }

  @Test("hostile files are refused in time", .timeLimit(.minutes(1)), arguments: hostileTexts.keys.sorted())
  func hostile(name: String) throws {
    let text = try #require(Self.hostileTexts[name])
    #expect(refusal(text)?.hasPrefix("m.yaml:") == true)
  }
}
