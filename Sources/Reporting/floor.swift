enum ReportingFloor {}
