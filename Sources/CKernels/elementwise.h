// What is done to one element after the other: updates, sums. Part of template.h.

#define ROWS(u) for (long r = 0; r < (u)->rows; r++)
#define ROW(pointer, stride) ((pointer) ? (SCALAR *)(pointer) + r * (stride) : (SCALAR *)0)

INLINE SCALAR NAME(largest)(V x) {
  SCALAR most = 0;
  for (int i = 0; i < 16; i++) most = x[i] > most ? x[i] : most;
  return most;
}

// What becomes of sixteen units where rho is straight: `moved`, clipped, and rho of it where that is not the same.
INLINE void NAME(put_straight)(eq_activation activation, V now, V moved, SCALAR *next, SCALAR *activity, long j,
                               V *most) {
  SCALAR top = NAME(top)(activation);
  if (top > 0) moved = NAME(clip)(moved, top);
  V change = __builtin_elementwise_abs(moved - now);
  *most = change > *most ? change : *most;
  *(V *)(next + j) = moved;
  if (activation == eq_half_hard_sigmoid) *(V *)(activity + j) = NAME(rho_v)(activation, moved);
}

// Where rho is straight: 16 columns at a time; padding columns are 0 and stay 0.
INLINE double NAME(euler_straight)(const eq_update *u, eq_activation activation) {
  V most = (V)(0), step = (V)((SCALAR)u->step), beta = (V)((SCALAR)u->beta);
  V slope = (V)(NAME(straight_slope)(activation));
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = ROW(u->targets, u->targets_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *activity = ROW(u->activity, u->activity_stride);
    for (long j = 0; j < u->columns; j += 16) {
      V now = *(const V *)(s + j), pull = *(const V *)(drive + j);
      if (activation == eq_half_hard_sigmoid) pull *= slope;
      V force = pull - now;
      if (d) force = __builtin_elementwise_fma(beta, *(const V *)(d + j) - now, force);
      V moved = __builtin_elementwise_fma(step, force, now);
      NAME(put_straight)(activation, now, moved, next, activity, j, &most);
    }
  }
  return NAME(largest)(most) / (SCALAR)u->step;
}

// Where rho bends: `activity` holds rho(s) before and after.
INLINE double NAME(euler_bent)(const eq_update *u, eq_activation activation) {
  V most = (V)(0), step = (V)((SCALAR)u->step), beta = (V)((SCALAR)u->beta);
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = ROW(u->targets, u->targets_stride), *before = ROW(u->activity_before, u->activity_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *activity = ROW(u->activity, u->activity_stride);
    for (long j = 0; j < u->columns; j += 16) {
      NAME(ivec) mask = NAME(lanes)(u->columns - j);
      V now = *(const V *)(s + j);
      V force = NAME(slope_v)(activation, now, *(const V *)(before + j)) * *(const V *)(drive + j) - now;
      if (d) force = __builtin_elementwise_fma(beta, *(const V *)(d + j) - now, force);
      V moved = NAME(keep)(__builtin_elementwise_fma(step, force, now), mask);
      V change = __builtin_elementwise_abs(moved - now);
      most = change > most ? change : most;
      *(V *)(next + j) = moved;
      *(V *)(activity + j) = NAME(keep)(NAME(rho_v)(activation, moved), mask);
    }
  }
  return NAME(largest)(most) / (SCALAR)u->step;
}

// A binary unit stands where F is less: s^2 / 2 - s drive, of a nudged one + beta (d - s)^2 / 2.
static double NAME(threshold)(const eq_update *u) {
  V most = (V)(0), beta = (V)((SCALAR)u->beta), curvature = (V)(1) + beta;
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = ROW(u->targets, u->targets_stride);
    SCALAR *next = ROW(u->next, u->next_stride);
    for (long j = 0; j < u->columns; j += 16) {
      V mean = *(const V *)(drive + j), now = *(const V *)(s + j);
      if (d) mean = __builtin_elementwise_fma(beta, *(const V *)(d + j), mean) / curvature;
      V moved = mean > (V)((SCALAR)0.5) ? (V)(1) : mean == mean ? (V)(0) : mean;
      V change = __builtin_elementwise_abs(moved - now);
      most = change > most ? change : most;
      *(V *)(next + j) = moved;
    }
  }
  return NAME(largest)(most);
}

static double NAME(euler)(const eq_update *u) {
  switch (u->activation) {
    case eq_hard_sigmoid: return NAME(euler_straight)(u, eq_hard_sigmoid);
    case eq_linear: return NAME(euler_straight)(u, eq_linear);
    case eq_relu6: return NAME(euler_straight)(u, eq_relu6);
    case eq_half_hard_sigmoid: return NAME(euler_straight)(u, eq_half_hard_sigmoid);
    case eq_sigmoid: return NAME(euler_bent)(u, eq_sigmoid);
    case eq_tanh: return NAME(euler_bent)(u, eq_tanh);
    case eq_silu: return NAME(euler_bent)(u, eq_silu);
    case eq_capped_silu: return NAME(euler_bent)(u, eq_capped_silu);
    case eq_relu: return NAME(euler_bent)(u, eq_relu);
    case eq_gelu: return NAME(euler_bent)(u, eq_gelu);
    case eq_binary: return NAME(threshold)(u);
  }
}

