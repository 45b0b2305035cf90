// States drawn from their stationary distribution p(s) ~ exp(-F(s) / T), one uniform number a unit. Part of template.h.
//
// Q(z) = P(normal > z) = phi(z) M(z), phi the density and M Mills' ratio, within 5e-8 (float) and 1e-16 (double) of its
// size. A tail is inverted through logarithms, so that nothing is lost however far out it lies:
//
//     (z - a)(z + a) / 2 = -ln(x / M(z)),   x = Q(z) / phi(a),
//
// by Newton's steps from a rational guess within 4.2e-4: what is drawn is within 1e-6 deviations (float), 1e-13 (double),
// plus the rounding of its own size.

#define ROOT_TWO_PI ((SCALAR)2.50662827463100050242)
#define LOG_ROOT_TWO_PI ((SCALAR)0.91893853320467274178)

// A polynomial, its highest term first, as two chains that do not wait for each other.
INLINE V NAME(polynomial)(const SCALAR *terms, int count, V x) {
  V square = x * x, one = (V)(terms[0]), other = (V)(terms[1]);
  UNROLL for (int k = 2; k + 1 < count; k += 2) {
    one = __builtin_elementwise_fma(one, square, (V)(terms[k]));
    other = __builtin_elementwise_fma(other, square, (V)(terms[k + 1]));
  }
  if (count % 2 == 0) return __builtin_elementwise_fma(one, x, other);
  return __builtin_elementwise_fma(other, x, __builtin_elementwise_fma(one, square, (V)(terms[count - 1])));
}

// ln x of a normal number above 0.
INLINE V NAME(log_v)(V x) {
  union { V v; NAME(ivec) i; } bits = {.v = x};
  NAME(ivec) exponent = (bits.i - LOG_ROOT_HALF_BITS) >> EXP_MANTISSA;
  bits.i -= exponent << EXP_MANTISSA;
  static const SCALAR terms[] = {LOG};
  V f = bits.v - (V)(1), sum = NAME(polynomial)(terms, sizeof terms / sizeof *terms, f);
  V whole = __builtin_convertvector(exponent, V);
  return __builtin_elementwise_fma(whole, (V)((SCALAR)0.693147180559945309417), f * sum);
}

// M(x) of x >= 0: a polynomial in (x - 4) / (x + 4) over x + 4.
INLINE V NAME(mills_v)(V x) {
  static const SCALAR terms[] = {MILLS};
  V share = (V)(1) / (x + (V)(4)), t = __builtin_elementwise_fma(share, (V)(-8), (V)(1));
  return NAME(polynomial)(terms, sizeof terms / sizeof *terms, t) * share;
}

// z - a of the z >= a >= 0 with Q(z) = x phi(a); Q(z) is at most a half.
INLINE V NAME(beyond)(V a, V x) {
  V size = NAME(log_v)(x);
  V s = __builtin_elementwise_sqrt(__builtin_elementwise_fma(a, a, (V)(2) * ((V)(LOG_ROOT_TWO_PI) - size)));
  V above = __builtin_elementwise_fma((V)((SCALAR)0.00890358575), s, (V)((SCALAR)0.740404189));
  above = __builtin_elementwise_fma(above, s, (V)((SCALAR)2.48668374));
  V below = __builtin_elementwise_fma((V)((SCALAR)0.00111910829), s, (V)((SCALAR)0.172090791));
  below = __builtin_elementwise_fma(below, s, (V)((SCALAR)1.37887125));
  below = __builtin_elementwise_fma(below, s, (V)(1));
  V z = s - above / below, beyond = z - a;
  for (int step = 0; step < TAIL_STEPS; step++) {
    V ratio = NAME(mills_v)(z);
    V left = __builtin_elementwise_fma(beyond * (V)((SCALAR)0.5), z + a, size - NAME(log_v)(ratio));
    beyond -= left * ratio;
    z = a + beyond;
  }
  return beyond < (V)(0) ? (V)(0) : beyond;
}

