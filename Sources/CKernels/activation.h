// The activations rho, sixteen units at a time. Part of template.h.
//
// exp is our own, so that every instruction set gives the same bits and a vector of units costs little more than one:
//   e^x - 1 = 2^n p(r) + (2^n - 1),   x = n ln 2 + r,   |r| <= ln 2 / 2,   p(r) = e^r - 1
// with p as its Taylor series, whose first term left out is below half an ulp of 1 (r^9/9! < 2e-10 in float,
// r^15/15! < 1e-19 in double). tanh is within 3 ulp of the C library's; the sigmoid too in double, while in
// float the rounding of 2 - 4s counts for up to 33 ulp where rho is nearly 0.

// The upper end of the states' range, whose lower one is 0; 0 where they are not clipped. The half hard sigmoid's is the
// root of 2, and rho(s) = s / top there: at rest s = drive / top, so rho(s) = drive / 2.
INLINE SCALAR NAME(top)(eq_activation activation) {
  switch (activation) {
    case eq_hard_sigmoid: return 1;
    case eq_relu6: return 6;
    case eq_half_hard_sigmoid: return (SCALAR)0x1.6a09e667f3bcdp0;
    default: return 0;
  }
}

// The upper bound of rho where states are clipped, else 0.
INLINE SCALAR NAME(bound)(eq_activation activation) {
  return activation == eq_half_hard_sigmoid ? 1 : NAME(top)(activation);
}

// Comparisons that are false for a NaN let it through, so that a diverged state is seen and not clipped away.
INLINE V NAME(clip)(V x, SCALAR top) {
  x = x < (V)(0) ? (V)(0) : x;
  return x > (V)(top) ? (V)(top) : x;
}

// p(r) and 2^n of x.
INLINE V NAME(exp_parts)(V x, V *scale) {
  x = x < (V)(EXP_LOWEST) ? (V)(EXP_LOWEST) : x;
  x = x > (V)(EXP_HIGHEST) ? (V)(EXP_HIGHEST) : x;
  // Adding 1.5 * 2^(digits - 1) leaves the nearest whole number in the last bits.
  V shifted = __builtin_elementwise_fma(x, (V)((SCALAR)0x1.71547652b82fep+0), (V)(EXP_ROUND));
  V n = shifted - (V)(EXP_ROUND);
  V r = __builtin_elementwise_fma(n, (V)(-EXP_LN2_HIGH), x);
  r = __builtin_elementwise_fma(n, (V)(-EXP_LN2_LOW), r);
  V sum = (V)((SCALAR)1 / EXP_LAST_FACTORIAL);
  SCALAR factorial = EXP_LAST_FACTORIAL;
  UNROLL for (int k = EXP_TERMS - 1; k >= 1; k--) {
    factorial /= k + 1;
    sum = __builtin_elementwise_fma(sum, r, (V)((SCALAR)1 / factorial));
  }
  union { V v; NAME(ivec) i; } bits = {.v = shifted};
  bits.i = (bits.i + (EXP_BIAS - EXP_ROUND_BITS)) << EXP_MANTISSA;
  *scale = bits.v;
  return sum * r;
}

INLINE V NAME(exp_v)(V x) {
  V scale, p = NAME(exp_parts)(x, &scale);
  return __builtin_elementwise_fma(p, scale, scale);
}

INLINE V NAME(rho_v)(eq_activation activation, V s) {
  if (activation == eq_hard_sigmoid || activation == eq_relu6) return NAME(clip)(s, NAME(top)(activation));
  if (activation == eq_half_hard_sigmoid) return NAME(clip)(s / (V)(NAME(top)(activation)), 1);
  if (activation == eq_linear || activation == eq_binary) return s;
  if (activation == eq_sigmoid) return (V)(1) / ((V)(1) + NAME(exp_v)((V)(2) - (V)(4) * s));
  if (activation == eq_silu) return s / ((V)(1) + NAME(exp_v)(-s));
  // tanh s = (e^2s - 1) / (e^2s + 1), which loses nothing near 0.
  V scale, p = NAME(exp_parts)(s + s, &scale);
  V less = __builtin_elementwise_fma(p, scale, scale - (V)(1));
  return less / (less + (V)(2));
}

// rho' where rho is straight, on the closed interval of the states' range.
INLINE SCALAR NAME(straight_slope)(eq_activation activation) {
  return activation == eq_half_hard_sigmoid ? 1 / NAME(top)(activation) : 1;
}

// rho'(s), given rho(s) too.
INLINE V NAME(slope_v)(eq_activation activation, V s, V rho) {
  if (activation == eq_sigmoid) return (V)(4) * rho * ((V)(1) - rho);
  if (activation == eq_tanh) return (V)(1) - rho * rho;
  if (activation == eq_silu) {
    V sigma = (V)(1) / ((V)(1) + NAME(exp_v)(-s));
    return sigma + rho * ((V)(1) - sigma);
  }
  return (V)(NAME(straight_slope)(activation));
}

// rho'(s) and rho''(s) where rho bends.
INLINE void NAME(slope_and_bend)(eq_activation activation, SCALAR s, SCALAR rho, SCALAR *slope, SCALAR *bend) {
  switch (activation) {
    case eq_sigmoid:
      *slope = 4 * rho * (1 - rho);
      *bend = 4 * *slope * (1 - 2 * rho);
      return;
    case eq_tanh:
      *slope = 1 - rho * rho;
      *bend = -2 * rho * *slope;
      return;
    case eq_silu: {
      SCALAR sigma = 1 / (1 + NAME(exp_v)((V)(-s))[0]);
      *slope = sigma + rho * (1 - sigma);
      *bend = sigma * (1 - sigma) * (2 + s * (1 - 2 * sigma));
      return;
    }
    default:
      *slope = NAME(straight_slope)(activation);
      *bend = 0;
  }
}

// The lanes of a block of 16 columns that exist, all bits set; padding must stay 0 where rho(0) is not.
INLINE NAME(ivec) NAME(lanes)(long left) {
  NAME(ivec) mask;
  UNROLL for (int i = 0; i < 16; i++) mask[i] = i < left ? -1 : 0;
  return mask;
}

INLINE V NAME(keep)(V x, NAME(ivec) mask) {
  union { V v; NAME(ivec) i; } bits = {.v = x};
  bits.i &= mask;
  return bits.v;
}
