#include "kernels.h"

#include <math.h>
#include <string.h>

// Vectors wider than the baseline's registers never cross a call: every function that takes one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"
// fma stands where it is meant; the compiler adds none.
#pragma STDC FP_CONTRACT OFF

// Examples of a convolution whose sums stay in registers.
#define TAP_ROWS 6

typedef _Bool eq_bits __attribute__((ext_vector_type(16)));

#define JOIN3_(a, b, c) a##_##b##_##c
#define JOIN3(a, b, c) JOIN3_(a, b, c)

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#define SET avx512
#define INSTRUCTIONS "avx512"
#define PANELS 2
#define FLOAT_ROWS 12
#define FLOAT_PANELS 4
#include "both_scalars.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define SET avx2
#define INSTRUCTIONS "avx2"
#define PANELS 1
#define FLOAT_ROWS 6
#define FLOAT_PANELS 1
#include "both_scalars.h"
#pragma clang attribute pop
#endif

#define SET baseline
#define INSTRUCTIONS "baseline"
#define PANELS 1
#define FLOAT_ROWS 6
#define FLOAT_PANELS 1
#include "both_scalars.h"

static int runs(const char *instructions) {
#if defined(__x86_64__)
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!strcmp(instructions, "avx512"))
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (!strcmp(instructions, "avx2")) return avx2;
#endif
  return !strcmp(instructions, "baseline");
}

#if defined(__x86_64__)
#define CHOOSE(scalar)                                             \
  if (!runs(instructions)) return 0;                               \
  if (!strcmp(instructions, "avx512")) return &table_##scalar##_avx512; \
  if (!strcmp(instructions, "avx2")) return &table_##scalar##_avx2;     \
  return &table_##scalar##_baseline;
#else
#define CHOOSE(scalar) return runs(instructions) ? &table_##scalar##_baseline : 0;
#endif

const eq_kernels *eq_kernels_f32_for(const char *instructions) { CHOOSE(f32) }
const eq_kernels *eq_kernels_f64_for(const char *instructions) { CHOOSE(f64) }

static const char *fastest(void) { return runs("avx512") ? "avx512" : runs("avx2") ? "avx2" : "baseline"; }

const eq_kernels *eq_kernels_f32(void) { return eq_kernels_f32_for(fastest()); }
const eq_kernels *eq_kernels_f64(void) { return eq_kernels_f64_for(fastest()); }