// The normal number of mean 0 and deviation 1 with P(less) = u.
INLINE V NAME(normal_v)(V u) {
  V other = (V)(1) - u, z = NAME(beyond)((V)(0), (u < other ? u : other) * (V)(ROOT_TWO_PI));
  return u < other ? -z : z;
}

// The number of a normal distribution truncated to [0, top] with P(less) = u.
//
// Seen from the bound that is nearer to the mean, at a deviations from it, and with the share beyond the other bound, where
// that counts.
INLINE V NAME(truncated_v)(V mean, V u, SCALAR sigma, SCALAR top, int is_wide) {
  NAME(ivec) is_upper = mean > (V)(top / 2);
  V m = is_upper ? (V)(top) - mean : mean, p = is_upper ? (V)(1) - u : u, w = (V)(1) - p;
  V a = m * (V)(-1 / sigma), size = __builtin_elementwise_abs(a), ratio = NAME(mills_v)(size);
  NAME(ivec) is_inside = a < (V)(0);
  // Inside, the shares below the near bound and above the far one; outside, the latter as a share of what lies beyond the
  // near one.
  // Shares below 10^-31 count as that: numbers that have lost their digits are slow.
  V near = size < (V)(12) ? size : (V)(12);
  V below = NAME(exp_v)((V)((SCALAR)-0.5) * near * near) * ratio * (V)(1 / ROOT_TWO_PI), above = (V)(0);
  if (is_wide) {
    V width = (V)(top / sigma), b = a + width;
    V power = is_inside ? (V)((SCALAR)0.5) * b * b : (V)((SCALAR)0.5) * width * (a + b);
    V share = NAME(exp_v)(power < (V)(72) ? -power : (V)(-72)) * NAME(mills_v)(b);
    above = share * (is_inside ? (V)(1 / ROOT_TWO_PI) : (V)(1) / ratio);
  }
  V more = w * ((V)(1) - below) + p * above, less = p * ((V)(1) - above) + w * below;
  V inside = (less < more ? less : more) * (V)(ROOT_TWO_PI), outside = ratio * (w + p * above);
  V beyond = NAME(beyond)(is_inside ? (V)(0) : a, is_inside ? inside : outside);
  V drawn = __builtin_elementwise_fma((V)(sigma), less < more ? -beyond : beyond, m);
  drawn = is_inside ? drawn : (V)(sigma) * beyond;
  return is_upper ? (V)(top) - drawn : drawn;
}

// 1 with the probability that F / T gives it, else 0.
INLINE V NAME(binary_v)(V mean, V u, SCALAR curvature, SCALAR temperature) {
  V odds = NAME(exp_v)((mean - (V)((SCALAR)0.5)) * (V)(-curvature / temperature));
  // P(1) = 1 / (1 + odds).
  V one = u * ((V)(1) + odds) > odds ? (V)(1) : (V)(0);
  return mean == mean ? one : mean;
}

// x where it is, or as a mirror at 0 and at top shows it.
INLINE V NAME(reflect)(V x, SCALAR top) {
  V turns = __builtin_elementwise_floor(x * (V)(1 / (2 * top)));
  x = __builtin_elementwise_fma(turns, (V)(-2 * top), x);
  return x > (V)(top) ? (V)(2 * top) - x : x;
}

// Where `reflect` shows x the wrong way round.
INLINE NAME(ivec) NAME(is_mirrored)(V x, SCALAR top) {
  V turns = __builtin_elementwise_floor(x * (V)(1 / (2 * top)));
  return __builtin_elementwise_fma(turns, (V)(-2 * top), x) > (V)(top);
}

INLINE int NAME(is_bent)(eq_activation activation) {
  return activation == eq_sigmoid || activation == eq_tanh || activation == eq_silu || activation == eq_capped_silu;
}

