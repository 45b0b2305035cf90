import FileFormats
import Foundation
import Testing

extension RealRanks {
  /// Whole runs against the optimizers' formulas: from each checkpoint to the next.
  @Suite struct TrainingOptimizers {
    /// α of each layer of `adam` and `nesterov` at the first step, the first layer's first.
    private static let rates: [String: [Double]] = [
      TrainingMethod.adam.name: [0.004, 0.002, 0.002, 0.001],
      TrainingMethod.nesterov.name: [0.05, 0.05, 0.02],
    ]
    private static let stepsPerEpoch = 7

    private func tensors(_ folder: TrainingFolder, _ output: String, step: Int) throws -> [String: [Double]] {
      var found: [String: [Double]] = [:]
      let checkpoint = try #require(folder.checkpoints(output).first { Int($0.dropFirst(5)) == step })
      let path = "\(output)/checkpoints/\(checkpoint)"
      for file in folder.names(path) where file.hasPrefix("layer-") {
        let reader = try Safetensors.Reader(path: "\(folder.path)/\(path)/\(file)")
        for tensor in reader.tensors {
          found[tensor.name] = try reader.elements(of: tensor, as: Double.self)
        }
      }
      return found
    }

    private func train(
      _ method: TrainingMethod, _ grid: String, _ settings: [String] = []
    ) throws -> TrainingFolder {
      let folder = try TrainingFolder(method.runFile)
      let options = ["training.precision=float64", "checkpoint={every: 1, keep: 99, wait: true}"] + settings
      let outcome = try folder.train(grid, options.flatMap { ["--set", $0] })
      try #require(outcome.status == 0, "\(outcome.story)")
      return folder
    }

    /// The layer that a tensor's name tells, from 0.
    private func layer(_ name: String) throws -> Int {
      try #require(Int(name.split(separator: ".")[1])) - 1
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, abs(b)) }

