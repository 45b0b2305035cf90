// Forward-Forward: what the layer above sees of a layer, and the goodness g(h) of its units, h = rho(a), row by row. Part of
// template.h.
//
// Every sum over a row has sixteen chains, whose ends are added in order.

INLINE SCALAR NAME(total)(V sums) {
  SCALAR total = 0;
  for (int i = 0; i < 16; i++) total += sums[i];
  return total;
}

// h of a row, its padding 0.
INLINE void NAME(units)(eq_activation activation, const SCALAR *a, long columns, SCALAR *h) {
  for (long j = 0; j < columns; j += 16)
    *(V *)(h + j) = NAME(keep)(NAME(rho_v)(activation, *(const V *)(a + j)), NAME(lanes)(columns - j));
}

INLINE SCALAR NAME(power_sum)(const SCALAR *h, long columns, int power) {
  V sums = (V)(0);
  for (long j = 0; j < columns; j += 16) {
    V x = *(const V *)(h + j), y = power == 1 ? x : x * x;
    sums += power == 4 ? y * y : y;
  }
  return NAME(total)(sums);
}

// seen <- h / sqrt(mean h^2 + 1e-8).
static void NAME(normalize)(long rows, long columns, eq_activation activation, const void *a, long a_stride, void *seen_,
                            long seen_stride) {
  for (long r = 0; r < rows; r++) {
    SCALAR *seen = (SCALAR *)seen_ + r * seen_stride;
    NAME(units)(activation, (const SCALAR *)a + r * a_stride, columns, seen);
    SCALAR mean = NAME(power_sum)(seen, columns, 2) / (SCALAR)columns;
    V scale = (V)(1 / MATH(sqrt)(mean + (SCALAR)1e-8));
    for (long j = 0; j < columns; j += 16) *(V *)(seen + j) *= scale;
  }
}

