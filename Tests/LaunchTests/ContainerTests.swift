import Foundation
import TestBasis
import Testing
import Yams

/// launch/kubernetes.yaml can be read, says the same thing in all its places, and fits launch/Containerfile.
@Suite struct ContainerTests {
  private let containerfile: String
  private let documents: [Node]
  private var job: Node { get throws { try #require(document("MPIJob")["spec"]) } }

  init() throws {
    containerfile = try String(contentsOfFile: Repository.root + "/launch/Containerfile", encoding: .utf8)
    let text = try String(contentsOfFile: Repository.root + "/launch/kubernetes.yaml", encoding: .utf8)
    documents = try Array(compose_all(yaml: text))
  }

  private func document(_ kind: String) throws -> Node {
    try #require(documents.first { $0["kind"]?.string == kind })
  }

  /// The pods of the launcher or of the ranks, by the operator's word, and their container.
  private func pods(_ word: String) throws -> (replicas: Int, policy: String, pod: Node, container: Node) {
    let replica = try #require(job["mpiReplicaSpecs"]?[word])
    let pod = try #require(replica["template"]?["spec"])
    return try (
      #require(replica["replicas"]?.int), #require(replica["restartPolicy"]?.string), pod,
      #require(pod["containers"]?[0])
    )
  }

  private func words(_ node: Node?) -> [String] { node?.array().compactMap(\.string) ?? [] }

  @Test func isAnMPIJobWithARunFileAndSharedStorage() throws {
    #expect(documents.compactMap { $0["kind"]?.string } == ["ConfigMap", "PersistentVolumeClaim", "MPIJob"])
    #expect(try document("MPIJob")["apiVersion"]?.string == "kubeflow.org/v2beta1")
    #expect(words(try document("PersistentVolumeClaim")["spec"]?["accessModes"]) == ["ReadWriteMany"])
    #expect(try #require(job["runPolicy"]?["backoffLimit"]?.int) > 0)
  }

  @Test func startsAsManyRanksAsThereAreSlots() throws {
    let launcher = try pods("Launcher")
    let ranks = try pods("Worker")
    let arguments = words(launcher.container["args"])
    let slots = try #require(job["slotsPerWorker"]?.int)
    #expect(
      Array(arguments.prefix(4)) == ["-n", String(ranks.replicas * slots), "--hosts", "/etc/mpi/hostfile"])
    #expect(launcher.replicas == 1)
    #expect(ranks.container["resources"]?["limits"]?["cpu"]?.string == String(slots))
    // Its run file can be trained on so many ranks.
    let folder = try TemporaryFolder()
    let file = try folder.write("run.yaml", #require(document("ConfigMap")["data"]?["run.yaml"]?.string))
    let outcome = try run(
      Repository.run, ["plan", file, "-n", arguments[1]],
      environment: ["EQPROP_EXECUTABLE": Repository.root + "/.build/release/eqprop"])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test func launcherAndRanksSeeTheSameFiles() throws {
    let launcher = try pods("Launcher")
    let ranks = try pods("Worker")
    #expect(launcher.container["image"] == ranks.container["image"])
    #expect(launcher.container["workingDir"] == ranks.container["workingDir"])
    #expect(launcher.container["volumeMounts"] == ranks.container["volumeMounts"])
    #expect(launcher.pod["volumes"] == ranks.pod["volumes"])
    let mounts = try #require(launcher.container["volumeMounts"]).array()
    let volumes = try #require(launcher.pod["volumes"]).array()
    #expect(mounts.map { $0["name"]?.string } == volumes.map { $0["name"]?.string })
    #expect(words(launcher.container["args"]).contains("/etc/eqprop/run.yaml"))
    #expect(mounts.contains { $0["mountPath"]?.string == "/etc/eqprop" })
  }

  @Test func comesAgainAndHasTimeToSave() throws {
    for word in ["Launcher", "Worker"] {
      let (_, policy, pod, _) = try pods(word)
      #expect(policy == "OnFailure")
      #expect(try #require(pod["terminationGracePeriodSeconds"]?.int) >= 120)
      #expect(pod["securityContext"]?["runAsUser"]?.int == 1000)
    }
    // Ranks must outlive the launcher's stop.
    let pause = try words(pods("Worker").container["lifecycle"]?["preStop"]?["exec"]?["command"])
    #expect(pause == ["sleep", "100"])
  }

  @Test func theImageHoldsWhatIsStarted() throws {
    let ranks = try pods("Worker").container
    let command = words(try pods("Launcher").container["command"])
    #expect(
      command == ["/eqprop/launch/run"] && containerfile.contains("WORKDIR /eqprop\nCOPY launch launch"))
    #expect(words(ranks["args"]).last == "/home/mpiuser/.sshd_config")
    #expect(containerfile.contains(">/home/mpiuser/.sshd_config"))
    #expect(try job["sshAuthMountPath"]?.string == "/home/mpiuser/.ssh")
    #expect(containerfile.contains("'HostKey /home/mpiuser/.ssh/id_rsa'"))
    let port = try #require(ranks["readinessProbe"]?["tcpSocket"]?["port"]?.int)
    #expect(containerfile.contains("'Port \(port)'") && containerfile.contains("'  Port \(port)'"))
    let images = containerfile.split(separator: "\n").filter { $0.hasPrefix("FROM ") }
    #expect(images == ["FROM swift:6.2-bookworm AS build", "FROM debian:bookworm-slim"])
  }
}
