// The digests of what the kernels work out from made-up numbers, a line each; the same on every processor. A test compiles this
// file with the kernels for the machine that it is on and for another one, and compares.
//
// Usage: digests SET, one of the instruction sets that kernels.h names.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

enum { rows = 20, columns = 208, depth = 300, room = 320 * 320 };

static int is_double;

// Numbers between -1.5 and 1.5 that both scalars hold, with zeros among them where `share` is above 0.
static void *numbers(unsigned seed, double share) {
  void *all = aligned_alloc(64, room * 8);
  for (int i = 0; i < room; i++) {
    seed = seed * 1664525u + 1013904223u;
    double value = (double)(int)(seed >> 8 & 0xffff) / 0x8000 * 1.5 - 1.5;
    if ((double)(seed >> 24) / 256 < share) value = 0;
    if (is_double) ((double *)all)[i] = value;
    else ((float *)all)[i] = (float)value;
  }
  return all;
}

static void tell(const char *name, const void *bytes, long count) {
  unsigned long digest = 14695981039346656037ul;
  for (long i = 0; i < count; i++) digest = (digest ^ ((const unsigned char *)bytes)[i]) * 1099511628211ul;
  printf("%s %s %016lx\n", is_double ? "f64" : "f32", name, digest);
}

static void tell_all(const char *name, const void *tensor) { tell(name, tensor, (long)room * (is_double ? 8 : 4)); }
static void tell_one(const char *name, double value) { tell(name, &value, sizeof value); }

static void products(const eq_kernels *k) {
  void *a = numbers(1, 0), *w = numbers(2, 0), *base = numbers(3, 0), *c = numbers(4, 0), *sparse = numbers(5, 0.8);
  for (int last = 0; last < 2; last++) {
    k->product(rows, columns / 16, depth, a, 304, w, 16 * depth, base, columns, last, c, columns);
    tell_all("product", c);
  }
  long blocks = (rows + eq_live_rows - 1) / eq_live_rows, starts[8], bounds[2] = {0, rows}, row_starts[depth / 4 + 2];
  int *live_columns = malloc(blocks * depth * sizeof(int)), *live_rows = malloc(rows * depth * sizeof(int));
  unsigned short *masks = malloc(rows * depth * sizeof(short));
  k->list_live(rows, depth, sparse, 304, blocks, starts, live_columns, 1, bounds, row_starts, live_rows, masks);
  eq_live live = {blocks, starts, live_columns, row_starts, live_rows};
  k->product_live(rows, columns / 16, &live, sparse, 304, w, 16 * depth, base, columns, c, columns);
  tell_all("product_live", c);
  k->transpose(depth, columns, w, 16 * depth, c, 16 * columns);
  tell_all("transpose", c);
  long shards[5] = {0, 5, 10, 15, 20};
  eq_contrast contrast = {.depth = depth, .panels = columns / 16, .pre = a, .post = base, .pre_stride = 304,
                          .post_stride = columns, .shards = 4, .bounds = shards, .out = c, .panel_stride = 16 * depth};
  k->contrast(&contrast);
  tell_all("contrast", c);
  long taps[] = {0, 1, 0, 1}, sources[] = {0, 1, 1, 2}, tap_starts[] = {0, 2, 4};
  eq_taps joined = {2, tap_starts, taps, sources};
  eq_convolution convolution = {.rows = rows, .panels = 2, .depth = 48, .taps = &joined, .a = a, .a_row = 160,
                                .a_position = 48, .w = w, .panel_stride = 48 * 16 * 2, .w_tap = 48 * 16, .base = base,
                                .base_row = 0, .base_position = 0, .c = c, .c_row = 64, .c_position = 32};
  k->convolve(&convolution);
  tell_all("convolve", c);
}