// A Gibbs or a Langevin sweep of a block.
INLINE double NAME(draw)(const eq_update *u, const eq_noise *noise, eq_activation activation, int is_gibbs,
                         int is_wide) {
  V most = (V)(0), beta = (V)((SCALAR)u->beta), step = (V)((SCALAR)u->step);
  SCALAR curvature = u->targets ? 1 + (SCALAR)u->beta : 1, temperature = (SCALAR)noise->temperature;
  SCALAR sigma = MATH(sqrt)(temperature / curvature), top = NAME(top)(activation);
  V size = (V)((SCALAR)__builtin_sqrt(2 * noise->temperature * u->step));
  ROWS(u) {
    for (long from = 0; from < u->columns; from += NAME(chunk)) {
      long count = u->columns - from < NAME(chunk) ? u->columns - from : NAME(chunk);
      SCALAR room[NAME(chunk_room)];
      const SCALAR *numbers = NAME(fill)(noise, noise->row + r, noise->unit + from, count, room);
      const SCALAR *s = ROW(u->states, u->states_stride) + from, *drive = ROW(u->drive, u->drive_stride) + from,
                   *d = u->targets ? ROW(u->targets, u->targets_stride) + from : 0,
                   *before = u->activity_before ? ROW(u->activity_before, u->activity_stride) + from : s;
      SCALAR *next = ROW(u->next, u->next_stride) + from;
      SCALAR *activity = u->activity ? ROW(u->activity, u->activity_stride) + from : 0;
      SCALAR *unfolded = u->unfolded ? ROW(u->unfolded, u->unfolded_stride) + from : 0;
      for (long j = 0; j < count; j += 16) {
        NAME(ivec) mask = NAME(lanes)(count - j);
        V now = NAME(keep)(*(const V *)(s + j), mask), number = *(const V *)(numbers + j), moved;
        V pull = NAME(slope_v)(activation, now, *(const V *)(before + j)) * *(const V *)(drive + j);
        if (is_gibbs) {
          V mean = d ? __builtin_elementwise_fma(beta, *(const V *)(d + j), pull) / (V)(curvature) : pull;
          moved = activation == eq_binary   ? NAME(binary_v)(mean, number, curvature, temperature)
                  : activation == eq_linear ? __builtin_elementwise_fma((V)(sigma), NAME(normal_v)(number), mean)
                                            : NAME(truncated_v)(mean, number, sigma, top, is_wide);
        } else {
          V force = pull - now;
          if (d) force = __builtin_elementwise_fma(beta, *(const V *)(d + j) - now, force);
          moved = __builtin_elementwise_fma(step, force, now);
          moved = __builtin_elementwise_fma(size, NAME(normal_v)(number), moved);
          if (unfolded) *(V *)(unfolded + j) = NAME(keep)(moved, mask);
          if (top > 0) moved = NAME(reflect)(moved, top);
        }
        moved = NAME(keep)(moved, mask);
        if (!NAME(is_bent)(activation)) {
          NAME(put_straight)(activation, now, moved, next, activity, j, &most);
          continue;
        }
        V change = __builtin_elementwise_abs(moved - now);
        most = change > most ? change : most;
        *(V *)(next + j) = moved;
        *(V *)(activity + j) = NAME(keep)(NAME(rho_v)(activation, moved), mask);
      }
    }
  }
  return is_gibbs ? NAME(largest)(most) : NAME(largest)(most) / (SCALAR)u->step;
}

// With what lies beyond the farther bound where T is high enough for it to count.
INLINE double NAME(gibbs_box)(const eq_update *u, const eq_noise *noise, eq_activation activation) {
  SCALAR sigma = MATH(sqrt)((SCALAR)(noise->temperature / (u->targets ? 1 + u->beta : 1)));
  int is_wide = NAME(top)(activation) / 2 / sigma < TAIL_NEGLIGIBLE;
  return is_wide ? NAME(draw)(u, noise, activation, 1, 1) : NAME(draw)(u, noise, activation, 1, 0);
}

static double NAME(gibbs)(const eq_update *u, const eq_noise *noise) {
  switch (u->activation) {
    case eq_hard_sigmoid: return NAME(gibbs_box)(u, noise, eq_hard_sigmoid);
    case eq_relu6: return NAME(gibbs_box)(u, noise, eq_relu6);
    case eq_half_hard_sigmoid: return NAME(gibbs_box)(u, noise, eq_half_hard_sigmoid);
    case eq_binary: return NAME(draw)(u, noise, eq_binary, 1, 0);
    // Where rho bends no conditional distribution has a closed form: nothing asks for it.
    default: return NAME(draw)(u, noise, eq_linear, 1, 0);
  }
}

