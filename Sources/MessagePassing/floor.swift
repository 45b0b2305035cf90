enum MessagePassingFloor {}
