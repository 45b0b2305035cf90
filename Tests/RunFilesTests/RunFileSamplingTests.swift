import EquilibriumPropagation
import RunFiles
import Schema
import Testing

@Suite("Run file: states that are drawn") struct RunFileSamplingTests {
  private static let start = """
    data: {format: digits}
    network: {layers: [{units: 64}, {units: 10, activation: linear}]}

    """

  private func read(_ settings: String...) throws -> RunFile {
    try RunFile.parse(Self.start, file: "m.yaml", settings: settings)
  }

  @Test("phases last burn-in + average sweeps, and what is drawn decides a run only where it is drawn")
  func sweeps() throws {
    let drawn = try read("relaxation.updates=gibbs", "relaxation.burn-in=7", "relaxation.average=4")
    #expect(drawn.relaxation.free == Duration(atMost: 11) && drawn.relaxation.nudged == Duration(atMost: 11))
    #expect(drawn.relaxation.sampling.temperature == 0.01 && drawn.nudging.noise == .common)
    #expect(try RunFile.parse(drawn.resolvedYAML, file: "m.yaml") == drawn)
    let still = try read()
    #expect(still.relaxation.free == Duration(atMost: 15))
    #expect(try read("relaxation.temperature=3", "nudging.noise=independent").identity == still.identity)
    #expect(try read("relaxation.updates=gibbs", "relaxation.temperature=3").identity != drawn.identity)
    // A recipe is one changed key away.
    let recipe = RunFileTests.recipes.first { $0.hasSuffix("/digits.yaml") }
    let changed = try RunFile.load(path: try #require(recipe), settings: ["relaxation.updates=gibbs"])
    #expect(changed.relaxation.free == Duration(atMost: 30))
    // What phases keep, and what they promise.
    let procedure = drawn.procedure
    #expect(procedure.phases.allSatisfy { $0.keeps == .averages(last: 4) })
    #expect(procedure.contrast.promise == nil && procedure.contrast.terms == [.averages(1, minus: 2)])
    let covariance = try read("relaxation.updates=gibbs", "nudging.estimator=covariance").procedure
    #expect(covariance.phases.count == 1 && covariance.contrast.terms == [.covariance(0)])
    // At T = 0 states rest, and all is as without noise.
    let cold = try read("relaxation.updates=gibbs", "relaxation.temperature=0").procedure
    #expect(cold.phases.allSatisfy { $0.keeps == .end } && cold.contrast.terms == [.difference(1, minus: 2)])
  }

  @Test(
    "several chains of an example count where states are drawn, and are refused where they are carried on")
  func chains() throws {
    let several = try read("relaxation.updates=gibbs", "relaxation.chains=4")
    #expect(several.relaxation.chains == 4)
    #expect(several.identity != (try read("relaxation.updates=gibbs")).identity)
    #expect(try read("relaxation.chains=4").relaxation.chains == 1)
    #expect(try read("relaxation.chains=4").identity == (try read()).identity)
    let message = "'relaxation.chains' is 4, but start: persistent carries on one chain an example"
    let error = #expect(throws: SchemaError.self) {
      try read("relaxation.updates=gibbs", "relaxation.chains=4", "relaxation.start=persistent")
    }
    #expect(error?.description.contains(message) ?? false)
  }