    @Test("Adam: means, squares and weights follow from those before, decay and restarts included")
    func adam() throws {
      let method = TrainingMethod.adam
      let folder = try train(method, "2x1x2")
      let (beta1, beta2, epsilon, decay) = (0.9, 0.999, 1e-8, 0.01)
      // Periods of 1 and 2 epochs: the second of the latter has come half of the way down to .1.
      let factors = [1, 1, 0.55]
      let rates = try #require(Self.rates[method.name])
      var (power1, power2) = (beta1, beta2)
      var before = try tensors(folder, "run", step: 1)
      for step in 2...3 * Self.stepsPerEpoch {
        (power1, power2) = (power1 * beta1, power2 * beta2)
        let after = try tensors(folder, "run", step: step)
        for (name, weights) in after where name.hasSuffix("weight") || name.hasSuffix("bias") {
          let rate = try rates[layer(name)] * factors[(step - 1) / Self.stepsPerEpoch]
          let keep = name.hasSuffix("weight") ? 1 - rate * decay : 1
          let (old, oldMean, oldSquare) = try (
            #require(before[name]), #require(before[name + ".mean"]), #require(before[name + ".square"])
          )
          let (mean, square) = try (#require(after[name + ".mean"]), #require(after[name + ".square"]))
          var wrong = 0
          for i in weights.indices {
            let g = (mean[i] - beta1 * oldMean[i]) / (1 - beta1)
            let size = (square[i] / (1 - power2)).squareRoot() + epsilon
            let moved = keep * old[i] - rate * mean[i] / (1 - power1) / size
            let isRight =
              isClose(square[i], beta2 * oldSquare[i] + (1 - beta2) * g * g) && isClose(weights[i], moved)
            wrong += isRight ? 0 : 1
          }
          #expect(wrong == 0, "\(name) at step \(step): \(wrong) of \(weights.count)")
        }
        before = after
      }
    }

    @Test("Adam's first mean is the gradient of plain descent")
    func gradient() throws {
      let method = TrainingMethod.adam
      let adam = try tensors(train(method, "1x1x1", ["training.epochs=1"]), "run", step: 1)
      let plain = ["training.optimizer=sgd", "training.momentum=0", "training.decay=0", "training.epochs=1"]
      let descended = try tensors(train(method, "1x1x1", plain), "run", step: 1)
      let rates = try #require(Self.rates[method.name])
      for (name, weights) in descended {
        let rate = try rates[layer(name)]
        let keep = name.hasSuffix("weight") ? 1 - rate * 0.01 : 1
        let (learnt, mean) = try (#require(adam[name]), #require(adam[name + ".mean"]))
        #expect(mean.contains { abs($0) > 1e-6 })
        for i in weights.indices {
          let g = mean[i] / 0.1
          let start = (learnt[i] + rate * g / (abs(g) + 1e-8)) / keep
          #expect(abs(weights[i] - (start - rate * g)) <= 1e-12)
        }
      }
    }

    @Test("Plain descent: momentum adds, decay pulls towards 0, the rates fall, each by its formula")
    func descent() throws {
      let (rates, momentum, decay) = ([0.2, 0.1], 0.5, 0.1)
      func run(_ momentum: Double, _ decay: Double) throws -> TrainingFolder {
        try train(
          TrainingMethod.persistent, "1x1x1",
          ["training.momentum=\(momentum)", "training.decay=\(decay)"])
      }
      let (plain, heavy, decaying) = try (run(0, 0), run(momentum, 0), run(momentum, decay))
      let (plain1, heavy1, decaying1) = try (
        tensors(plain, "run", step: 1), tensors(heavy, "run", step: 1), tensors(decaying, "run", step: 1)
      )
      let (plain2, heavy2) = try (tensors(plain, "run", step: 2), tensors(heavy, "run", step: 2))
      for (name, weights) in plain1 where name.hasSuffix("weight") || name.hasSuffix("bias") {
        let (rate, shrinks) = (try rates[layer(name)], name.hasSuffix("weight"))
        let gradient = try #require(heavy1[name + ".velocity"])
        let (second, heavySecond, decayed) = try (
          #require(plain2[name]), #require(heavy2[name]), #require(decaying1[name])
        )
        #expect(heavy1[name] == weights && gradient.contains { abs($0) > 1e-6 })
        let wrong = weights.indices.count {
          let start = weights[$0] + rate * gradient[$0]
          return !isClose(heavySecond[$0], second[$0] - rate * momentum * gradient[$0])
            || !isClose(decayed[$0], weights[$0] - (shrinks ? rate * decay * start : 0))
        }
        #expect(wrong == 0, "\(name): \(wrong) of \(weights.count)")
      }
      // Ten steps an epoch; the cosine has come half of the way down in the second.
      var before = heavy1
      for step in 2...20 {
        let after = try tensors(heavy, "run", step: step)
        for (name, weights) in after where name.hasSuffix("weight") || name.hasSuffix("bias") {
          let rate = try rates[layer(name)] * (step > 10 ? 0.5 : 1)
          let (old, velocity) = try (#require(before[name]), #require(after[name + ".velocity"]))
          let wrong = weights.indices.count { !isClose(weights[$0], old[$0] - rate * velocity[$0]) }
          #expect(wrong == 0, "\(name) at step \(step): \(wrong) of \(weights.count)")
        }
        before = after
      }
    }

    @Test("Nesterov: velocities and weights follow from those before")
    func nesterov() throws {
      let method = TrainingMethod.nesterov
      let folder = try train(method, "1x2x2")
      let (momentum, rates) = (0.9, try #require(Self.rates[method.name]))
      // A cosine over two epochs, half of the way down to .01 in the second.
      let factors = [1, 0.505]
      var before = try tensors(folder, "run", step: 1)
      for step in 2...2 * Self.stepsPerEpoch {
        let after = try tensors(folder, "run", step: step)
        for (name, weights) in after where !name.hasSuffix("velocity") {
          let rate = try rates[layer(name)] * factors[(step - 1) / Self.stepsPerEpoch]
          let (old, oldVelocity, velocity) = try (
            #require(before[name]), #require(before[name + ".velocity"]), #require(after[name + ".velocity"])
          )
          let wrong = weights.indices.count {
            let g = velocity[$0] - momentum * oldVelocity[$0]
            return !isClose(weights[$0], old[$0] - rate * (g + momentum * velocity[$0]))
          }
          #expect(wrong == 0, "\(name) at step \(step): \(wrong) of \(weights.count)")
        }
        before = after
      }
    }
  }
}
