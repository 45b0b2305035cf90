enum FileFormatsFloor {}
