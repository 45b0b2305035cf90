// Convolutions: for each position one product over the examples, tap after tap. Part of template.h.

INLINE void NAME(convolve_tile)(int rows, int panels, const eq_convolution *c, long position, const SCALAR *a,
                               const SCALAR *w, const SCALAR *base, SCALAR *out) {
  V sum[TAP_ROWS][CONTRAST_PANELS];
#define EACH UNROLL for (int r = 0; r < rows; r++) UNROLL for (int p = 0; p < panels; p++)
  EACH sum[r][p] = base && !c->base_last ? *(const V *)(base + r * c->base_row + p * 16) : (V)(0);
  for (long i = c->taps->starts[position]; i < c->taps->starts[position + 1]; i++) {
    const SCALAR *from = a + c->taps->sources[i] * c->a_position, *weights = w + c->taps->taps[i] * c->w_tap;
    for (long k = 0; k < c->depth; k++) {
      V b[CONTRAST_PANELS];
      UNROLL for (int p = 0; p < panels; p++) b[p] = *(const V *)(weights + p * c->panel_stride + k * 16);
      EACH sum[r][p] = __builtin_elementwise_fma((V)(from[r * c->a_row + k]), b[p], sum[r][p]);
    }
  }
  if (base && c->base_last) EACH sum[r][p] += *(const V *)(base + r * c->base_row + p * 16);
  EACH *(V *)(out + r * c->c_row + p * 16) = sum[r][p] + (V)(0);  // no -0
#undef EACH
}

#define CONVOLVE_CASE(R, P) \
  case R: NAME(convolve_tile)(R, P, c, position, a, w, base, out); break;
#define CONVOLVE_CASES(P) \
  switch (rows) { \
    CONVOLVE_CASE(1, P) CONVOLVE_CASE(2, P) CONVOLVE_CASE(3, P) CONVOLVE_CASE(4, P) CONVOLVE_CASE(5, P) \
    CONVOLVE_CASE(6, P) \
  }

// Panels outside, so that their weights stay in the cache from position to position.
static void NAME(convolve)(const eq_convolution *c) {
  long blocks = (c->rows + TAP_ROWS - 1) / TAP_ROWS;
  for (long p = 0, width; p < c->panels; p += width) {
    width = c->panels - p >= CONTRAST_PANELS ? CONTRAST_PANELS : c->panels - p >= 2 ? 2 : 1;
    const SCALAR *w = (const SCALAR *)c->w + p * c->panel_stride;
    for (long position = 0; position < c->taps->positions; position++)
      for (long i = 0; i < blocks; i++) {
        long r = c->rows * i / blocks, rows = c->rows * (i + 1) / blocks - r;
        const SCALAR *a = (const SCALAR *)c->a + r * c->a_row;
        const SCALAR *base =
            c->base ? (const SCALAR *)c->base + r * c->base_row + position * c->base_position + p * 16 : 0;
        SCALAR *out = (SCALAR *)c->c + r * c->c_row + position * c->c_position + p * 16;
#if CONTRAST_PANELS > 2
        if (width == CONTRAST_PANELS) {
          CONVOLVE_CASES(CONTRAST_PANELS)
          continue;
        }
#endif
#if CONTRAST_PANELS > 1
        if (width == 2) {
          CONVOLVE_CASES(2)
          continue;
        }
#endif
        CONVOLVE_CASES(1)
      }
  }
}
#undef CONVOLVE_CASE
#undef CONVOLVE_CASES
