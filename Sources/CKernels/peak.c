#include "peak.h"

#include "kernels.h"

#include <string.h>

// No multiplication is fused with an addition but where it says so: the same bits on every processor.
#pragma STDC FP_CONTRACT OFF

#pragma clang diagnostic ignored "-Wpsabi"

typedef float f32 __attribute__((ext_vector_type(16), aligned(4)));
typedef double f64 __attribute__((ext_vector_type(8), aligned(8)));

// Independent chains enough to hide the latency of a multiply-add, few enough to stay in registers.
#define CHAINS(vector, scalar, set, count)                                                  \
  static double peak_##vector##_##set(long rounds, scalar seed, scalar *sink) {             \
    vector sums[count], factor = (vector)(seed), term = (vector)(seed);                     \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < count; i++) sums[i] = (vector)((scalar)i); \
    for (long r = 0; r < rounds; r++)                                                       \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < count; i++)                    \
        sums[i] = __builtin_elementwise_fma(sums[i], factor, term);                         \
    vector all = sums[0];                                                                   \
    _Pragma("clang loop unroll(full)") for (int i = 1; i < count; i++) all += sums[i];      \
    *sink = all[0];                                                                         \
    return 2.0 * (double)rounds * count * (sizeof(vector) / sizeof(scalar));                \
  }

#define STREAMS(set)                                                                        \
  static void update_##set(long count, float *restrict a, const float *restrict b, float s) { \
    long i = 0;                                                                             \
    for (; i + 64 <= count; i += 64)                                                        \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 64; k += 16)                   \
        *(f32 *)(a + i + k) = *(const f32 *)(a + i + k) + (f32)(s) * *(const f32 *)(b + i + k); \
    for (; i < count; i++) a[i] += s * b[i];                                                \
  }                                                                                         \
  static float read_##set(long count, const float *a) {                                     \
    f32 sums[8];                                                                            \
    for (int k = 0; k < 8; k++) sums[k] = (f32)(0);                                         \
    long i = 0;                                                                             \
    for (; i + 128 <= count; i += 128)                                                      \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 8; k++) sums[k] += *(const f32 *)(a + i + 16 * k); \
    for (int k = 1; k < 8; k++) sums[0] += sums[k];                                         \
    float sum = 0;                                                                          \
    for (int k = 0; k < 16; k++) sum += sums[0][k];                                         \
    for (; i < count; i++) sum += a[i];                                                     \
    return sum;                                                                             \
  }

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
CHAINS(f32, float, avx512, 16)
CHAINS(f64, double, avx512, 16)
STREAMS(avx512)
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
CHAINS(f32, float, avx2, 6)
CHAINS(f64, double, avx2, 6)
STREAMS(avx2)
#pragma clang attribute pop
#endif

CHAINS(f32, float, baseline, 3)
CHAINS(f64, double, baseline, 3)
STREAMS(baseline)

static int uses(const char *instructions) { return !strcmp(eq_kernels_f32()->instructions, instructions); }

#if defined(__x86_64__)
#define DISPATCH(name, ...)                              \
  if (uses("avx512")) return name##_avx512(__VA_ARGS__); \
  if (uses("avx2")) return name##_avx2(__VA_ARGS__);     \
  return name##_baseline(__VA_ARGS__);
#else
#define DISPATCH(name, ...) return name##_baseline(__VA_ARGS__);
#endif

double eq_peak_f32(long rounds, float seed, float *sink) { DISPATCH(peak_f32, rounds, seed, sink) }
double eq_peak_f64(long rounds, double seed, double *sink) { DISPATCH(peak_f64, rounds, seed, sink) }
void eq_stream_update(long count, float *a, const float *b, float s) { DISPATCH(update, count, a, b, s) }
float eq_stream_read(long count, const float *a) { DISPATCH(read, count, a) }