INLINE double NAME(minimize_straight)(const eq_update *u, eq_activation activation, int is_over) {
  V most = (V)(0), beta = (V)((SCALAR)u->beta), curvature = (V)(1) + beta, factor = (V)((SCALAR)u->factor);
  V slope = (V)(NAME(straight_slope)(activation));
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = ROW(u->targets, u->targets_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *activity = ROW(u->activity, u->activity_stride);
    for (long j = 0; j < u->columns; j += 16) {
      V moved = *(const V *)(drive + j), now = *(const V *)(s + j);
      if (activation == eq_half_hard_sigmoid) moved *= slope;
      if (d) moved = __builtin_elementwise_fma(beta, *(const V *)(d + j), moved) / curvature;
      if (is_over) moved = __builtin_elementwise_fma(factor, moved - now, now);
      NAME(put_straight)(activation, now, moved, next, activity, j, &most);
    }
  }
  return NAME(largest)(most);
}

INLINE double NAME(minimize_either)(const eq_update *u, eq_activation activation) {
  return u->factor == 1 ? NAME(minimize_straight)(u, activation, 0) : NAME(minimize_straight)(u, activation, 1);
}

// Where rho bends: Newton steps on s - rho'(s) drive = 0 from s on, each damped where F is not clearly convex, so that
// the branch that s is on is kept.
INLINE double NAME(newton)(const eq_update *u, eq_activation activation) {
  V most = (V)(0), beta = (V)((SCALAR)u->beta), factor = (V)((SCALAR)u->factor);
  SCALAR stiffness = u->targets ? 1 + (SCALAR)u->beta : 1;
  V damped = (V)((SCALAR)0.7 / (stiffness > 1 ? stiffness : 1));
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = ROW(u->targets, u->targets_stride), *before = ROW(u->activity_before, u->activity_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *activity = ROW(u->activity, u->activity_stride);
    for (long j = 0; j < u->columns; j += 16) {
      NAME(ivec) mask = NAME(lanes)(u->columns - j);
      V now = *(const V *)(s + j), rho = *(const V *)(before + j), pull = *(const V *)(drive + j), moved = now;
      for (long i = 0; i < u->newton; i++) {
        V slope = NAME(slope_v)(activation, moved, rho);
        V curvature = (V)(stiffness) - NAME(bend_v)(activation, moved, rho, slope) * pull;
        V force = slope * pull - moved;
        if (d) force = __builtin_elementwise_fma(beta, *(const V *)(d + j) - moved, force);
        V share = curvature > (V)((SCALAR)0.25) ? (V)(1) / curvature : damped;
        moved = __builtin_elementwise_fma(share, force, moved);
        if (i == u->newton - 1 && u->factor != 1) moved = __builtin_elementwise_fma(factor, moved - now, now);
        moved = NAME(keep)(moved, mask);
        rho = NAME(rho_v)(activation, moved);
      }
      V change = __builtin_elementwise_abs(moved - now);
      most = change > most ? change : most;
      *(V *)(next + j) = moved;
      *(V *)(activity + j) = NAME(keep)(rho, mask);
    }
  }
  return NAME(largest)(most);
}

static double NAME(minimize)(const eq_update *u) {
  if (u->newton > 0) switch (u->activation) {
      case eq_sigmoid: return NAME(newton)(u, eq_sigmoid);
      case eq_tanh: return NAME(newton)(u, eq_tanh);
      case eq_silu: return NAME(newton)(u, eq_silu);
      case eq_capped_silu: return NAME(newton)(u, eq_capped_silu);
      default: break;
    }
  switch (u->activation) {
    case eq_hard_sigmoid: return NAME(minimize_either)(u, eq_hard_sigmoid);
    case eq_linear: return NAME(minimize_either)(u, eq_linear);
    case eq_relu6: return NAME(minimize_either)(u, eq_relu6);
    case eq_half_hard_sigmoid: return NAME(minimize_either)(u, eq_half_hard_sigmoid);
    case eq_binary: return NAME(threshold)(u);
    default: return NAME(euler)(u);
  }
}

static void NAME(forward)(const eq_update *u) {
  ROWS(u) {
    const SCALAR *drive = ROW(u->drive, u->drive_stride);
    SCALAR *next = ROW(u->next, u->next_stride), *activity = ROW(u->activity, u->activity_stride);
    for (long j = 0; j < u->columns; j += 16) {
      NAME(ivec) mask = NAME(lanes)(u->columns - j);
      V moved = NAME(keep)(NAME(rho_v)(u->activation, *(const V *)(drive + j)), mask);
      *(V *)(next + j) = moved;
      if (activity) *(V *)(activity + j) = NAME(keep)(NAME(rho_v)(u->activation, moved), mask);
    }
  }
}

