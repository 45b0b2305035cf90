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

// 1 / (1 + e^-s).
INLINE V NAME(logistic_v)(V s) { return (V)(1) / ((V)(1) + NAME(exp_v)(-s)); }

// (e^2s - 1) / (e^2s + 1), which loses nothing near 0.
INLINE V NAME(tanh_v)(V s) {
  V scale, p = NAME(exp_parts)(s + s, &scale);
  V less = __builtin_elementwise_fma(p, scale, scale - (V)(1));
  return less / (less + (V)(2));
}

// sqrt(2/pi) (s + 0.044715 s^3).
INLINE V NAME(gelu_inner)(V s) { return (V)((SCALAR)0.7978845608028654) * (s + (V)((SCALAR)0.044715) * s * s * s); }

INLINE V NAME(rho_v)(eq_activation activation, V s) {
  if (activation == eq_hard_sigmoid || activation == eq_relu6) return NAME(clip)(s, NAME(top)(activation));
  if (activation == eq_half_hard_sigmoid) return NAME(clip)(s / (V)(NAME(top)(activation)), 1);
  if (activation == eq_linear || activation == eq_binary) return s;
  if (activation == eq_relu) return s < (V)(0) ? (V)(0) : s;
  if (activation == eq_gelu) return (V)((SCALAR)0.5) * s * ((V)(1) + NAME(tanh_v)(NAME(gelu_inner)(s)));
  if (activation == eq_sigmoid) return (V)(1) / ((V)(1) + NAME(exp_v)((V)(2) - (V)(4) * s));
  if (activation == eq_silu) return s / ((V)(1) + NAME(exp_v)(-s));
  if (activation == eq_capped_silu) return (V)(10) * NAME(tanh_v)(s * NAME(logistic_v)(s) * (V)((SCALAR)0.1));
  return NAME(tanh_v)(s);
}

// rho' where rho is straight, on the closed interval of the states' range.
INLINE SCALAR NAME(straight_slope)(eq_activation activation) {
  return activation == eq_half_hard_sigmoid ? 1 / NAME(top)(activation) : 1;
}

// rho'(s), given rho(s) too.
INLINE V NAME(slope_v)(eq_activation activation, V s, V rho) {
  if (activation == eq_sigmoid) return (V)(4) * rho * ((V)(1) - rho);
  if (activation == eq_tanh) return (V)(1) - rho * rho;
  if (activation == eq_relu) return rho > (V)(0) ? (V)(1) : (V)(0);
  if (activation == eq_gelu) {
    V tau = NAME(tanh_v)(NAME(gelu_inner)(s));
    V inner = (V)((SCALAR)0.7978845608028654) * ((V)(1) + (V)((SCALAR)0.134145) * s * s);
    return (V)((SCALAR)0.5) * ((V)(1) + tau + s * ((V)(1) - tau * tau) * inner);
  }
  if (activation == eq_silu) {
    V sigma = NAME(logistic_v)(s);
    return sigma + rho * ((V)(1) - sigma);
  }
  if (activation == eq_capped_silu) {
    V sigma = NAME(logistic_v)(s), tau = rho * (V)((SCALAR)0.1);
    return ((V)(1) - tau * tau) * (sigma + s * sigma * ((V)(1) - sigma));
  }
  return (V)(NAME(straight_slope)(activation));
}

// rho''(s), given rho(s) and rho'(s) too.
INLINE V NAME(bend_v)(eq_activation activation, V s, V rho, V slope) {
  if (activation == eq_sigmoid) return (V)(4) * slope * ((V)(1) - (V)(2) * rho);
  if (activation == eq_tanh) return (V)(-2) * rho * slope;
  if (activation == eq_silu || activation == eq_capped_silu) {
    V sigma = NAME(logistic_v)(s);
    V bend = sigma * ((V)(1) - sigma) * ((V)(2) + s * ((V)(1) - (V)(2) * sigma));
    if (activation == eq_silu) return bend;
    V tau = rho * (V)((SCALAR)0.1), inner = sigma + s * sigma * ((V)(1) - sigma);
    return ((V)(1) - tau * tau) * (bend - (V)((SCALAR)0.2) * tau * inner * inner);
  }
  return (V)(0);
}

// rho'(s) and rho''(s) of one unit.
INLINE void NAME(slope_and_bend)(eq_activation activation, SCALAR s, SCALAR rho, SCALAR *slope, SCALAR *bend) {
  V first = NAME(slope_v)(activation, (V)(s), (V)(rho));
  *slope = first[0];
  *bend = NAME(bend_v)(activation, (V)(s), (V)(rho), first)[0];
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