static void updates(const eq_kernels *k, eq_activation activation) {
  void *s = numbers(11, 0), *drive = numbers(12, 0), *targets = numbers(13, 0), *next = numbers(14, 0),
       *before = numbers(15, 0), *after = numbers(16, 0), *unfolded = numbers(17, 0);
  int is_straight = activation != eq_sigmoid && activation != eq_tanh && activation != eq_silu;
  eq_update u = {rows, columns, s, drive, targets, next, before, after, unfolded, columns, columns, columns, columns,
                 columns, columns, activation, 0.5, 0.4, 1};
  k->activate(rows, columns, activation, s, columns, before, columns);
  tell_all("activate", before);
  tell_one("euler", k->euler(&u));
  tell_all("euler", next);
  tell_one("minimize", k->minimize(&u));
  tell_all("minimize", after);
  k->forward(&u);
  tell_all("forward", next);
  unsigned chains[rows];
  for (int i = 0; i < rows; i++) chains[i] = 7 * i;
  eq_noise noise = {{1, 2, 3, 4}, chains, 0, 1, 0, 4, 5, 6, 0.3};
  if (activation == eq_hard_sigmoid || activation == eq_linear) {
    tell_one("langevin", k->langevin(&u, &noise));
    tell_all("langevin", next);
    tell_one("hastings", k->hastings(&u, drive));
  }
  if (activation == eq_hard_sigmoid || activation == eq_linear || activation == eq_binary) {
    tell_one("gibbs", k->gibbs(&u, &noise));
    tell_all("gibbs", next);
  }
  if (activation == eq_linear || activation == eq_binary) tell_one("mean", k->mean(&u, 0.3));
  tell_one("energy", k->energy(rows, columns, s, columns, before, columns, drive, columns));
  tell_one("squared_error", k->squared_error(rows, columns, s, columns, targets, columns));
  k->slopes(rows, columns, activation, s, columns, before, columns, drive, columns, next, columns,
            is_straight ? 0 : after, columns);
  tell_all("slopes", next);
  tell_all("bends", after);
  eq_response response = {rows, columns, s, drive, targets, next, is_straight ? 0 : after, unfolded, before, columns,
                          columns, columns, columns, columns, columns, columns, 0.4};
  tell_one("respond", k->respond(&response));
  tell_all("respond", unfolded);
  if (activation == eq_sigmoid || activation == eq_tanh || activation == eq_silu || activation == eq_linear) {
    eq_complex_update complex = {.rows = rows, .columns = columns, .states = {s, drive}, .drive = {targets, s},
                                 .activity_before = {before, targets}, .targets = targets, .next = {next, after},
                                 .activity = {unfolded, before}, .states_stride = columns, .drive_stride = columns,
                                 .activity_before_stride = columns, .targets_stride = columns, .next_stride = columns,
                                 .activity_stride = columns, .activation = activation, .beta = {0.1, 0.2}, .step = 0.4};
    tell_one("complex_update", k->complex_update(&complex));
    tell_all("complex_update", next);
    tell_all("complex_update", unfolded);
  }
}

static void rest(const eq_kernels *k) {
  void *s = numbers(21, 0), *drive = numbers(22, 0), *targets = numbers(23, 0), *next = numbers(24, 0),
       *after = numbers(25, 0), *w = numbers(26, 0), *velocity = numbers(27, 0), *square = numbers(28, 0);
  eq_update u = {rows, 10, s, drive, targets, next, 0, after, 0, 16, 16, 16, 16, 16, 16, eq_linear, 0.5, 1, 1};
  tell_one("read_out", k->read_out(&u));
  tell_all("read_out", next);
  eq_descent descent = {0.1, 0.01, 0.9, 0.001};
  k->descend(room, &descent, s, velocity, w);
  tell_all("descend", w);
  k->descend_ahead(room, &descent, s, velocity, w);
  tell_all("descend_ahead", w);
  k->activate(256, 256, eq_sigmoid, square, 256, square, 256);
  eq_adam adam = {0.01, 0.02, 0.9, 0.999, 0.3, 1e-8, 0.999};
  k->adam(room / 2, &adam, s, velocity, square, w);
  tell_all("adam", w);
  tell_one("squares", k->squares(rows, s, w));
  for (eq_pool_kind kind = eq_pool_max; kind <= eq_pool_soft; kind++) {
    long members[] = {0, 1, 2, 3};
    eq_pool pool = {kind, rows, 32, 1, 4, members, next, 32, 32, s, w, 160, 32, 160, 32};
    k->pool(&pool);
    tell_all("pool", next);
    tell_all("pool", w);
  }
  double sums[rows];
  k->softplus_sums(rows, columns, drive, columns, 3, 0.5, sums);
  tell("softplus_sums", sums, sizeof sums);
  k->row_dots(rows, columns, drive, columns, targets, sums);
  tell("row_dots", sums, sizeof sums);
}

int main(int count, char **arguments) {
  const char *set = count == 2 ? arguments[1] : "";
  for (is_double = 0; is_double < 2; is_double++) {
    const eq_kernels *k = is_double ? eq_kernels_f64_for(set) : eq_kernels_f32_for(set);
    if (!k) return 69;
    products(k);
    for (eq_activation activation = eq_hard_sigmoid; activation <= eq_binary; activation++) updates(k, activation);
    rest(k);
  }
  return 0;
}
