import Yams

/// The YAML of a subject or of a `--set` value, made into a tree of texts and positions.
///
/// YAML is taken without its traps: no anchors, aliases, tags or second documents, at most
/// `deepest` levels, keys that are words and stand once.
struct Document {
  /// Levels of maps and lists at most.
  static let deepest = 16

  /// How messages name the text: `a run file` or `a value`.
  let subject: String
  /// The position of a line and column of the text, both counted from 1.
  let position: (_ line: Int, _ column: Int) -> Position

  /// The tree of `text`; an empty text is `.empty` at its start.
  ///
  /// Throws `SchemaError` at the first thing that is not plain YAML.
  func tree(_ text: String) throws(SchemaError) -> Tree {
    try refuseControlCharacters(text)
    try refuseAliasBomb(text)
    do {
      return try compose(text)
    } catch {
      switch error {
      case .mistake(let mistake):
        throw mistake
      case .duplicate(let mark):
        throw duplicate(at: mark, in: text)
      case .syntax(let problem, let mark):
        let at = mark.map { position(max($0.line, 1), max($0.column, 1)) } ?? position(1, 1)
        throw SchemaError(at, "this is not YAML", hint: problem)
      }
    }
  }

  /// What can be wrong with a text before its values are looked at.
  enum Failure: Error {
    case mistake(SchemaError)
    case duplicate(Mark)
    case syntax(String, Mark?)
  }

  func compose(_ text: String) throws(Failure) -> Tree {
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw failure(error)
    }
    // The parsed values hold their anchors weakly: the parser must outlive the conversion, which refuses anchors.
    return try withExtendedLifetime(parser) { () throws(Failure) -> Tree in
      guard let root else { return Tree(content: .empty, position: position(1, 1)) }
      do throws(SchemaError) {
        return try convert(root, path: "", depth: 0)
      } catch {
        throw .mistake(error)
      }
    }
  }

  private func failure(_ error: any Error) -> Failure {
    switch error as? YamlError {
    case .composer(_, let problem, let mark, _) where problem.contains("another document"):
      return .mistake(
        SchemaError(
          position(mark.line, mark.column), "a second document starts here", hint: "\(subject) holds one"))
    case .composer(_, _, let mark, _):
      return .mistake(anchors(position(mark.line, mark.column)))
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      guard !problem.contains("nesting level") else {
        return .mistake(tooDeep(position(mark.line, mark.column)))
      }
      return .syntax("the parser says: \(problem)", mark)
    case .reader(let problem, _, _, _):
      return .syntax("the parser says: \(problem)", nil)
    case .duplicatedKeysInMapping(_, let context):
      return .duplicate(context.mark)
    default:
      return .syntax("the parser says: \(error)", nil)
    }
  }

  // MARK: - Conversion

  private func convert(_ yaml: Node, path: String, depth: Int) throws(SchemaError) -> Tree {
    let at = yaml.mark.map { position($0.line, $0.column) } ?? position(1, 1)
    guard yaml.anchor == nil else { throw anchors(at) }
    guard depth <= Self.deepest else { throw tooDeep(at) }
    switch yaml {
    case .scalar(let scalar):
      return Tree(content: try content(scalar, at), position: at)
    case .sequence(let sequence):
      guard sequence.tag.rawValue.isEmpty else { throw tags(at) }
      var elements: [Tree] = []
      for (index, element) in sequence.enumerated() {
        elements.append(try convert(element, path: "\(path)\(index).", depth: depth + 1))
      }
      return Tree(content: .list(elements), position: at)
    case .mapping(let mapping):
      guard mapping.tag.rawValue.isEmpty else { throw tags(at) }
      return Tree(content: .map(try entries(mapping, path: path, depth: depth)), position: at)
    case .alias:
      throw anchors(at)
    }
  }

  private func content(_ scalar: Node.Scalar, _ at: Position) throws(SchemaError) -> Tree.Content {
    guard scalar.style == .plain else { return .scalar(scalar.string, quoted: true) }
    guard scalar.tag.rawValue.isEmpty else { throw tags(at) }
    let empty = ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    return empty ? .empty : .scalar(scalar.string, quoted: false)
  }

  private func entries(
    _ mapping: Node.Mapping, path: String, depth: Int
  ) throws(SchemaError) -> [Tree.Entry] {
    var entries: [Tree.Entry] = []
    var positions: [String: Position] = [:]
    for (key, value) in mapping {
      let at = key.mark.map { position($0.line, $0.column) } ?? position(1, 1)
      guard key.anchor == nil else { throw anchors(at) }
      guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
        throw SchemaError(at, "a key must be a word", hint: "write KEY: VALUE")
      }
      if let first = positions.updateValue(at, forKey: scalar.string) {
        throw twice(path + scalar.string, at: at, first: first)
      }
      let value = try convert(value, path: "\(path)\(scalar.string).", depth: depth + 1)
      entries.append(.init(key: scalar.string, position: at, value: value))
    }
    return entries
  }

  // MARK: - Messages

  private func anchors(_ at: Position) -> SchemaError {
    SchemaError(at, "anchors and aliases (& and *) are not taken", hint: "write the value out or quote it")
  }

  private func tags(_ at: Position) -> SchemaError {
    SchemaError(at, "tags (!) are not taken", hint: "write the value alone")
  }

  private func tooDeep(_ at: Position) -> SchemaError {
    SchemaError(
      at, "values are nested more than \(Self.deepest) deep", hint: "\(subject) needs four levels at most")
  }
}
