// The linear response of a layer to a small force. Part of template.h.

static double NAME(respond)(const eq_response *u) {
  SCALAR most = 0, step = u->step, one = 1;
  ROWS(u) {
    const SCALAR *now = ROW(u->response, u->response_stride), *drive = ROW(u->drive, u->drive_stride),
                 *force = ROW(u->force, u->force_stride), *slope = ROW(u->slope, u->slope_stride),
                 *bend = ROW(u->bend, u->bend_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *seen = ROW(u->seen, u->seen_stride);
    for (long j = 0; j < u->columns; j++) {
      // Units that are clipped respond to nothing.
      SCALAR pull = slope[j] * drive[j];
      if (force) pull += seen && (bend || slope[j] != 0) ? force[j] : force[j] * slope[j];
      if (bend) pull = MATH(fma)(bend[j], now[j], pull);
      SCALAR moved = step == 0 ? pull : MATH(fma)(step, pull - now[j], now[j]), change = MATH(fabs)(moved - now[j]);
      most = change > most ? change : most;
      next[j] = moved;
      if (seen) seen[j] = slope[j] * moved;
    }
  }
  return most / (step == 0 ? one : step);
}

static void NAME(slopes)(long rows, long columns, eq_activation activation, const void *s_, long s_stride,
                         const void *activity_, long activity_stride, const void *drive_, long drive_stride,
                         void *slope_, long slope_stride, void *bend_, long bend_stride) {
  SCALAR bound = NAME(bound)(activation);
  for (long r = 0; r < rows; r++) {
    const SCALAR *s = (const SCALAR *)s_ + r * s_stride, *rho = (const SCALAR *)activity_ + r * activity_stride;
    const SCALAR *drive = (const SCALAR *)drive_ + r * drive_stride;
    SCALAR *slope = (SCALAR *)slope_ + r * slope_stride, *bend = ROW(bend_, bend_stride);
    for (long j = 0; j < columns; j++) {
      SCALAR second;
      NAME(slope_and_bend)(activation, s[j], rho[j], &slope[j], &second);
      if (bound > 0 && !(rho[j] > 0 && rho[j] < bound)) slope[j] = 0;
      if (bend) bend[j] = second * drive[j];
    }
  }
}
