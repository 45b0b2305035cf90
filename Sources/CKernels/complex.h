// Complex states: real parts and imaginary parts apart. Part of template.h.

typedef struct {
  SCALAR re, im;
} NAME(complex);

INLINE NAME(complex) NAME(times)(NAME(complex) a, NAME(complex) b) {
  return (NAME(complex)){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// 1 / (1 + e^w).
INLINE NAME(complex) NAME(complex_logistic)(NAME(complex) w) {
  SCALAR size = NAME(exp_v)((V)(w.re))[0];
  NAME(complex) below = {1 + size * MATH(cos)(w.im), size * MATH(sin)(w.im)};
  SCALAR norm = below.re * below.re + below.im * below.im;
  return (NAME(complex)){below.re / norm, -below.im / norm};
}

// rho of a complex state; activations that clip have no such continuation and are refused before they come here.
INLINE NAME(complex) NAME(complex_rho)(eq_activation activation, NAME(complex) z) {
  if (activation == eq_linear) return z;
  if (activation == eq_silu) return NAME(times)(z, NAME(complex_logistic)((NAME(complex)){-z.re, -z.im}));
  // tanh z = 1 - 2 / (1 + e^2z).
  NAME(complex) w = activation == eq_sigmoid ? (NAME(complex)){2 - 4 * z.re, -4 * z.im}
                                             : (NAME(complex)){2 * z.re, 2 * z.im};
  NAME(complex) inverse = NAME(complex_logistic)(w);
  return activation == eq_sigmoid ? inverse : (NAME(complex)){1 - 2 * inverse.re, -2 * inverse.im};
}

// rho'(z), given rho(z) too.
INLINE NAME(complex) NAME(complex_slope)(eq_activation activation, NAME(complex) z, NAME(complex) rho) {
  if (activation == eq_linear) return (NAME(complex)){1, 0};
  if (activation == eq_silu) {
    NAME(complex) sigma = NAME(complex_logistic)((NAME(complex)){-z.re, -z.im});
    NAME(complex) rest = NAME(times)(rho, (NAME(complex)){1 - sigma.re, -sigma.im});
    return (NAME(complex)){sigma.re + rest.re, sigma.im + rest.im};
  }
  NAME(complex) square = NAME(times)(rho, rho);
  return activation == eq_sigmoid ? (NAME(complex)){4 * (rho.re - square.re), 4 * (rho.im - square.im)}
                                  : (NAME(complex)){1 - square.re, -square.im};
}

static double NAME(complex_update)(const eq_complex_update *u) {
  SCALAR most = 0, step = u->step;
  NAME(complex) beta = {u->beta[0], u->beta[1]};
  // 1 / (1 + beta), the inverse of the output's curvature.
  SCALAR norm = (1 + beta.re) * (1 + beta.re) + beta.im * beta.im;
  NAME(complex) inverse = {(1 + beta.re) / norm, -beta.im / norm};
  ROWS(u) {
#define PART(field, i) ROW(u->field[i], u->field##_stride)
    const SCALAR *s[2] = {PART(states, 0), PART(states, 1)}, *drive[2] = {PART(drive, 0), PART(drive, 1)},
                 *before[2] = {PART(activity_before, 0), PART(activity_before, 1)}, *d = ROW(u->targets, u->targets_stride);
    SCALAR *next[2] = {PART(next, 0), PART(next, 1)}, *activity[2] = {PART(activity, 0), PART(activity, 1)};
#undef PART
    for (long j = 0; j < u->columns; j++) {
      NAME(complex) now = {s[0][j], s[1][j]}, force = {drive[0][j], drive[1][j]}, moved;
      if (u->to_minimum) {
        if (d) force = NAME(times)((NAME(complex)){force.re + beta.re * d[j], force.im + beta.im * d[j]}, inverse);
        moved = force;
      } else {
        if (before[0]) {
          NAME(complex) rho = {before[0][j], before[1][j]};
          force = NAME(times)(NAME(complex_slope)(u->activation, now, rho), force);
        }
        force = (NAME(complex)){force.re - now.re, force.im - now.im};
        if (d) {
          NAME(complex) nudge = NAME(times)(beta, (NAME(complex)){d[j] - now.re, -now.im});
          force = (NAME(complex)){force.re + nudge.re, force.im + nudge.im};
        }
        moved = (NAME(complex)){MATH(fma)(step, force.re, now.re), MATH(fma)(step, force.im, now.im)};
      }
      SCALAR change = MATH(fabs)(moved.re - now.re), change_im = MATH(fabs)(moved.im - now.im);
      change = change_im > change ? change_im : change;
      most = change > most ? change : most;
      next[0][j] = moved.re;
      next[1][j] = moved.im;
      if (activity[0]) {
        NAME(complex) rho = NAME(complex_rho)(u->activation, moved);
        activity[0][j] = rho.re;
        activity[1][j] = rho.im;
      }
    }
  }
  return u->to_minimum ? most : most / step;
}

static void NAME(turn)(long rows, long columns, double re_, double im_, const void *z_re, const void *z_im,
                       long z_stride, void *out_re, void *out_im, long out_stride) {
  SCALAR re = re_, im = im_;
  for (long r = 0; r < rows; r++) {
    const SCALAR *a = (const SCALAR *)z_re + r * z_stride, *b = (const SCALAR *)z_im + r * z_stride;
    SCALAR *x = (SCALAR *)out_re + r * out_stride, *y = (SCALAR *)out_im + r * out_stride;
    for (long j = 0; j < columns; j++) {
      x[j] = re * a[j] - im * b[j];
      y[j] = -(re * b[j] + im * a[j]);
    }
  }
}
