import DataSets
import EnergyModels
import RunFiles
import Schema
import Tensors
import TestSupport
import Testing

@Suite("Run file: kernels, pooling, read-outs") struct RunFilePictureTests {
  static let chain = """
    data: {format: digits}
    network:
      layers:
        - {units: 8, kernel: 3, padding: 1, pool: max}
        - {units: 6, kernel: 2, stride: 2, pool: {kind: average, size: 1}, gain: 0.4}
        - {units: 10, activation: linear}
      initialization: {uniform: 0.7}

    """

  private func refusal(_ settings: String...) -> String? {
    do throws(SchemaError) {
      _ = try RunFile.parse(Self.chain, file: "p.yaml", settings: settings)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A chain written as a graph is the same run, and kernels stand where they were written")
  func graph() throws {
    let chain = try RunFile.parse(Self.chain, file: "p.yaml")
    let graph = """
      data: {format: digits}
      network:
        layers: [{units: 8}, {units: 6, gain: 0.4}, {units: 10, activation: linear}]
        connections:
          - {from: 2, to: 3}
          - {from: 0, to: 1, kernel: 3, padding: 1, pool: max}
          - {from: 1, to: 2, kernel: 2, stride: 2, pool: {kind: average, size: 1}}
        initialization: {uniform: 0.7}

      """
    #expect(try RunFile.parse(graph, file: "p.yaml") == chain)
    let again = try RunFile.parse(chain.resolvedYAML, file: "again.yaml")
    #expect(again == chain && again.resolvedYAML == chain.resolvedYAML)
    let network = try chain.network.network(input: .digits)
    #expect((0...3).map { "\(network.shape($0))" } == ["8×8×1", "4×4×8", "2×2×6", "10"])
    #expect(network.connections[1].coupling.pooling == Pooling(kind: .average, size: 1))
    #expect(network.layers[1].gain == 0.4)
  }

  @Test("Contradictions are told with what to do")
  func mistakes() {
    func told(_ part: String, _ settings: String...) {
      let message = settings.count == 1 ? refusal(settings[0]) : refusal(settings[0], settings[1])
      #expect(message?.contains(part) == true, "\(message ?? "taken")")
    }
    told("but no kernel; add kernel: 1, or delete them", "network.layers.2.pool=max")
    told("did you mean 'max'?", "network.layers.0.pool=maxx")
    told("write activation: softmax in the last layer", "network.cost=cross-entropy")
    told("write cost: cross-entropy in network", "network.layers.2.activation=softmax")
    told("only the output can be a read-out", "network.layers.0.activation=softmax")
    told(
      "write kernel, stride, padding and pool in network.connections",
      "network.connections=[{from: 0, to: 1}, {from: 1, to: 2}, {from: 0, to: 3}]")
    told("write initialization: {uniform: 0.7}", "network.initialization=glorot-uniform")
    told("write pool: max or pool: average", "network.layers.0.pool=soft", "rule=recurrent-backpropagation")
    told("write pool: average", "nudging={kind: n-point, points: 4}", "network.layers.1.activation=tanh")
  }

  @Test("Layers that do not fit the data are told when these are opened")
  func shapes() throws {
    let data = try DataSet.open(DataSource(format: .digits))
    func check(_ settings: String...) throws -> String? {
      let run = try RunFile.parse(Self.chain, file: "p.yaml", settings: settings)
      do {
        try run.check(against: data)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(try check() == nil)
    let large = try check("network.layers.0.kernel=11")
    #expect(
      large
        == "network: the connection from 0 to 1 has a kernel or pooling larger than the 8×8×1 units of layer 0 "
        + "allow; the input is 8×8×1")
    let open = try check("network.layers.2.kernel=1")
    #expect(open?.contains("the output has 2×2×10 units, a class needs one") == true)
  }
}
