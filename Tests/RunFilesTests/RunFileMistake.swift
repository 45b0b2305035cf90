import Foundation
import TestSupport
import Testing

/// A text and the whole message it is refused with.
struct RunFileMistake: Sendable, CustomTestStringConvertible {
  let text: String
  let message: String
  var testDescription: String { text.replacingOccurrences(of: "\n", with: "⏎") }

  /// Pairs of lines, a mistake (`⏎` stands for a line's end) and its message; lines with `##` are headings.
  static func table(_ table: String) -> [Self] {
    let lines = table.split(separator: "\n").filter { !$0.hasPrefix("##") }
      .map { $0.replacingOccurrences(of: "⏎", with: "\n") }
    precondition(lines.count.isMultiple(of: 2), "a mistake lacks its message")
    return stride(from: 0, to: lines.count, by: 2).map { Self(text: lines[$0], message: lines[$0 + 1]) }
  }
}

// Those of a key begin on line 3, after the two lines of `smallestRunFile`.
extension RunFileMistake {
  static let keys = table(
    """
    nudging: {betta: 1}
    3:11: unknown key 'nudging.betta'; did you mean 'beta'?
    trainning: {}
    3:1: unknown key 'trainning'; did you mean 'training'?
    checkpoint: {evry: 1}
    3:14: unknown key 'checkpoint.evry'; did you mean 'every'?
    relaxation: {sweeps: 3}
    3:14: unknown key 'relaxation.sweeps'; the keys here are updates, step, factor, order, newton, temperature, burn-in, average, chains, inference, start, free and nudged
    shards: 2
    3:1: unknown key 'shards'; did you mean 'tiling.shards'?
    seed: 1⏎seed: 2
    4:1: duplicate key 'seed'; line 3 has it already
    training:⏎  batch: 4⏎  epochs: 2⏎  batch: 4
    6:3: duplicate key 'training.batch'; line 4 has it already
    tiling: {shards: 2, shards: 2}
    3:21: duplicate key 'tiling.shards'; line 3 has it already
    "seed": 1⏎seed: 2
    3:1: this key stands twice in its map; keep one
    {a: b}: 1
    3:1: a key must be a word; write KEY: VALUE
    """)

