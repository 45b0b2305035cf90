#pragma once

// What a core can do at most, for the ceilings that a benchmark divides by.

// Operations, two a fused multiply-add, of `rounds` rounds on registers alone, in the fastest instruction set this
// processor runs; `seed` keeps the compiler from computing them itself, *sink from leaving them out.
double eq_peak_f32(long rounds, float seed, float *sink);
double eq_peak_f64(long rounds, double seed, double *sink);

// a[i] += s b[i]: two reads and a write of memory that is read before it is written.
void eq_stream_update(long count, float *a, const float *b, float s);
// The sum of a[i], in some order: a read.
float eq_stream_read(long count, const float *a);
