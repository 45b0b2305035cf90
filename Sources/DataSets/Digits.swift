import FileFormats

/// The UCI 8×8 handwritten digits that stand in the program itself: 1,797 rows, pixels 0…16, labels 0…9.
public enum Digits {
  /// Whose work the embedded digits are, and its licence.
  public static let credit =
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998, "
    + "UCI Machine Learning Repository, CC BY 4.0"

  /// The number of rows.
  public static let count = 1797
  /// The rows that test when the run file does not say how many train.
  public static let testRows = 360

  static let extents = [8, 8]
  static let rowSize = 64

  /// SHA-256 of every pixel and label.
  static var digest: String { DigitsPixels.text.withUTF8Buffer { SHA256.digest(of: Array($0)) } }

  /// Calls `body` with each of `rows`, its 64 pixels and its label.
  static func readRows(
    _ rows: Range<Int>, _ body: (_ index: Int, _ pixels: UnsafeBufferPointer<UInt8>, _ label: UInt8) -> Void
  ) {
    DigitsPixels.text.withUTF8Buffer { text in
      // A row is its pixels, its label, and the blank or line end that follows.
      let stride = rowSize + 2
      precondition(text.count == count * stride - 1, "the embedded text has every row")
      var pixels = [UInt8](repeating: 0, count: rowSize)
      for index in rows {
        let start = index * stride
        for pixel in 0..<rowSize { pixels[pixel] = value(text[start + pixel]) }
        pixels.withUnsafeBufferPointer { body(index, $0, value(text[start + rowSize])) }
      }
    }
  }

  /// The value of a base-17 digit: 0…9, A…G.
  private static func value(_ character: UInt8) -> UInt8 {
    character < UInt8(ascii: "A") ? character - UInt8(ascii: "0") : character - UInt8(ascii: "A") + 10
  }
}