  static let values = table(
    """
    ## counts
    training: {batch: x}
    3:19: 'training.batch' is 'x'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: 0}
    3:19: 'training.batch' is '0'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: 1_000}
    3:19: 'training.batch' is '1_000'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: 010}
    3:19: 'training.batch' is '010'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: 16.0}
    3:19: 'training.batch' is '16.0'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: "16"}
    3:19: 'training.batch' is '16'; it takes a whole number from 1 to 1000000, such as 16
    training: {batch: 99999999999999999999}
    3:19: 'training.batch' is '99999999999999999999'; it takes a whole number from 1 to 1000000, such as 16
    training: {epochs: -3}
    3:20: 'training.epochs' is '-3'; it takes a whole number from 1 to 1000000, such as 20
    training: {epochs: {}}
    3:20: 'training.epochs' is a map; it takes a whole number from 1 to 1000000, such as 20
    training:⏎  epochs:
    4:10: 'training.epochs' is empty; it takes a whole number from 1 to 1000000, such as 20
    seed: -1
    3:7: 'seed' is '-1'; it takes a whole number from 0 to 18446744073709551615, such as 1
    checkpoint: {keep: 0}
    3:20: 'checkpoint.keep' is '0'; it takes a whole number from 1 to 1000000, such as 3
    relaxation: {free: 0}
    3:20: 'relaxation.free' is '0'; it takes a whole number from 1 to 1000000, such as 15, \
    or {tolerance: 1e-4, at-most: 100}
    ## numbers
    training: {momentum: 1}
    3:22: 'training.momentum' is '1'; it takes a number of at least 0 and below 1, such as 0.9
    training: {decay: .nan}
    3:19: 'training.decay' is '.nan'; it takes a number of at least 0, such as 2.5e-4
    training: {decay: 1e999}
    3:19: 'training.decay' is '1e999'; it takes a number of at least 0, such as 2.5e-4
    training: {decay: 0x1p3}
    3:19: 'training.decay' is '0x1p3'; it takes a number of at least 0, such as 2.5e-4
    training: {decay: inf}
    3:19: 'training.decay' is 'inf'; it takes a number of at least 0, such as 2.5e-4
    relaxation: {step: 0}
    3:20: 'relaxation.step' is '0'; it takes a number above 0 and at most 1, such as 0.5
    relaxation: {step: 1.5}
    3:20: 'relaxation.step' is '1.5'; it takes a number above 0 and at most 1, such as 0.5
    relaxation: {free: {tolerance: 0, at-most: 5}}
    3:32: 'relaxation.free.tolerance' is '0'; it takes a number above 0, such as 1e-4
    relaxation: {nudged: {tolerance: 1}}
    3:22: missing required key 'relaxation.nudged.at-most'; add at-most: 100
    nudging: {beta: 0}
    3:17: 'nudging.beta' is '0'; it takes a number other than 0, such as 0.2
    ## words, flags, texts, maps
    training: {shuffle: yes}
    3:21: 'training.shuffle' is 'yes'; it takes true or false
    training: {reduction: mpl}
    3:23: 'training.reduction' is 'mpl'; did you mean 'mpi'?
    relaxation: {updates: eulr}
    3:23: 'relaxation.updates' is 'eulr'; did you mean 'euler'?
    relaxation: {updates: newton}
    3:23: 'relaxation.updates' is 'newton'; it takes euler, even-odd, over-relaxed, gibbs, langevin or mala
    relaxation: {order: upward}
    3:21: 'relaxation.order' is 'upward'; did you mean 'upwards'?
    relaxation: {order: {free: down}}
    3:28: 'relaxation.order.free' is 'down'; it takes even-odd, upwards or downwards
    relaxation: {updates: euler, order: upwards}
    3:37: 'relaxation.order' is of no use to euler updates, which move all layers at once; delete it, or write updates: even-odd or over-relaxed
    relaxation: {updates: over-relaxed, factor: 2}
    3:45: 'relaxation.factor' is '2'; it takes a number above 0 and below 2, such as 1.2
    training: [1]
    3:11: 'training' is a list; it takes a map, such as {epochs: …}
    training: {schedule: {kind: exponential}}
    3:22: missing required key 'training.schedule.factor'; add factor: 0.99
    training: {schedule: exponential}
    3:22: missing required key 'training.schedule.factor'; write {kind: exponential, factor: 0.99}
    training: {schedule: {kind: cosine, factor: .9}}
    3:45: 'training.schedule.factor' is of no use to the cosine schedule; delete it or write kind: exponential
    training: {schedule: step}
    3:22: 'training.schedule' is 'step'; it takes constant, linear, cosine or {kind: exponential, factor: 0.99}
    training: {schedule: {kind: linear, floor: .1}}
    3:44: 'training.schedule.floor' is of no use to the linear schedule; delete it or write kind: cosine
    training: {schedule: {kind: linear, hold: 1}}
    3:43: 'training.schedule.hold' is '1'; it takes a number of at least 0 and below 1, such as 0.5
    training: {schedule: {kind: cosine, hold: .5}}
    3:43: 'training.schedule.hold' is of no use to the cosine schedule; delete it or write kind: linear
    training: {schedule: cosine-restarts}
    3:22: missing required key 'training.schedule.period'; write {kind: cosine-restarts, period: 10}
    training: {schedule: {kind: cosine-restarts, growth: 2}}
    3:22: missing required key 'training.schedule.period'; add period: 10
    training: {schedule: {kind: cosine, growth: 2}}
    3:45: 'training.schedule.growth' is of no use to the cosine schedule; delete it or write kind: cosine-restarts
    training: {schedule: {kind: exponential, factor: .9, floor: .1}}
    3:61: 'training.schedule.floor' is of no use to the exponential schedule; delete it or write kind: cosine
    training: {schedule: {kind: cosine, floor: 1.5}}
    3:44: 'training.schedule.floor' is '1.5'; it takes a number of at least 0 and at most 1, such as 0.01
    training: {schedule: {kind: cosine-restarts, period: 5, growth: 0}}
    3:65: 'training.schedule.growth' is '0'; it takes a whole number from 1 to 1000, such as 2
    training: {optimizer: adan}
    3:23: 'training.optimizer' is 'adan'; did you mean 'adam'?
    training: {optimizer: lion}
    3:23: 'training.optimizer' is 'lion'; it takes sgd, nesterov or adam
    training: {optimizer: {kind: sgd, mean: 0.9}}
    3:41: 'training.optimizer.mean' is of no use to sgd; delete it or write kind: adam
    training: {optimizer: {kind: adam, square: 1}}
    3:44: 'training.optimizer.square' is '1'; it takes a number of at least 0 and below 1, such as 0.999
    training: {optimizer: {kind: adam, epsilon: 0}}
    3:45: 'training.optimizer.epsilon' is '0'; it takes a number from 1e-20 to 1, such as 1e-8
    training: {optimizer: {kind: adam, beta1: 0.9}}
    3:36: unknown key 'training.optimizer.beta1'; the keys here are kind, mean, square and epsilon
    training: {optimizer: nesterov, momentum: 0}
    3:43: 'training.optimizer' is nesterov, but 'training.momentum' is 0; use a momentum above 0, such as 0.9, \
    or optimizer: sgd
    training: {optimizer: adam, momentum: 0.9}
    3:39: 'training.momentum' is of no use to adam, which has moments of its own; delete it or set it to 0
    name: a/b
    3:7: 'name' is 'a/b'; it takes a text of at most 100 bytes without '/' that starts with no dot, \
    such as mnist-1h
    ## two keys
    nudging: {beta: -1, kind: one-sided}
    3:17: 'nudging.beta' is -1.0, but even-odd updates have a minimum only above -1; \
    use a beta above -1, or relaxation.updates: euler
    nudging: {beta: 1, kind: random-sign}
    3:17: 'nudging.beta' is 1.0, but random-sign nudging also uses -1.0 and even-odd updates have a minimum \
    only above -1; use a beta between -1 and 1, or relaxation.updates: euler
    nudging: {beta: -1.5}
    3:17: 'nudging.beta' is -1.5, but centered nudging also uses -1.5 and even-odd updates have a minimum \
    only above -1; use a beta between -1 and 1, or relaxation.updates: euler
    tiling: {shards: 3}⏎training: {batch: 20}
    3:18: training.batch 20 cannot be dealt to 3 shards; use 1, 2, 4, 5, 10 or 20
    tiling: {shards: 40}⏎training: {batch: 5}
    3:18: training.batch 5 cannot be dealt to 40 shards; use 1 or 5
    tiling: {slices: 65}
    3:18: 'tiling.slices' is '65'; it takes a whole number from 1 to 64, such as 2
    tiling: {slices: 60}
    3:18: the 128 units of network.layers.0 cannot be cut into 60 slices; use at most 8
    """)