static double NAME(langevin)(const eq_update *u, const eq_noise *noise) {
  switch (u->activation) {
    case eq_hard_sigmoid: return NAME(draw)(u, noise, eq_hard_sigmoid, 0, 0);
    case eq_relu6: return NAME(draw)(u, noise, eq_relu6, 0, 0);
    case eq_half_hard_sigmoid: return NAME(draw)(u, noise, eq_half_hard_sigmoid, 0, 0);
    case eq_sigmoid: return NAME(draw)(u, noise, eq_sigmoid, 0, 0);
    case eq_tanh: return NAME(draw)(u, noise, eq_tanh, 0, 0);
    case eq_silu: return NAME(draw)(u, noise, eq_silu, 0, 0);
    case eq_capped_silu: return NAME(draw)(u, noise, eq_capped_silu, 0, 0);
    default: return NAME(draw)(u, noise, eq_linear, 0, 0);
  }
}

// The mean of a binary unit given its neighbours, P(1); of a linear one that of its normal distribution.
static double NAME(mean)(const eq_update *u, double temperature) {
  V most = (V)(0), steepness = (V)((SCALAR)(-1 / temperature));
  int is_binary = u->activation == eq_binary;
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride);
    SCALAR *next = ROW(u->next, u->next_stride);
    for (long j = 0; j < u->columns; j += 16) {
      V now = *(const V *)(s + j), pull = *(const V *)(drive + j);
      V mean = is_binary ? (V)(1) / ((V)(1) + NAME(exp_v)((pull - (V)((SCALAR)0.5)) * steepness)) : pull;
      mean = NAME(keep)(mean, NAME(lanes)(u->columns - j));
      V change = __builtin_elementwise_abs(mean - now);
      most = change > most ? change : most;
      *(V *)(next + j) = mean;
    }
  }
  return NAME(largest)(most);
}

// ln(1 + e^x).
INLINE V NAME(softplus_v)(V x) {
  V above = x > (V)(0) ? x : (V)(0);
  return above + NAME(log_v)((V)(1) + NAME(exp_v)(-__builtin_elementwise_abs(x)));
}

typedef double NAME(wide) __attribute__((ext_vector_type(16)));

// Of each row the sum over columns of ln(1 + e^(scale a)), a = x - 1/2, less that at `less`: sixteen chains in double.
static void NAME(softplus_sums)(long rows, long columns, const void *x, long stride, double scale, double less,
                                double *out) {
  V one = (V)((SCALAR)scale), other = (V)((SCALAR)less);
  for (long r = 0; r < rows; r++) {
    const SCALAR *row = (const SCALAR *)x + r * stride;
    NAME(wide) sum = (NAME(wide))(0);
    for (long j = 0; j < columns; j += 16) {
      V a = *(const V *)(row + j) - (V)((SCALAR)0.5);
      V value = NAME(softplus_v)(a * one);
      if (less != 0) value -= NAME(softplus_v)(a * other);
      sum += __builtin_convertvector(NAME(keep)(value, NAME(lanes)(columns - j)), NAME(wide));
    }
    double total = 0;
    for (int i = 0; i < 16; i++) total += sum[i];
    out[r] = total;
  }
}

