import FileFormats

// Examples as a network knows them that was trained on others.

extension DataSet {
  /// The same examples, whose targets a network knows by other moments: those of the data that it was trained on.
  public func standardized(by moments: ColumnMoments?) -> DataSet {
    guard let moments, targets == 0 || moments.mean.count == targets else { return self }
    var data = self
    data.targetMoments = moments
    return data
  }

  /// Of a table the columns that go in; nil without a heading.
  public var columns: [String]? {
    if case .csv(let set) = store { set.parts.all[0].columns } else { nil }
  }

  /// Whether classes have names of their own here, a table's or a folder's.
  private var isNamed: Bool {
    switch store {
    case .csv, .pictures: true
    default: false
    }
  }

  /// The same examples, whose inputs a network knows by other columns and moments, and classes by other names: those of the
  /// data that it was trained on. Throws bad data where a table lacks one of the columns.
  public func known(
    columns: [String]?, inputs moments: ColumnMoments?, classes names: [String]?
  ) throws(FileError) -> DataSet {
    var data = self
    if case .csv(var set) = store {
      try set.arrange(as: columns)
      (data.store, data.inputs, data.extents) = (.csv(set), set.features, [1, set.features, 1])
    }
    if inputMoments != nil || moments != nil { data.inputMoments = moments }
    if let names, isNamed, supervision == .labels {
      data.answerNames = names
      data.classNames = names == names.indices.map { "\($0)" } ? [] : names
    }
    return data
  }

  /// The same examples as pictures of these extents, where each is one row of as many numbers, or a grey picture in a file of
  /// its own where colours are known; nil where it is not. Throws what of the source does not fit them.
  public func shaped(as extents: [Int]) throws(DataError) -> DataSet? {
    var data = self
    let coloured = [self.extents[0], self.extents[1], 3]
    if case .pictures(let set) = store, self.extents[2] == 1, extents == coloured {
      (data.store, data.extents, data.inputs) = (.pictures(set.coloured()), extents, extents.reduce(1, *))
    }
    guard extents == data.extents || data.extents == [1, inputs, 1] && extents.reduce(1, *) == inputs else {
      return nil
    }
    try source.check(extents: extents)
    data.extents = extents
    return data
  }
}
