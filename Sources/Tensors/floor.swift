enum TensorsFloor {}
