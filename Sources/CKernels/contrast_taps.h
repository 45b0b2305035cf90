// Contrasts of a convolution: in each shard a chain over its examples and, in each, the pairs of positions that a tap
// joins. One example after the other, so that what it shows stays in the cache while all sums take it in; the sums of a
// shard lie in memory meanwhile. Part of template.h.

// What one example gives to the sums of `units` rows of a tap.
INLINE void NAME(tap_tile)(int units, int panels, const eq_contrast *c, long tap, long k, long p, long example,
                          SCALAR *sums) {
  const eq_pairs *pairs = c->pairs;
  const SCALAR *pre = (const SCALAR *)c->pre + example * c->pre_stride + k;
  const SCALAR *post = (const SCALAR *)c->post + example * c->post_stride + p * 16;
  const SCALAR *pre_2 = c->pre_2 ? (const SCALAR *)c->pre_2 + example * c->pre_2_stride + k : 0;
  const SCALAR *post_2 = c->pre_2 ? (const SCALAR *)c->post_2 + example * c->post_2_stride + p * 16 : 0;
  V sum[TAP_ROWS][CONTRAST_PANELS], y[CONTRAST_PANELS];
#define EACH UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
#define SUM(u, q) (*(V *)(sums + (p + (q)) * c->panel_stride + (tap * c->depth + k + (u)) * 16))
#define ADD(pre, post)                                                                    \
  UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)((post) + to + q * 16);      \
  EACH sum[u][q] = __builtin_elementwise_fma((V)((pre)[from + u]), y[q], sum[u][q]);
  EACH sum[u][q] = SUM(u, q);
  for (long i = pairs->starts[tap]; i < pairs->starts[tap + 1]; i++) {
    long from = pairs->pre[i] * pairs->pre_position, to = pairs->post[i] * pairs->post_position;
    ADD(pre, post)
    if (pre_2) { ADD(pre_2, post_2) }
  }
  EACH SUM(u, q) = sum[u][q];
#undef ADD
#undef SUM
#undef EACH
}

INLINE void NAME(tap_panels)(int panels, const eq_contrast *c, long p, long example, SCALAR *sums) {
  for (long tap = 0; tap < c->pairs->taps; tap++) {
    long k = 0;
    for (; k + TAP_ROWS <= c->depth; k += TAP_ROWS)
      NAME(tap_tile)(TAP_ROWS, panels, c, tap, k, p, example, sums);
    for (; k + 2 <= c->depth; k += 2) NAME(tap_tile)(2, panels, c, tap, k, p, example, sums);
    if (k < c->depth) NAME(tap_tile)(1, panels, c, tap, k, p, example, sums);
  }
}

// The sums of a shard, in memory of their own.
static SCALAR *NAME(tap_sums)(const eq_contrast *c, long shard) {
  long count = c->panels * c->panel_stride;
  SCALAR *sums = aligned_alloc(64, (count + 16) * sizeof(SCALAR));
  if (!sums) abort();
  memset(sums, 0, count * sizeof(SCALAR));
  for (long example = c->bounds[shard]; example < c->bounds[shard + 1]; example++) {
    long p = 0;
    for (; p + CONTRAST_PANELS <= c->panels; p += CONTRAST_PANELS)
      NAME(tap_panels)(CONTRAST_PANELS, c, p, example, sums);
#if CONTRAST_PANELS > 1
    for (; p < c->panels; p++) NAME(tap_panels)(1, c, p, example, sums);
#endif
  }
  return sums;
}

// The tree over shards, as in contrast_tile.
static __attribute__((noinline)) void NAME(contrast_taps)(const eq_contrast *c) {
  SCALAR *pending[13], *sums = 0;
  long rows = c->pairs->taps * c->depth;
#define EACH for (long p = 0; p < c->panels; p++) for (long place = p * c->panel_stride, i = 0; i < rows; i++, place += 16)
#define JOIN(level)                                                                             \
  EACH *(V *)(sums + place) = *(const V *)(pending[level] + place) + *(const V *)(sums + place); \
  free(pending[level]);
  for (long s = 0; s < c->shards; s++) {
    sums = NAME(tap_sums)(c, s);
    int level = 0;
    for (; (s >> level) & 1; level++) { JOIN(level) }
    if (s + 1 < c->shards)
      pending[level] = sums;
    else
      for (level++; (s >> level) > 0; level++)
        if ((s >> level) & 1) { JOIN(level) }
  }
  EACH NAME(contrast_put)(c, place, *(const V *)(sums + place));
  free(sums);
#undef JOIN
#undef EACH
}
