extension RunFile {
  /// What each key means, one sentence a key; a test demands one for every key.
  static let meanings: [String: String] = [
    "name": "What the run is called, and its directory below `runs/`; the run file's own name without.",
    "seed": "The key of every random number of the run.",
    "data.format": "The form of the data; `digits` are embedded and need no path.",
    "data.path": "The folder of the data's files.",
    "data.training": "How many of the training examples train; all that are not held back without.",
    "data.validation": "How many training examples are held back to choose the best epoch by.",
    "data.divisor": "What a pixel's byte is divided by; its largest value without: 255, of `digits` 16.",
    "network.layers": "The layers above the input, from the input's side; the last one is the output.",
    "network.layers.0.units": "How many units the layer has.",
    "network.layers.0.activation": "ρ of the layer's units.",
    "network.layers.0.rate":
      "α of the weights and biases into this layer; `balanced` finds the one that changes weights by the output's share.",
    "network.connections":
      "Which layers are joined, the input being layer 0; each with the next one without.",
    "network.connections.0.from": "The lower layer of a connection.",
    "network.connections.0.to": "Its upper layer.",
    "network.initialization": "How weights are drawn before the first step; biases begin at 0.",
    "network.initialization.uniform": "U(±gain/√n) for n units of the layer below.",
    "network.initialization.spectral":
      "U(±gain √3/(√n + √m)) between n and m units: the gain is the weights' largest singular value.",
    "network.cost": "C(y), which training makes small: half the squared distance of output and target.",
    "rule": "How a connection learns.",
    "relaxation.updates":
      "Euler steps of all layers at once, sweeps of even and odd layers to their minimum, or beyond it.",
    "relaxation.step": "ε of an Euler step.",
    "relaxation.factor": "How far beyond the minimum an over-relaxed sweep goes: 1 is the minimum.",
    "relaxation.start":
      "Where free states begin: at 0, where the example was left an epoch ago, or fed forward.",
    "relaxation.free": "How many iterations the free phase has, or a tolerance and the most it may take.",
    "relaxation.free.tolerance": "The free phase ends once no unit moves faster: the largest |Δs|/ε.",
    "relaxation.free.at-most": "The most iterations of a free phase with a tolerance.",
    "relaxation.nudged": "The same of the nudged phase, or of each of them.",
    "relaxation.nudged.tolerance": "The nudged phase ends once no unit moves faster.",
    "relaxation.nudged.at-most": "The most iterations of a nudged phase with a tolerance.",
    "nudging.kind":
      "One nudged phase, one of a random sign a batch, two of opposite signs, or complex points on a circle.",
    "nudging.beta": "β, the strength of the pull towards the target; of `n-point` the circle's radius.",
    "nudging.points": "How many points on the circle.",
    "nudging.reject": "Whether examples that break C(s^β) ≤ C(s⁰) ≤ C(s^−β) are left out of the step.",
    "training.epochs": "Passes over the training examples.",
    "training.batch": "Examples of a step.",
    "training.shuffle": "Whether every epoch deals the examples in another order.",
    "training.momentum": "The share of the last change that is made again.",
    "training.decay": "λ: a step adds −α λ W.",
    "training.schedule": "How the rates change from epoch to epoch.",
    "training.schedule.kind": "Constant, times a factor each epoch, or half a cosine down to 0.",
    "training.schedule.factor": "What an epoch multiplies the rates by, of the exponential schedule.",
    "training.reduction":
      "Who sums over replicas: a tree of its own with the same bits on every grid, or `MPI_Allreduce`, whose bits belong to the grid.",
    "training.precision": "The number type of states and weights.",
    "tiling.shards":
      "Into how many parts each batch is cut: the most replicas; the largest power of two up to 8 that divides the batch without.",
    "tiling.slices":
      "Into how many parts each layer of 64 units or more is cut: the most slices; the largest power of two up to 8 that leaves a part 32 units without.",
    "checkpoint.every": "Steps between checkpoints; one at each epoch's end without.",
    "checkpoint.keep": "How many checkpoints stay, the best one besides.",
    "checkpoint.wait": "Whether training waits until a checkpoint is on the disk.",
    "report.html": "Whether `report.html` is written as epochs end.",
    "report.tensorboard": "Whether TensorBoard's events are written as epochs end.",
  ]
}
