// What contrasts and figures are made of: means and differences, counts, squares. Part of template.h.

static void NAME(mean_difference)(long rows, long columns, const void *a_, long a_stride, const void *b_, long b_stride,
                         void *mean_, long mean_stride, void *difference_, long difference_stride) {
  for (long r = 0; r < rows; r++) {
    const SCALAR *a = (const SCALAR *)a_ + r * a_stride, *b = (const SCALAR *)b_ + r * b_stride;
    SCALAR *mean = ROW(mean_, mean_stride), *difference = ROW(difference_, difference_stride);
    if (mean)
      for (long j = 0; j < columns; j++) mean[j] = (SCALAR)0.5 * (a[j] + b[j]);
    if (difference)
      for (long j = 0; j < columns; j++) difference[j] = a[j] - b[j];
  }
}

static void NAME(count_bounds)(long rows, long columns, eq_activation activation, const void *activity_, long stride,
                               long *low, long *high) {
  int is_bounded = activation == eq_hard_sigmoid || activation == eq_sigmoid || activation == eq_tanh ||
                   activation == eq_relu6 || activation == eq_half_hard_sigmoid;
  if (!is_bounded) return;
  int is_smooth = activation == eq_sigmoid || activation == eq_tanh;
  SCALAR margin = is_smooth ? (SCALAR)0.01 : 0, bottom = activation == eq_tanh ? -1 : 0;
  SCALAR lowest = bottom + margin, highest = (is_smooth ? 1 : NAME(bound)(activation)) - margin;
  for (long r = 0; r < rows; r++) {
    const SCALAR *rho = (const SCALAR *)activity_ + r * stride;
    int below = 0, above = 0;
    for (long j = 0; j < columns; j++) {
      below += rho[j] <= lowest;
      above += rho[j] >= highest;
    }
    *low += below;
    *high += above;
  }
}

static double NAME(squares)(long rows, const void *a_, const void *b_) {
  typedef double wide __attribute__((ext_vector_type(16)));
  const SCALAR *a = a_, *b = b_;
  wide sums = (wide)(0);
  for (long i = 0; i < rows; i++) {
    wide x = __builtin_convertvector(*(const V *)(a + i * 16), wide);
    if (b) x -= __builtin_convertvector(*(const V *)(b + i * 16), wide);
    sums = __builtin_elementwise_fma(x, x, sums);
  }
  double total = 0;
  for (int j = 0; j < 16; j++) total += sums[j];
  return total;
}

// out[r] = the sum over columns of a[r] w, sixteen chains in double.
static void NAME(row_dots)(long rows, long columns, const void *a_, long a_stride, const void *w, double *out) {
  typedef double wide __attribute__((ext_vector_type(16)));
  for (long r = 0; r < rows; r++) {
    const SCALAR *a = (const SCALAR *)a_ + r * a_stride;
    wide sums = (wide)(0);
    for (long j = 0; j < columns; j += 16) {
      NAME(ivec) mask = NAME(lanes)(columns - j);
      wide x = __builtin_convertvector(NAME(keep)(*(const V *)(a + j), mask), wide);
      wide y = __builtin_convertvector(NAME(keep)(*(const V *)((const SCALAR *)w + j), mask), wide);
      sums = __builtin_elementwise_fma(x, y, sums);
    }
    double total = 0;
    for (int j = 0; j < 16; j++) total += sums[j];
    out[r] = total;
  }
}

// out[r] = x_share[r] x[r] + y_share[r] y[r].
static void NAME(combine_rows)(long rows, long columns, const void *x_, long x_stride, const double *x_share,
                               const void *y_, long y_stride, const double *y_share, void *out_, long out_stride) {
  for (long r = 0; r < rows; r++) {
    const SCALAR *x = (const SCALAR *)x_ + r * x_stride, *y = (const SCALAR *)y_ + r * y_stride;
    SCALAR *out = (SCALAR *)out_ + r * out_stride, a = (SCALAR)x_share[r], b = (SCALAR)y_share[r];
    for (long j = 0; j < columns; j++) out[j] = a * x[j] + b * y[j];
  }
}