  static let yaml = table(
    """
    seed: &a 1⏎name: *a
    3:7: anchors and aliases (& and *) are not taken; write the value out or quote it
    name: *b
    3:7: anchors and aliases (& and *) are not taken; write the value out or quote it
    seed: !!int 1
    3:7: tags (!) are not taken; write the value alone
    ---⏎seed: 1
    3:1: a second document starts here; a run file holds one
    seed: [1
    4:1: this is not YAML; the parser says: did not find expected ',' or ']'
    """)

  static let missing = table(
    """
    (empty)
    1:1: missing required key 'data'; add data: {format: digits}
    # nothing
    1:1: missing required key 'data'; add data: {format: digits}
    data: {}⏎network:
    1:7: missing required key 'data.format'; add format: digits
    ⏎data: {format: digits}
    2:1: missing required key 'network.layers'; add layers: [{units: 500}, {units: 10}]
    data: {format: digits}⏎network: {}
    2:10: missing required key 'network.layers'; add layers: [{units: 500}, {units: 10}]
    data: {format: digits}⏎network: {layers: []}
    2:19: 'network.layers' is a list of 0; \
    it takes a list of 1 to 1000 elements, such as [{units: 500}, {units: 10}]
    data: {format: digits}⏎network: {layers: [{rate: 1}]}
    2:20: missing required key 'network.layers.0.units'; add units: 500
    data: {format: digits}⏎network: {layers: [{units: 2}, {units: 2000000}]}
    2:40: 'network.layers.1.units' is '2000000'; it takes a whole number from 1 to 1000000, such as 500
    data: {format: digits}⏎network: {layers: [{units: 2, rate: -1}]}
    2:37: 'network.layers.0.rate' is '-1'; it takes balanced or a number of at least 0, such as 0.05
    data: {format: idx}⏎network: {layers: [{units: 2}]}
    1:7: missing required key 'data.path'; name the folder of the idx files, as in path: data/mnist
    data: {format: digits, path: x}⏎network: {layers: [{units: 2}]}
    1:30: 'data.path' is of no use to the digits, which are embedded; delete it
    data: {format: cifar}⏎network: {layers: [{units: 2}]}
    1:7: missing required key 'data.path'; name the folder of the cifar files, as in path: data/cifar10
    data: {format: digits, normalize: {mean: [1, 2], deviation: [1]}}⏎network: {layers: [{units: 2}]}
    1:61: 'data.normalize' has 2 means and 1 deviations; write one number a channel in each
    data: {format: digits, augment: {flip: false}}⏎network: {layers: [{units: 2}]}
    1:33: 'data.augment' changes nothing; write {flip: true, crop: 4}, or delete it
    data: {format: digits, training: 10}⏎network: {layers: [{units: 2}]}⏎training: {batch: 12}
    3:19: a batch of 12 is more than data.training, 10; use a batch of at most 10
    - 1
    1:1: the run file is a list; it takes a map, such as {name: …}
    hello
    1:1: the run file is 'hello'; it takes a map, such as {name: …}
    """)

