// Contrasts: a chain over each shard's rows, shards added in the fixed tree. Part of template.h.

// One shard's chain for `units` rows of the connection and `panels` panels.
INLINE void NAME(shard_chain)(int units, int panels, const eq_contrast *c, long k, long p, long shard,
                             int is_live, V sum[CONTRAST_UNITS][PANELS]) {
  UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++) sum[u][q] = (V)(0);
  const SCALAR *pre = (const SCALAR *)c->pre + k, *post = (const SCALAR *)c->post + p * 16;
  if (is_live) {
    const long *start = c->live->row_starts + k / 8 * c->shards + shard;
    for (long i = start[0]; i < start[1]; i++) {
      long m = c->live->rows[i];
      V y[PANELS];
      UNROLL for (int q = 0; q < panels; q++) y[q] = *(const V *)(post + m * c->post_stride + q * 16);
      UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
        sum[u][q] = __builtin_elementwise_fma((V)(pre[m * c->pre_stride + u]), y[q], sum[u][q]);
    }
    return;
  }
  const SCALAR *pre_2 = c->pre_2 ? (const SCALAR *)c->pre_2 + k : 0;
  const SCALAR *post_2 = c->post_2 ? (const SCALAR *)c->post_2 + p * 16 : 0;
  for (long m = c->bounds[shard]; m < c->bounds[shard + 1]; m++) {
    V y[PANELS];
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
INLINE void NAME(contrast_tile)(int units, int panels, const eq_contrast *c, long k, long p, int is_live) {
  V sum[CONTRAST_UNITS][PANELS], pending[13][CONTRAST_UNITS][PANELS];
#define EACH UNROLL for (int u = 0; u < units; u++) UNROLL for (int q = 0; q < panels; q++)
  const long *live = is_live ? c->live->row_starts + k / 8 * c->shards : 0;
  if (is_live && live[0] == live[c->shards]) {  // zeros in every row, as at the border of a picture
    // Without a velocity and decay nothing is learnt from nothing.
    if (c->descent && !c->velocity && c->descent->decay == 0) return;
    EACH NAME(contrast_put)(c, (p + q) * c->panel_stride + (k + u) * 16, (V)(0));
    return;
  }
  for (long s = 0; s < c->shards; s++) {
    NAME(shard_chain)(units, panels, c, k, p, s, is_live, sum);
    int level = 0;
    for (; (s >> level) & 1; level++) EACH sum[u][q] = pending[level][u][q] + sum[u][q];
    if (s + 1 < c->shards)
      EACH pending[level][u][q] = sum[u][q];
    else  // the subtrees still waiting stand to the left of the last one, the smallest nearest to it
      for (level++; (s >> level) > 0; level++)
        if ((s >> level) & 1) EACH sum[u][q] = pending[level][u][q] + sum[u][q];
  }
  EACH NAME(contrast_put)(c, (p + q) * c->panel_stride + (k + u) * 16, sum[u][q]);
#undef EACH
}

INLINE void NAME(contrast_panels)(const eq_contrast *c, long p, int panels, int is_live) {
  long k = 0;
  for (; k + CONTRAST_UNITS <= c->depth; k += CONTRAST_UNITS)
    NAME(contrast_tile)(CONTRAST_UNITS, panels, c, k, p, is_live);
  for (; k < c->depth; k++) NAME(contrast_tile)(1, panels, c, k, p, is_live);
}

static __attribute__((noinline)) void NAME(contrast_live)(const eq_contrast *c, long p, int panels) {
#if PANELS == 2
  if (panels == 2) return NAME(contrast_panels)(c, p, 2, 1);
#endif
  NAME(contrast_panels)(c, p, 1, 1);
}

static __attribute__((noinline)) void NAME(contrast_dense)(const eq_contrast *c, long p, int panels) {
#if PANELS == 2
  if (panels == 2) return NAME(contrast_panels)(c, p, 2, 0);
#endif
  NAME(contrast_panels)(c, p, 1, 0);
}

static void NAME(contrast)(const eq_contrast *c) {
  for (long p = 0; p < c->panels; p += PANELS) {
    int panels = c->panels - p < PANELS ? 1 : PANELS;
    if (c->live) NAME(contrast_live)(c, p, panels);
    else NAME(contrast_dense)(c, p, panels);
  }
}
