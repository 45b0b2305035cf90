import DataSets
import FileFormats
import MessagePassing

extension FileError: ExitCoded {}
extension RunFileError: ExitCoded {}
extension DataError: ExitCoded {}