  static let options = table(
    """
    training.batch=x
    'training.batch' is 'x'; it takes a whole number from 1 to 1000000, such as 16
    trainin.batch=3
    unknown key 'trainin'; did you mean 'training'?
    training.bach=3
    unknown key 'training.bach'; did you mean 'batch'?
    seed
    there is no '=' in it; write KEY=VALUE, as in training.batch=20
    =3
    there is no key before '='; write KEY=VALUE, as in training.batch=20
    a..b=3
    there is no key before '='; write KEY=VALUE, as in training.batch=20
    seed=[1
    this is not YAML; the parser says: did not find expected ',' or ']'
    seed={a: 1, a: 2}
    duplicate key 'a'; keep one
    seed=*a
    anchors and aliases (& and *) are not taken; write the value out or quote it
    network.layers.2.rate=1
    'network.layers' has no element '2'; its elements are 0 to 1
    network.layers.x.rate=1
    'network.layers' has no element 'x'; its elements are 0 to 1
    data.format.x=1
    'data.format' is 'digits', which holds no 'x'; set it whole, as in data.format={x: …}
    network.layers=[]
    'network.layers' is a list of 0; it takes a list of 1 to 1000 elements, such as [{units: 500}, {units: 10}]
    data.normalize={mean: [0.5]}
    missing required key 'data.normalize.deviation'; add deviation: [0.25]
    data.normalize={mean: 0.5, deviation: [1]}
    'data.normalize.mean' is '0.5'; it takes a list of 1 to 1000 elements, such as [0.5, 0.5, 0.5]
    data.normalize={mean: [a], deviation: [1]}
    'data.normalize.mean.0' is 'a'; it takes a number, such as 0.5
    data.normalize={mean: [0.5], deviation: [0]}
    'data.normalize.deviation.0' is '0'; it takes a number above 0, such as 0.25
    data.normalize={men: [0.5], deviation: [1]}
    unknown key 'data.normalize.men'; did you mean 'mean'?
    data.augment={flip: yes}
    'data.augment.flip' is 'yes'; it takes true or false
    data.augment={crop: -1}
    'data.augment.crop' is '-1'; it takes a whole number from 0 to 1000, such as 4
    data.augment={}
    'data.augment' changes nothing; write {flip: true, crop: 4}, or delete it
    data.augment=true
    'data.augment' is 'true'; it takes a map, such as {flip: …}
    tiling.shards=3
    training.batch 16 cannot be dealt to 3 shards; use 1, 2, 4, 8 or 16
    """)
}
