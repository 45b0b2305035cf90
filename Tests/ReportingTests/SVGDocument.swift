import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG document as a parser reads it.
final class SVGDocument: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The classes of the elements around it, the outermost first.
    let ancestors: [String]
    var text = ""

    var classes: [String] { (attributes["class"] ?? "").split(separator: " ").map(String.init) }
    func number(_ attribute: String) -> Double? { attributes[attribute].flatMap(Double.init) }
  }

  private(set) var elements: [Element] = []
  private(set) var isWellFormed = false
  private var open: [Int] = []

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func all(_ name: String, class wanted: String? = nil) -> [Element] {
    elements.filter { $0.name == name && wanted.map($0.classes.contains) ?? true }
  }

  /// The texts of a group of ticks.
  func texts(in group: String) -> [String] {
    elements.filter { $0.name == "text" && $0.ancestors.contains(group) }.map(\.text)
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let ancestors = open.flatMap { elements[$0].classes }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes, ancestors: ancestors))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let last = open.last { elements[last].text += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }
}
