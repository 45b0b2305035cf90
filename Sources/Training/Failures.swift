import DataSets
import FileFormats
import MessagePassing
import Schema

extension FileError: ExitCoded {}
extension SchemaError: ExitCoded {}
extension DataError: ExitCoded {}
