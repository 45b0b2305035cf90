/// What says how an example should be answered, and so which files of a data set are needed.
public enum Supervision: String, Sendable {
  /// Its class.
  case labels
  /// Numbers of its own.
  case targets
  /// Its own input.
  case inputs
}
