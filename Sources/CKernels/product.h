// Products: each element one chain of fused multiply-adds. Part of template.h.

INLINE void NAME(product_tile)(int rows, int panels, long depth, const SCALAR *a, long a_stride, const SCALAR *w,
                               long panel_stride, const SCALAR *base, long base_stride, int base_last, SCALAR *c,
                               long c_stride, const int *live) {
  V sum[MOST_ROWS < 6 ? 6 : MOST_ROWS][PANELS]; // of live columns six
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int p = 0; p < panels; p++)
    sum[r][p] = base && !base_last ? *(const V *)(base + r * base_stride + p * 16) : (V)(0);
  for (long i = 0; i < depth; i++) {
    long k = live ? live[i] : i;
    V b[PANELS];
    UNROLL for (int p = 0; p < panels; p++) b[p] = *(const V *)(w + p * panel_stride + k * 16);
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int p = 0; p < panels; p++)
      sum[r][p] = __builtin_elementwise_fma((V)(a[r * a_stride + k]), b[p], sum[r][p]);
  }
  if (base_last)
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int p = 0; p < panels; p++)
      sum[r][p] += *(const V *)(base + r * base_stride + p * 16);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int p = 0; p < panels; p++)
    *(V *)(c + r * c_stride + p * 16) = sum[r][p] + (V)(0);  // no -0, which a zero left out could leave or not
}

#define PRODUCT_CASE(R, P) \
  case R: \
    NAME(product_tile)(R, P, depth, a, a_stride, w, panel_stride, base, base_stride, base_last, c, c_stride, live); \
    break;
#define LIVE_CASES(P) PRODUCT_CASE(1, P) PRODUCT_CASE(2, P) PRODUCT_CASE(3, P) PRODUCT_CASE(4, P) \
  PRODUCT_CASE(5, P) PRODUCT_CASE(6, P)
#if MOST_ROWS == 12
#define PRODUCT_CASES(P) PRODUCT_CASE(1, P) PRODUCT_CASE(2, P) PRODUCT_CASE(3, P) PRODUCT_CASE(4, P) \
  PRODUCT_CASE(5, P) PRODUCT_CASE(6, P) PRODUCT_CASE(7, P) PRODUCT_CASE(8, P) PRODUCT_CASE(9, P) \
  PRODUCT_CASE(10, P) PRODUCT_CASE(11, P) PRODUCT_CASE(12, P)
#else
#define PRODUCT_CASES(P) LIVE_CASES(P)
#endif

#define live 0
static void NAME(product_rows)(long rows, long panels, long depth, const SCALAR *a, long a_stride, const SCALAR *w,
                               long panel_stride, const SCALAR *base, long base_stride, int base_last, SCALAR *c,
                               long c_stride) {
#if PANELS == 2
  if (panels == 2) {
    switch (rows) { PRODUCT_CASES(2) }
    return;
  }
#endif
  switch (rows) { PRODUCT_CASES(1) }
}
#undef live

#define base_last 0
static void NAME(product_live_rows)(long rows, long panels, long depth, const SCALAR *a, long a_stride,
                                    const SCALAR *w, long panel_stride, const SCALAR *base, long base_stride,
                                    SCALAR *c, long c_stride, const int *live) {
#if PANELS == 2
  if (panels == 2) {
    switch (rows) { LIVE_CASES(2) }
    return;
  }
#endif
  switch (rows) { LIVE_CASES(1) }
}
#undef base_last

static void NAME(product)(long rows, long panels, long depth, const void *a_, long a_stride, const void *w_,
                          long panel_stride, const void *base_, long base_stride, int base_last, void *c_,
                          long c_stride) {
  const SCALAR *a = a_, *w = w_, *base = base_;
  SCALAR *c = c_;
  long blocks = (rows + MOST_ROWS - 1) / MOST_ROWS;
  for (long p = 0; p < panels; p += PANELS) {
    long width = panels - p < PANELS ? panels - p : PANELS;
    for (long i = 0; i < blocks; i++) {
      long r = rows * i / blocks, end = rows * (i + 1) / blocks;
      NAME(product_rows)(end - r, width, depth, a + r * a_stride, a_stride, w + p * panel_stride, panel_stride,
                         base ? base + r * base_stride + p * 16 : 0, base_stride, base_last,
                         c + r * c_stride + p * 16, c_stride);
    }
  }
}

static void NAME(product_live)(long rows, long panels, const eq_live *live, const void *a_, long a_stride,
                               const void *w_, long panel_stride, const void *base_, long base_stride, void *c_,
                               long c_stride) {
  const SCALAR *a = a_, *w = w_, *base = base_;
  SCALAR *c = c_;
  for (long p = 0; p < panels; p += PANELS) {
    long width = panels - p < PANELS ? panels - p : PANELS;
    for (long i = 0; i < live->blocks; i++) {
      long r = rows * i / live->blocks, end = rows * (i + 1) / live->blocks, first = live->column_starts[i];
      NAME(product_live_rows)(end - r, width, live->column_starts[i + 1] - first, a + r * a_stride, a_stride,
                              w + p * panel_stride, panel_stride, base ? base + r * base_stride + p * 16 : 0,
                              base_stride, c + r * c_stride + p * 16, c_stride, live->columns + first);
    }
  }
}

// Bit i: whether element i of 16 is not 0.
INLINE unsigned NAME(not_zero)(const SCALAR *a) {
  eq_bits bits = __builtin_convertvector(*(const V *)a != (V)(0), eq_bits);
  unsigned short mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

// Padding columns are 0.
static void NAME(list_live)(long rows, long depth, const void *a_, long a_stride, long blocks, long *column_starts,
                            int *columns, long shards, const long *bounds, long *row_starts, int *live_rows,
                            unsigned short *masks) {
  long n = 0, vectors = (depth + 15) / 16;
  for (long r = 0; r < rows; r++)
    for (long v = 0; v < vectors; v++)
      masks[v * rows + r] = NAME(not_zero)((const SCALAR *)a_ + r * a_stride + v * 16);
  for (long i = 0; i < blocks; i++) {
    column_starts[i] = n;
    long from = rows * i / blocks, to = rows * (i + 1) / blocks;
    for (long v = 0; v < vectors; v++) {
      unsigned any = 0;
      for (long r = from; r < to; r++) any |= masks[v * rows + r];
      for (; any; any &= any - 1) columns[n++] = v * 16 + __builtin_ctz(any);
    }
  }
  column_starts[blocks] = n;
  n = 0;
  long place = 0;
  for (long k = 0; k < depth; k += eq_live_group)
    for (long s = 0; s < shards; s++) {
      row_starts[place++] = n;
      for (long r = bounds[s]; r < bounds[s + 1]; r++) {
        live_rows[n] = r;
        n += (masks[k / 16 * rows + r] >> k % 16 & ((1 << eq_live_group) - 1)) != 0;
      }
    }
  row_starts[place] = n;
}