// The k-th largest of a row, which is put in another order.
static SCALAR NAME(kth)(SCALAR *x, long count, long k) {
  long low = 0, high = count - 1, place = k - 1;
  while (low < high) {
    SCALAR pivot = x[low + (high - low) / 2];
    long i = low, j = high;
    while (i <= j) {
      while (x[i] > pivot) i++;
      while (x[j] < pivot) j--;
      if (i > j) break;
      SCALAR kept = x[i];
      x[i++] = x[j];
      x[j--] = kept;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else return x[place];
  }
  return x[place];
}

// Sum [z - tau]_+^power, z = scale h; `count` takes how many exceed tau.
INLINE SCALAR NAME(excess)(const SCALAR *h, long columns, SCALAR scale, SCALAR tau, int power) {
  V sums = (V)(0);
  for (long j = 0; j < columns; j += 16) {
    V over = (V)(scale) * *(const V *)(h + j) - (V)(tau);
    NAME(ivec) mask = (over > (V)(0)) & NAME(lanes)(columns - j);
    sums += NAME(keep)(power == 0 ? (V)(1) : power == 1 ? over : over * over, mask);
  }
  return NAME(total)(sums);
}

// tau with Sum [z - tau]_+^power = 1, by Newton steps, which come from below and never pass it.
static SCALAR NAME(cutoff)(const SCALAR *h, long columns, SCALAR scale, int power) {
  SCALAR most = scale * h[0];
  for (long j = 1; j < columns; j++) most = scale * h[j] > most ? scale * h[j] : most;
  SCALAR tau = most - 1;
  for (int i = 0; i < 60; i++) {
    SCALAR over = NAME(excess)(h, columns, scale, tau, power) - 1;
    SCALAR slope = (SCALAR)power * NAME(excess)(h, columns, scale, tau, power - 1);
    SCALAR next = tau + over / slope;
    if (!(next > tau)) break;
    tau = next;
  }
  return tau;
}

// What a row's goodness and its slopes are made of; `h` and `weights` are rooms of a padded row.
typedef struct {
  SCALAR value, mean, first, second, third;
} NAME(parts);

INLINE V NAME(weight_v)(const eq_goodness *g, V h, NAME(parts) p) {
  V over = (V)(0);
  if (g->kind == eq_goodness_softmax) return NAME(exp_v)(h - (V)(p.first)) / (V)(p.second);
  over = g->kind == eq_goodness_entmax ? (V)((SCALAR)0.5) * h - (V)(p.first) : h - (V)(p.first);
  over = over > (V)(0) ? over : (V)(0);
  return g->kind == eq_goodness_entmax ? over * over : over;
}

// h is in its room.
static NAME(parts) NAME(judge)(const eq_goodness *g, SCALAR *h, SCALAR *room) {
  long n = g->columns;
  SCALAR count = (SCALAR)n;
  NAME(parts) p = {0};
  switch (g->kind) {
    case eq_goodness_sum: p.value = NAME(power_sum)(h, n, 2); break;
    case eq_goodness_squares: p.value = NAME(power_sum)(h, n, 2) / count; break;
    case eq_goodness_fourth: p.value = NAME(power_sum)(h, n, 4) / count; break;
    case eq_goodness_concentration:
      p.second = NAME(power_sum)(h, n, 2) + (SCALAR)1e-5, p.third = NAME(power_sum)(h, n, 4);
      p.value = p.third / (p.second * p.second);
      break;
    case eq_goodness_top: {
      for (long j = 0; j < n; j++) room[j] = h[j];
      p.first = NAME(kth)(room, n, g->most);
      V sums = (V)(0), counts = (V)(0);
      for (long j = 0; j < n; j += 16) {
        V x = *(const V *)(h + j);
        NAME(ivec) mask = (x > (V)(p.first)) & NAME(lanes)(n - j);
        sums += NAME(keep)(x, mask);
        counts += NAME(keep)((V)(1), mask);
      }
      // Of those that are as large as the last one so many count as are left.
      p.second = (SCALAR)g->most - NAME(total)(counts);
      p.value = (NAME(total)(sums) + p.second * p.first) / (SCALAR)g->most;
      break;
    }
    case eq_goodness_entmax:
    case eq_goodness_sparsemax:
    case eq_goodness_softmax: {
      if (g->kind == eq_goodness_softmax) {
        p.first = h[0];
        for (long j = 1; j < n; j++) p.first = h[j] > p.first ? h[j] : p.first;
        V sums = (V)(0);
        for (long j = 0; j < n; j += 16)
          sums += NAME(keep)(NAME(exp_v)(*(const V *)(h + j) - (V)(p.first)), NAME(lanes)(n - j));
        p.second = NAME(total)(sums);
      } else {
        int power = g->kind == eq_goodness_entmax ? 2 : 1;
        p.first = NAME(cutoff)(h, n, power == 2 ? (SCALAR)0.5 : 1, power);
      }
      V sums = (V)(0), roots = (V)(0), others = (V)(0);
      for (long j = 0; j < n; j += 16) {
        V x = *(const V *)(h + j), w = NAME(keep)(NAME(weight_v)(g, x, p), NAME(lanes)(n - j));
        sums += w * x * x;
        // What of the weights follows from tau: r = sqrt(w) of entmax, 1 on the support of sparse-max.
        V root = g->kind == eq_goodness_entmax ? __builtin_elementwise_sqrt(w) : NAME(keep)((V)(1), w > (V)(0));
        roots += root;
        others += root * x * x;
      }
      p.value = NAME(total)(sums);
      p.mean = g->kind == eq_goodness_softmax ? p.value : NAME(total)(others) / NAME(total)(roots);
      break;
    }
    case eq_goodness_variance:
    case eq_goodness_skewness:
    case eq_goodness_burstiness: {
      p.mean = NAME(power_sum)(h, n, 1) / count;
      V second = (V)(0), third = (V)(0), fourth = (V)(0);
      for (long j = 0; j < n; j += 16) {
        V d = NAME(keep)(*(const V *)(h + j) - (V)(p.mean), NAME(lanes)(n - j)), q = d * d;
        second += q, third += q * d, fourth += q * q;
      }
      // v, of burstiness and skewness with 1e-5; mean d^3; q.
      p.second = NAME(total)(second) / count + (g->kind == eq_goodness_variance ? 0 : (SCALAR)1e-5);
      p.third = NAME(total)(third) / count;
      p.first = NAME(total)(fourth) / count;
      p.value = g->kind == eq_goodness_variance   ? p.second
                : g->kind == eq_goodness_skewness ? p.third / (p.second * MATH(sqrt)(p.second))
                                                  : p.first / (p.second * p.second) - 3;
      break;
    }
  }
  return p;
}

// dg/dh of sixteen units.
INLINE V NAME(goodness_slope_v)(const eq_goodness *g, V h, NAME(parts) p) {
  SCALAR count = (SCALAR)g->columns;
  V d = h - (V)(p.mean);
  switch (g->kind) {
    case eq_goodness_sum: return (V)(2) * h;
    case eq_goodness_squares: return (V)(2 / count) * h;
    case eq_goodness_fourth: return (V)(4 / count) * h * h * h;
    case eq_goodness_concentration: {
      SCALAR square = p.second * p.second;
      return (V)(4 / square) * h * h * h - (V)(4 * p.third / (square * p.second)) * h;
    }
    case eq_goodness_top: return h > (V)(p.first) ? (V)(1 / (SCALAR)g->most) : (V)(0);
    case eq_goodness_softmax: return NAME(weight_v)(g, h, p) * ((V)(2) * h + h * h - (V)(p.mean));
    case eq_goodness_entmax: {
      V w = NAME(weight_v)(g, h, p);
      return (V)(2) * w * h + __builtin_elementwise_sqrt(w) * (h * h - (V)(p.mean));
    }
    case eq_goodness_sparsemax: {
      V w = NAME(weight_v)(g, h, p);
      return w > (V)(0) ? (V)(2) * w * h + h * h - (V)(p.mean) : (V)(0);
    }
    case eq_goodness_variance: return (V)(2 / count) * d;
    case eq_goodness_skewness: {
      SCALAR whole = p.second * MATH(sqrt)(p.second);
      return (V)(3 / count / whole) * (d * d - (V)(p.second - (SCALAR)1e-5)) -
             (V)(3 / count * p.third / (whole * p.second)) * d;
    }
    case eq_goodness_burstiness: {
      SCALAR square = p.second * p.second;
      return (V)(4 / count / square) * (d * d * d - (V)(p.third)) -
             (V)(4 / count * p.first / (square * p.second)) * d;
    }
  }
}

static void NAME(goodness)(const eq_goodness *g, double *out) {
  long width = (g->columns + 15) / 16 * 16;
  SCALAR *h = malloc(2 * width * sizeof(SCALAR));
  for (long r = 0; r < g->rows; r++) {
    NAME(units)(g->activation, (const SCALAR *)g->drive + r * g->drive_stride, g->columns, h);
    out[r] = NAME(judge)(g, h, h + width).value;
  }
  free(h);
}

static void NAME(goodness_slopes)(const eq_goodness *g, const double *factors, const void *peers_, long first, long count,
                                  void *out_, long out_stride) {
  long width = (g->columns + 15) / 16 * 16;
  SCALAR *h = malloc(3 * width * sizeof(SCALAR)), *slopes = h + 2 * width;
  const SCALAR *peers = peers_;
  for (long r = 0; r < g->rows; r++) {
    const SCALAR *a = (const SCALAR *)g->drive + r * g->drive_stride;
    SCALAR *out = (SCALAR *)out_ + r * out_stride;
    NAME(units)(g->activation, a, g->columns, h);
    NAME(parts) p = NAME(judge)(g, h, h + width);
    for (long j = 0; j < g->columns; j += 16) {
      V x = *(const V *)(h + j);
      *(V *)(slopes + j) = NAME(goodness_slope_v)(g, x, p);
    }
    if (g->kind == eq_goodness_top) {
      long left = (long)p.second;
      for (long j = 0; j < g->columns && left > 0; j++)
        if (h[j] == p.first) slopes[j] = 1 / (SCALAR)g->most, left--;
    }
    SCALAR factor = (SCALAR)factors[r];
    for (long j = 0; j < count; j += 16) {
      V x = *(const V *)(h + first + j);
      V slope = NAME(slope_v)(g->activation, *(const V *)(a + first + j), x);
      V learnt = (V)(factor) * *(const V *)(slopes + first + j) * slope;
      if (peers) learnt += *(const V *)(peers + j);
      *(V *)(out + j) = NAME(keep)(learnt, NAME(lanes)(count - j));
    }
  }
  free(h);
}
