// Contrasts: a chain over each shard's rows, shards added in the fixed tree. Part of template.h.

// Adds a row of one end times a row of the other.
INLINE void NAME(add_pair)(int units, int panels, const SCALAR *pre, const SCALAR *post,
                          V sum[eq_live_group][CONTRAST_PANELS]) {
  V y[CONTRAST_PANELS];
  UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)(post + q * 16);
  UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
    sum[u][q] = __builtin_elementwise_fma((V)(pre[u]), y[q], sum[u][q]);
}

// One shard's chain of a convolution's tap: over its rows, and in each over the pairs of positions that the tap joins.
INLINE void NAME(tap_chain)(int units, int panels, const eq_contrast *c, long tap, long k, long p, long shard,
                           V sum[eq_live_group][CONTRAST_PANELS]) {
  const eq_pairs *pairs = c->pairs;
  const SCALAR *pre = (const SCALAR *)c->pre + k, *post = (const SCALAR *)c->post + p * 16;
  const SCALAR *pre_2 = c->pre_2 ? (const SCALAR *)c->pre_2 + k : 0;
  const SCALAR *post_2 = c->post_2 ? (const SCALAR *)c->post_2 + p * 16 : 0;
  for (long m = c->bounds[shard]; m < c->bounds[shard + 1]; m++)
    for (long i = pairs->starts[tap]; i < pairs->starts[tap + 1]; i++) {
      long from = pairs->pre[i] * pairs->pre_position, to = pairs->post[i] * pairs->post_position;
      NAME(add_pair)(units, panels, pre + m * c->pre_stride + from, post + m * c->post_stride + to, sum);
      if (pre_2)
        NAME(add_pair)(units, panels, pre_2 + m * c->pre_2_stride + from, post_2 + m * c->post_2_stride + to, sum);
    }
}

// One shard's chain for `units` rows of the connection and `panels` panels.
INLINE void NAME(shard_chain)(int units, int panels, const eq_contrast *c, long k, long p, long shard,
                             int is_live, long tap, V sum[eq_live_group][CONTRAST_PANELS]) {
  UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++) sum[u][q] = (V)(0);
  if (tap >= 0) return NAME(tap_chain)(units, panels, c, tap, k, p, shard, sum);
  const SCALAR *pre = (const SCALAR *)c->pre + k, *post = (const SCALAR *)c->post + p * 16;
  if (is_live) {
    const long *start = c->live->row_starts + k / eq_live_group * c->shards + shard;
    for (long i = start[0]; i < start[1]; i++) {
      long m = c->live->rows[i];
      V y[CONTRAST_PANELS];
      UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)(post + m * c->post_stride + q * 16);
      UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
        sum[u][q] = __builtin_elementwise_fma((V)(pre[m * c->pre_stride + u]), y[q], sum[u][q]);
    }
    return;
  }
  const SCALAR *pre_2 = c->pre_2 ? (const SCALAR *)c->pre_2 + k : 0;
  const SCALAR *post_2 = c->post_2 ? (const SCALAR *)c->post_2 + p * 16 : 0;
  for (long m = c->bounds[shard]; m < c->bounds[shard + 1]; m++) {
    V y[CONTRAST_PANELS];
    UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)(post + m * c->post_stride + q * 16);
    UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
      sum[u][q] = __builtin_elementwise_fma((V)(pre[m * c->pre_stride + u]), y[q], sum[u][q]);
    if (pre_2) {
      UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)(post_2 + m * c->post_2_stride + q * 16);
      UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
        sum[u][q] = __builtin_elementwise_fma((V)(pre_2[m * c->pre_2_stride + u]), y[q], sum[u][q]);
    }
  }
}

// What becomes of the sums of one row of two panels.
INLINE void NAME(contrast_put)(const eq_contrast *c, long place, V sum) {
  SCALAR *out = (SCALAR *)c->out + place, *velocity = c->velocity ? (SCALAR *)c->velocity + place : 0;
  sum += (V)(0);  // no -0
  if (c->descent) NAME(descend_v)(c->descent, sum, velocity, out);
  else *(V *)out = sum;
}

// The tree over shards is a binary counter: finished subtrees wait in `pending` until their neighbour is done.
INLINE void NAME(contrast_tile)(int units, int panels, const eq_contrast *c, long k, long p, int is_live, long tap) {
  const long first = tap < 0 ? k : tap * c->depth + k;
  V sum[eq_live_group][CONTRAST_PANELS], pending[13][eq_live_group][CONTRAST_PANELS];
#define EACH UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
  const long *live = is_live ? c->live->row_starts + k / eq_live_group * c->shards : 0;
  if (is_live && live[0] == live[c->shards]) {  // zeros in every row, as at the border of a picture
    // Without a velocity and decay nothing is learnt from nothing.
    if (c->descent && !c->velocity && c->descent->decay == 0) return;
    EACH NAME(contrast_put)(c, (p + q) * c->panel_stride + (first + u) * 16, (V)(0));
    return;
  }
  for (long s = 0; s < c->shards; s++) {
    NAME(shard_chain)(units, panels, c, k, p, s, is_live, tap, sum);
    int level = 0;
    for (; (s >> level) & 1; level++) EACH sum[u][q] = pending[level][u][q] + sum[u][q];
    if (s + 1 < c->shards)
      EACH pending[level][u][q] = sum[u][q];
    else  // the subtrees still waiting stand to the left of the last one, the smallest nearest to it
      for (level++; (s >> level) > 0; level++)
        if ((s >> level) & 1) EACH sum[u][q] = pending[level][u][q] + sum[u][q];
  }
  EACH NAME(contrast_put)(c, (p + q) * c->panel_stride + (first + u) * 16, sum[u][q]);
#undef EACH
}

// Rows of the connection outside, panels inside: what the lists of live examples say of a row holds for all panels.
INLINE void NAME(contrast_rows)(int units, const eq_contrast *c, long k, int is_live, long tap) {
  long p = 0;
  for (; p + CONTRAST_PANELS <= c->panels; p += CONTRAST_PANELS)
    NAME(contrast_tile)(units, CONTRAST_PANELS, c, k, p, is_live, tap);
#if CONTRAST_PANELS > 2
  for (; p + 2 <= c->panels; p += 2) NAME(contrast_tile)(units, 2, c, k, p, is_live, tap);
#endif
#if CONTRAST_PANELS > 1
  if (p < c->panels) NAME(contrast_tile)(units, 1, c, k, p, is_live, tap);
#endif
}

INLINE void NAME(contrast_all)(const eq_contrast *c, int is_live, long tap) {
  long k = 0;
  for (; k + eq_live_group <= c->depth; k += eq_live_group) NAME(contrast_rows)(eq_live_group, c, k, is_live, tap);
  for (; k < c->depth; k++) NAME(contrast_rows)(1, c, k, is_live, tap);
}

static __attribute__((noinline)) void NAME(contrast_live)(const eq_contrast *c) { NAME(contrast_all)(c, 1, -1); }

static __attribute__((noinline)) void NAME(contrast_dense)(const eq_contrast *c) { NAME(contrast_all)(c, 0, -1); }

static __attribute__((noinline)) void NAME(contrast_taps)(const eq_contrast *c) {
  for (long tap = 0; tap < c->pairs->taps; tap++) NAME(contrast_all)(c, 0, tap);
}

static void NAME(contrast)(const eq_contrast *c) {
  if (c->pairs) NAME(contrast_taps)(c);
  else if (c->live) NAME(contrast_live)(c);
  else NAME(contrast_dense)(c);
}
