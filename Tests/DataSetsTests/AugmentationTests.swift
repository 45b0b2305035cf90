import DataSets
import Testing

@Suite("Augmentation") struct AugmentationTests {
  let both = Augmentation(flip: true, crop: 4)

  @Test("a change depends on seed, epoch and example, and on nothing else")
  func keys() {
    func changes(seed: UInt64 = 1, epoch: Int = 0) -> [Augmentation.Change] {
      (0..<200).map { both.change(seed: seed, epoch: epoch, example: $0) }
    }
    #expect(changes() == changes())
    for other in [changes(seed: 2), changes(epoch: 1), changes(epoch: 2)] {
      // By chance one in 162 is alike.
      #expect(zip(other, changes()).count { $0 == $1 } < 10)
    }
  }

  @Test("offsets and mirrors are about equally frequent, and independent")
  func uniform() {
    var counts: [Augmentation.Change: Int] = [:]
    let draws = 162 * 400
    for example in 0..<draws { counts[both.change(seed: 3, epoch: 7, example: example), default: 0] += 1 }
    #expect(counts.count == 162)
    #expect(counts.keys.allSatisfy { -4...4 ~= $0.down && -4...4 ~= $0.right })
    #expect(counts.values.allSatisfy { abs(Double($0) - 400) < 5 * 20 })
  }

  @Test("without a crop nothing moves, without flips nothing is mirrored")
  func parts() {
    let flips = (0..<100).map { Augmentation(flip: true, crop: 0).change(seed: 1, epoch: 0, example: $0) }
    #expect(flips.allSatisfy { $0.down == 0 && $0.right == 0 } && Set(flips).count == 2)
    let crops = (0..<100).map { Augmentation(flip: false, crop: 2).change(seed: 1, epoch: 0, example: $0) }
    #expect(crops.allSatisfy { !$0.isMirrored } && Set(crops).count > 15)
  }
}