// T log of the densities of Langevin's step there and back.
INLINE double NAME(step_ratio)(const eq_update *u, const void *next_drive, eq_activation activation) {
  typedef double wide __attribute__((ext_vector_type(16)));
  wide sums = (wide)(0);
  SCALAR top = NAME(top)(activation);
  V beta = (V)((SCALAR)u->beta);
  ROWS(u) {
    const SCALAR *s = ROW(u->states, u->states_stride), *drive = ROW(u->drive, u->drive_stride),
                 *d = u->targets ? ROW(u->targets, u->targets_stride) : 0,
                 *before = u->activity_before ? ROW(u->activity_before, u->activity_stride) : s;
    const SCALAR *next = ROW(u->next, u->next_stride), *onto = ROW(next_drive, u->drive_stride),
                 *after = u->activity ? ROW(u->activity, u->activity_stride) : next,
                 *unfolded = u->unfolded ? ROW(u->unfolded, u->unfolded_stride) : next;
    for (long j = 0; j < u->columns; j += 16) {
      NAME(ivec) mask = NAME(lanes)(u->columns - j);
      V now = *(const V *)(s + j), then = *(const V *)(next + j), reached = *(const V *)(unfolded + j);
      V force = NAME(slope_v)(activation, now, *(const V *)(before + j)) * *(const V *)(drive + j) - now;
      V back = NAME(slope_v)(activation, then, *(const V *)(after + j)) * *(const V *)(onto + j) - then;
      if (d) {
        force = __builtin_elementwise_fma(beta, *(const V *)(d + j) - now, force);
        back = __builtin_elementwise_fma(beta, *(const V *)(d + j) - then, back);
      }
      if (top > 0) back = NAME(is_mirrored)(reached, top) ? -back : back;
      wide f = __builtin_convertvector(NAME(keep)(force, mask), wide);
      wide g = __builtin_convertvector(NAME(keep)(back, mask), wide);
      wide way = __builtin_convertvector(NAME(keep)(reached, mask), wide) -
                 __builtin_convertvector(NAME(keep)(now, mask), wide);
      // (f + g) ((x' - s) / 2 + step/4 (g - f))
      wide half = __builtin_elementwise_fma((wide)(u->step / 4), g - f, (wide)(0.5) * way);
      sums = __builtin_elementwise_fma(f + g, half, sums);
    }
  }
  double total = 0;
  for (int j = 0; j < 16; j++) total += sums[j];
  return total;
}

static double NAME(hastings)(const eq_update *u, const void *next_drive) {
  switch (u->activation) {
    case eq_hard_sigmoid: return NAME(step_ratio)(u, next_drive, eq_hard_sigmoid);
    case eq_relu6: return NAME(step_ratio)(u, next_drive, eq_relu6);
    case eq_half_hard_sigmoid: return NAME(step_ratio)(u, next_drive, eq_half_hard_sigmoid);
    case eq_sigmoid: return NAME(step_ratio)(u, next_drive, eq_sigmoid);
    case eq_tanh: return NAME(step_ratio)(u, next_drive, eq_tanh);
    case eq_silu: return NAME(step_ratio)(u, next_drive, eq_silu);
    case eq_capped_silu: return NAME(step_ratio)(u, next_drive, eq_capped_silu);
    default: return NAME(step_ratio)(u, next_drive, eq_linear);
  }
}

// a <- 0 for a share of the units, a / (1 - share) for the others.
static void NAME(drop)(long rows, long columns, const eq_noise *noise, double share, void *a_, long stride) {
  SCALAR least = (SCALAR)share, scale = (SCALAR)(1 / (1 - share));
  for (long r = 0; r < rows; r++) {
    SCALAR *a = (SCALAR *)a_ + r * stride;
    for (long from = 0; from < columns; from += NAME(chunk)) {
      long count = columns - from < NAME(chunk) ? columns - from : NAME(chunk);
      SCALAR room[NAME(chunk_room)];
      const SCALAR *numbers = NAME(fill)(noise, noise->row + r, noise->unit + from, count, room);
      for (long j = 0; j < count; j++) a[from + j] = numbers[j] < least ? 0 : a[from + j] * scale;
    }
  }
}

static void NAME(uniform)(const eq_noise *noise, long columns, void *out) {
  for (long from = 0; from < columns; from += NAME(chunk)) {
    long count = columns - from < NAME(chunk) ? columns - from : NAME(chunk);
    SCALAR room[NAME(chunk_room)];
    memcpy((SCALAR *)out + from, NAME(fill)(noise, noise->row, noise->unit + from, count, room), count * sizeof(SCALAR));
  }
}

static void NAME(normal)(const eq_noise *noise, long columns, void *out) {
  NAME(uniform)(noise, columns, out);
  for (long j = 0; j < columns; j++) {
    V number = NAME(normal_v)((V)(((SCALAR *)out)[j]));
    ((SCALAR *)out)[j] = number[0];
  }
}