  @Test(
    "what drawn states cannot do is refused at its key, with what mends it",
    arguments: [
      (
        ["network.layers.0.activation=tanh"],
        "'network.layers.0.activation' is tanh, whose states have no distribution in closed form, which gibbs draws from; use hard-sigmoid, linear, relu6 or half-hard-sigmoid, or relaxation.updates: mala or langevin"
      ),
      (
        ["rule=recurrent-backpropagation"],
        "'relaxation.updates' is gibbs, but the rule recurrent-backpropagation contrasts states at rest, which drawn ones never are; use equilibrium-propagation, or updates: even-odd"
      ),
      (
        ["rule=continual", "nudging.kind=one-sided"],
        "'relaxation.updates' is gibbs, but the rule continual contrasts states at rest, which drawn ones never are; use equilibrium-propagation, or updates: even-odd"
      ),
      (
        ["nudging.form=linear"],
        "'nudging.form' is linear, but states that are drawn feel the whole cost; delete it"
      ),
      (
        ["nudging.reject=true"],
        "'nudging.reject' is of no use to the rule equilibrium-propagation; delete it or set it to false"
      ),
      (
        ["rule=contrastive-hebbian", "nudging.estimator=covariance"],
        "'nudging.estimator' is covariance, but the rule contrastive-hebbian contrasts phases; use rule: equilibrium-propagation, or estimator: contrast"
      ),
      (
        ["nudging.estimator=covariance", "relaxation.average=1"],
        "'relaxation.average' is 1, but a covariance needs more states than one; use 20 or more"
      ),
      (
        ["relaxation.updates=even-odd", "nudging.estimator=covariance"],
        "'nudging.estimator' is covariance, but relaxation.updates: even-odd comes to rest, where nothing varies; use updates: gibbs, or estimator: contrast"
      ),
      (
        ["relaxation.updates=euler", "network.layers.0.activation=binary"],
        "'network.layers.0.activation' is binary, but euler moves states by steps; write relaxation.updates: gibbs, or use hard-sigmoid"
      ),
      (
        ["relaxation.updates=mala", "network.layers.0.activation=binary"],
        "'network.layers.0.activation' is binary, but mala moves states by steps; write relaxation.updates: gibbs, or use hard-sigmoid"
      ),
      (
        ["relaxation.updates=mala", "network.cost=cross-entropy", "network.layers.1.activation=softmax"],
        "'network.layers.1.activation' is softmax, whose force is no energy's that could be drawn from; use linear, and cost: squared-error"
      ),
      (
        ["relaxation.updates=mala", "rule=continual", "nudging.kind=one-sided"],
        "'relaxation.updates' is mala, but the rule continual contrasts states at rest, which drawn ones never are; use equilibrium-propagation, or updates: even-odd"
      ),
      (
        ["relaxation.updates=mala", "relaxation.step=1.5"],
        "'relaxation.step' is '1.5'; it takes a number above 0 and at most 1, such as 0.5"
      ),
      (
        ["rule=backpropagation", "network.layers.0.activation=binary"],
        "'network.layers.0.activation' is binary, but the rule backpropagation makes passes; write relaxation.updates: gibbs, or use hard-sigmoid"
      ),
      (
        ["network.cost=cross-entropy", "network.layers.1.activation=softmax"],
        "'network.layers.1.activation' is softmax, whose force is no energy's that could be drawn from; use linear, and cost: squared-error"
      ),
      (
        ["network.layers.0.kernel=3", "network.layers.0.pool=max"],
        "'network.layers.0.pool' is max, under which states have no distribution in closed form, which gibbs draws from; write pool: average, or relaxation.updates: mala or langevin"
      ),
      (
        ["relaxation.temperature=-1"],
        "'relaxation.temperature' is '-1'; it takes a number of at least 0, such as 0.01"
      ),
    ] as [([String], String)])
  func refused(settings: [String], message: String) throws {
    let error = #expect(throws: SchemaError.self) {
      try RunFile.parse(Self.start, file: "m.yaml", settings: ["relaxation.updates=gibbs"] + settings)
    }
    #expect(error.map { "\($0)" }?.contains(message) ?? false, "\(error.map { "\($0)" } ?? "")")
  }

  @Test("every start, nudging and activation that states can be drawn with is taken")
  func taken() throws {
    for settings in [
      ["relaxation.start=persistent"], ["relaxation.start=forward"], ["nudging.kind=one-sided"],
      ["nudging.kind=random-sign", "nudging.noise=independent"], ["rule=coupled"],
      ["rule=contrastive-hebbian"], ["rule=backpropagation"], ["network.layers.0.activation=binary"],
      ["network.layers.1.activation=binary"], ["relaxation.inference=at-rest"],
      ["network.layers.0.kernel=3", "network.layers.0.pool=average"],
      ["relaxation.updates=langevin", "network.layers.0.activation=silu"],
      ["relaxation.updates=mala", "network.layers.0.activation=tanh"],
      ["relaxation.updates=mala", "network.layers.0.kernel=3", "network.layers.0.pool=soft"],
      ["network.input={anchor: {spring: 2}}"],
    ] {
      let run = try RunFile.parse(
        Self.start, file: "m.yaml", settings: ["relaxation.updates=gibbs"] + settings)
      #expect(try RunFile.parse(run.resolvedYAML, file: "m.yaml") == run, "\(settings)")
    }
  }
}
