// How weights learn, one element after the other. Part of template.h.

// Sixteen elements of w.
INLINE void NAME(descend_v)(const eq_descent *d, V contrast, SCALAR *velocity, SCALAR *w_) {
  V w = *(V *)w_, rate = (V)((SCALAR)d->rate), scale = (V)((SCALAR)d->scale), decay = (V)((SCALAR)d->decay);
  if (!velocity && d->decay == 0) {
    *(V *)w_ = __builtin_elementwise_fma((V)((SCALAR)(d->rate * d->scale)), contrast, w);
    return;
  }
  V gradient = __builtin_elementwise_fma(-scale, contrast, decay * w);
  if (velocity) {
    gradient = __builtin_elementwise_fma((V)((SCALAR)d->momentum), *(V *)velocity, gradient);
    *(V *)velocity = gradient;
  }
  *(V *)w_ = __builtin_elementwise_fma(-rate, gradient, w);
}

static void NAME(descend)(long count, const eq_descent *d, const void *contrast, void *velocity, void *w) {
  for (long i = 0; i < count; i += 16)
    NAME(descend_v)(d, *(const V *)((const SCALAR *)contrast + i), velocity ? (SCALAR *)velocity + i : 0,
                    (SCALAR *)w + i);
}

// Nesterov's momentum: the step that the velocity will make next is made already.
static void NAME(descend_ahead)(long count, const eq_descent *d, const void *contrast_, void *velocity_, void *w_) {
  V rate = (V)((SCALAR)d->rate), scale = (V)((SCALAR)d->scale), decay = (V)((SCALAR)d->decay);
  V momentum = (V)((SCALAR)d->momentum);
  for (long i = 0; i < count; i += 16) {
    V *w = (V *)((SCALAR *)w_ + i), *velocity = (V *)((SCALAR *)velocity_ + i);
    V gradient = __builtin_elementwise_fma(-scale, *(const V *)((const SCALAR *)contrast_ + i), decay * *w);
    *velocity = __builtin_elementwise_fma(momentum, *velocity, gradient);
    *w = __builtin_elementwise_fma(-rate, __builtin_elementwise_fma(momentum, *velocity, gradient), *w);
  }
}

// A root and a quotient are rounded to the nearest by every instruction set.
static void NAME(adam)(long count, const eq_adam *a, const void *contrast_, void *mean_, void *square_, void *w_) {
  V rate = (V)((SCALAR)a->rate), scale = (V)((SCALAR)a->scale), keep = (V)((SCALAR)a->keep);
  V mean_kept = (V)((SCALAR)a->mean), mean_new = (V)((SCALAR)(1 - a->mean));
  V square_kept = (V)((SCALAR)a->square), square_new = (V)((SCALAR)(1 - a->square));
  V root = (V)((SCALAR)a->root), epsilon = (V)((SCALAR)a->epsilon);
  for (long i = 0; i < count; i += 16) {
    V *w = (V *)((SCALAR *)w_ + i), *mean = (V *)((SCALAR *)mean_ + i), *square = (V *)((SCALAR *)square_ + i);
    V gradient = -scale * *(const V *)((const SCALAR *)contrast_ + i);
    *mean = __builtin_elementwise_fma(mean_kept, *mean, mean_new * gradient);
    *square = __builtin_elementwise_fma(square_kept, *square, square_new * (gradient * gradient));
    V size = __builtin_elementwise_fma(root, __builtin_elementwise_sqrt(*square), epsilon);
    *w = __builtin_elementwise_fma(-rate, *mean / size, keep * *w);
  }
}