static void NAME(add)(long rows, long columns, void *a_, long a_stride, const void *b_, long b_stride) {
  for (long r = 0; r < rows; r++) {
    SCALAR *a = (SCALAR *)a_ + r * a_stride;
    const SCALAR *b = (const SCALAR *)b_ + r * b_stride;
    for (long j = 0; j < columns; j += 16)
      *(V *)(a + j) += NAME(keep)(*(const V *)(b + j), NAME(lanes)(columns - j));
  }
}

// A 16 x 16 block in registers: four rounds of interleaving the upper with the lower half transpose it.
INLINE void NAME(transpose_block)(const SCALAR *w, SCALAR *t) {
  V a[16], b[16];
  UNROLL for (int i = 0; i < 16; i++) a[i] = *(const V *)(w + i * 16);
  UNROLL for (int round = 0; round < 4; round++) {
    UNROLL for (int i = 0; i < 8; i++) {
      b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      b[2 * i + 1] =
          __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    UNROLL for (int i = 0; i < 16; i++) a[i] = b[i];
  }
  UNROLL for (int i = 0; i < 16; i++) *(V *)(t + i * 16) = a[i];
}

static void NAME(transpose)(long depth, long columns, const void *w_, long panel_stride, void *t_,
                            long t_panel_stride) {
  for (long p = 0; p * 16 < columns; p++)
    for (long q = 0; q * 16 < depth; q++) {
      const SCALAR *w = (const SCALAR *)w_ + p * panel_stride + q * 256;
      SCALAR *t = (SCALAR *)t_ + q * t_panel_stride + p * 256;
      long rows = columns - p * 16, across = depth - q * 16;
      if (rows >= 16 && across >= 16) {
        NAME(transpose_block)(w, t);
      } else {
        for (long j = 0; j < rows && j < 16; j++)
          for (long i = 0; i < across && i < 16; i++) t[j * 16 + i] = w[i * 16 + j];
      }
    }
}

static void NAME(look_up)(long count, const unsigned char *bytes, const void *table, void *out) {
  long i = 0;
  for (; i + 16 <= count; i += 16) {  // most of a picture is 0
    unsigned long half[2];
    memcpy(half, bytes + i, 16);
    if (half[0] | half[1]) {
      UNROLL for (int j = 0; j < 16; j++) ((SCALAR *)out)[i + j] = ((const SCALAR *)table)[bytes[i + j]];
    } else {
      *(V *)((SCALAR *)out + i) = (V)(((const SCALAR *)table)[0]);
    }
  }
  for (; i < count; i++) ((SCALAR *)out)[i] = ((const SCALAR *)table)[bytes[i]];
}

static void NAME(activate)(long rows, long columns, eq_activation activation, const void *s, long s_stride,
                           void *activity, long activity_stride) {
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < columns; j += 16) {
      V now = *(const V *)((const SCALAR *)s + r * s_stride + j);
      V *out = (V *)((SCALAR *)activity + r * activity_stride + j);
      *out = NAME(keep)(NAME(rho_v)(activation, now), NAME(lanes)(columns - j));
    }
}

static double NAME(energy)(long rows, long columns, const void *s_, long s_stride, const void *activity_,
                           long activity_stride, const void *drive_, long drive_stride) {
  double sum = 0;
  for (long r = 0; r < rows; r++) {
    const SCALAR *s = (const SCALAR *)s_ + r * s_stride, *drive = (const SCALAR *)drive_ + r * drive_stride;
    const SCALAR *activity = (const SCALAR *)activity_ + r * activity_stride;
    for (long j = 0; j < columns; j++) {
      sum = fma(0.5 * s[j], s[j], sum);
      sum = fma(-(double)activity[j], drive[j], sum);
    }
  }
  return sum;
}

static double NAME(squared_error)(long rows, long columns, const void *y_, long y_stride, const void *d_,
                                  long d_stride) {
  double sum = 0;
  for (long r = 0; r < rows; r++) {
    const SCALAR *y = (const SCALAR *)y_ + r * y_stride, *d = (const SCALAR *)d_ + r * d_stride;
    for (long j = 0; j < columns; j++) {
      double error = (double)y[j] - d[j];
      sum = fma(0.5 * error, error, sum);
    }
  }
  return sum;
}

static void NAME(largest_columns)(long rows, long columns, const void *y_, long y_stride, long *out) {
  for (long r = 0; r < rows; r++) {
    const SCALAR *y = (const SCALAR *)y_ + r * y_stride;
    long best = 0;
    for (long j = 1; j < columns; j++) best = y[j] > y[best] ? j : best;
    out[r] = best;
  }
}

static int NAME(finite)(long rows, long columns, const void *a_, long stride) {
  V sum = (V)(0);  // x * 0 is 0 when x is finite and NaN otherwise
  SCALAR total = 0;
  for (long r = 0; r < rows; r++) {
    const SCALAR *a = (const SCALAR *)a_ + r * stride;
    long j = 0;
    for (; j + 16 <= columns; j += 16) sum += *(const V *)(a + j) * (V)(0);
    // One by one: from a column that begins no panel, a whole vector may reach beyond the matrix.
    for (; j < columns; j++) total += a[j] * 0;
  }
  for (int i = 0; i < 16; i++) total += sum[i];
  return total == 0;
}
