// The soft-max of a read-out, which is no state: one chain of sums over the columns in order. Part of template.h.

static double NAME(read_out)(const eq_update *u) {
  double largest = 0;
  for (long r = 0; r < u->rows; r++) {
    const SCALAR *drive = (const SCALAR *)u->drive + r * u->drive_stride;
    const SCALAR *before = (const SCALAR *)u->states + r * u->states_stride;
    const SCALAR *targets = u->targets ? (const SCALAR *)u->targets + r * u->targets_stride : 0;
    SCALAR *p = (SCALAR *)u->next + r * u->next_stride;
    SCALAR *activity = (SCALAR *)u->activity + r * u->activity_stride;
    SCALAR most = drive[0], whole = 0;
    for (long j = 1; j < u->columns; j++) most = drive[j] > most ? drive[j] : most;
    for (long j = 0; j < u->columns; j += 16) {
      V powers = NAME(exp_v)(*(const V *)(drive + j) - (V)(most));
      for (long i = 0; i < 16 && j + i < u->columns; i++) whole += powers[i];
    }
    for (long j = 0; j < u->columns; j += 16) {
      V powers = NAME(exp_v)(*(const V *)(drive + j) - (V)(most));
      for (long i = 0; i < 16 && j + i < u->columns; i++) {
        SCALAR next = powers[i] / whole, change = next - before[j + i];
        if (change < 0) change = -change;
        if (!(change <= largest)) largest = change;
        activity[j + i] = targets ? (SCALAR)u->beta * (targets[j + i] - next) : 0;
        p[j + i] = next;
      }
    }
  }
  return largest;
}
