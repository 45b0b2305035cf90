import ArgumentParser
import Inspection

extension FlowSampler: ExpressibleByArgument {}

/// How points of a flow are followed, whatever is made of where they end.
struct FlowOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Of a flow: the last time t; beyond 1 samples are sharper.", valueName: "t"))
  var until = 1.0

  @Option(help: "Of a flow: how a velocity is found, spring or gradient.")
  var sampler = FlowSampler.spring

  func validate() throws {
    guard until > 0, until <= 10 else {
      throw ValidationError("--until \(until): above 0 and at most 10 is needed")
    }
  }

  func course(step: Double?, seed: UInt64) -> FlowCourse {
    var course = FlowCourse()
    (course.sampler, course.until, course.seed) = (sampler, until, seed)
    course.step = step ?? course.step
    return course
  }
}
