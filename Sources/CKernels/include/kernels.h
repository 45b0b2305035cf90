#pragma once

// The arithmetic of a tile, once for float and once for double (every pointer is to that scalar).
//
// Each element of a product is ONE chain of fused multiply-adds in ascending order of the summed index. Its bits
// therefore depend neither on how rows or columns are cut into calls, nor on the instruction set chosen at run time,
// nor on whether zeros are left out; an element that would be -0 is +0.
//
// Weights lie in panels of 16 columns: element (k, j) of a depth x columns matrix stands at
// [j / 16][k][j % 16]; columns past the last are zero. Row strides count scalars and are multiples of 16.

enum { eq_panel = 16, eq_most_shards = 4096, eq_live_rows = 6, eq_live_group = 4 };

typedef enum {
  eq_hard_sigmoid, eq_sigmoid, eq_tanh, eq_linear, eq_relu6, eq_half_hard_sigmoid, eq_silu, eq_binary,
  eq_capped_silu, eq_relu, eq_gelu
} eq_activation;

// The states of one layer and what drives them, for one update of a block of rows.
typedef struct {
  long rows, columns;      // padding up to a multiple of 16 columns is read and written too
  const void *states;      // s, rows x columns
  const void *drive;       // sum of everything that reaches the layer: W' rho(s below) + W rho(s above) + b
  const void *targets;     // d, or null where the layer is not nudged
  void *next;              // s afterwards; may be `states`
  const void *activity_before;  // rho(s); null where rho is the identity on the states' range
  void *activity;          // rho(s) afterwards; may be `activity_before`
  void *unfolded;          // where `langevin` leads before it is reflected; null where nobody asks
  long states_stride, drive_stride, targets_stride, next_stride, activity_stride, unfolded_stride;
  eq_activation activation;
  double beta;             // 0 where the layer is not nudged
  double step;             // epsilon
  double factor;           // how far `minimize` goes on the way to the minimiser; 1: to it
  long newton;             // Newton steps of `minimize` where rho bends; 0: one Euler step
} eq_update;

// Which random number a unit of a row gets: the word (n / 16) % 4 of Threefry4x32-20 at the counter
// (16 (n / 64) + n % 16, chain, sweep, step), n = 64 blocks position + unit. Nothing of how rows and columns are cut.
typedef struct {
  unsigned key[4];
  const unsigned *chains;  // of each example of the block of rows and those before it in the matrix
  long row;                // of the matrix where the block of rows begins
  long positions;          // rows of an example
  long unit;               // of the layer where the block of columns begins
  long blocks;             // of 64 units, which a position has
  unsigned sweep, step;
  double temperature;
} eq_noise;

// Where a matrix of inputs is not zero. A product may leave out a zero: the chain's bits stay the same.
typedef struct {
  long blocks;               // row blocks: block i has rows [rows * i / blocks, rows * (i + 1) / blocks)
  const long *column_starts; // blocks + 1 places in `columns`
  const int *columns;        // the columns in which a block has any non-zero, ascending
  const long *row_starts;    // for each group of eq_live_group columns, for each shard: a place in `rows`; one more at the end
  const int *rows;           // the rows in which a group has any non-zero, ascending
} eq_live;

// Which positions of a layer reach which of another: for each position that is driven, in order, the taps of the kernel
// that reach it and the positions they read.
typedef struct {
  long positions;
  const long *starts;      // positions + 1 places in `taps` and `sources`
  const long *taps;
  const long *sources;
} eq_taps;

// c = base + the products of all taps, each rows x depth times depth x (16 panels); rows are examples. Every element is
// one chain in the order of the taps, as in `product`.
typedef struct {
  long rows, panels, depth;
  const eq_taps *taps;
  const void *a;           // scalars from one example to the next, and from one position to the next
  long a_row, a_position;
  const void *w;           // weights of a tap begin w_tap scalars after those of the tap before
  long panel_stride, w_tap;
  const void *base;        // null: zero
  long base_row, base_position;
  int base_last;
  void *c;
  long c_row, c_position;
} eq_convolution;

// For each tap of a kernel the pairs of positions that it joins.
typedef struct {
  long taps;
  const long *starts;      // taps + 1 places in `pre` and `post`
  const long *pre, *post;
  long pre_position, post_position;  // scalars from one position to the next
} eq_pairs;

typedef enum { eq_pool_max, eq_pool_average, eq_pool_soft } eq_pool_kind;

// Pooling: each position of a layer from `size` positions before it.
typedef struct {
  eq_pool_kind kind;
  long rows, columns;      // examples, units
  long positions, size;
  const long *members;     // positions x size
  void *pooled;            // in `pool` and `gather` written, in `spread` read
  long pooled_row, pooled_position;
  void *values;            // before pooling: in `pool` and `gather` read, in `spread` written at every member
  void *slopes;            // d pooled / d value: in `pool` written at every member
  long values_row, values_position, slopes_row, slopes_position;
} eq_pool;

// Gradient descent on one element after the other: g = decay w - scale contrast; velocity <- momentum velocity + g;
// w <- w - rate velocity.
typedef struct {
  double rate, scale, momentum, decay;
} eq_descent;

// Adam, g = -scale contrast: mean <- `mean` mean + (1 - `mean`) g; square <- `square` square + (1 - `square`) g g;
// w <- keep w - rate mean / (root sqrt(square) + epsilon).
typedef struct {
  double rate, scale, mean, square, root, epsilon, keep;
} eq_adam;

// Products of the two ends of one connection over the rows of several shards.
typedef struct {
  long depth, panels;
  const void *pre, *post;            // rows x depth and rows x (16 panels)
  const void *pre_2, *post_2;        // a second product, added row by row; both null without one
  long pre_stride, post_stride, pre_2_stride, post_2_stride;  // a stride of 0 repeats one row
  const eq_live *live;               // of `pre`, which then begins at column 0 and is alone; or null
  const eq_pairs *pairs;             // of a convolution, whose `depth` is that of one tap; or null
  long shards;
  const long *bounds;                // shards + 1 row numbers
  void *out;                         // panels of `depth` rows: the sums, or what learns from them
  long panel_stride;
  const eq_descent *descent;         // how `out` learns; null where it takes the sums
  void *velocity;                    // beside `out`, or null
} eq_contrast;

// The response of one layer to a small force: (d2E/ds2) response = force, one layer given its neighbours.
typedef struct {
  long rows, columns;
  const void *response;    // lambda
  const void *drive;       // W' g below + W g above, g = slope lambda
  const void *force;       // -dC/ds, or null where the layer feels none
  const void *slope;       // rho'(s)
  const void *bend;        // rho''(s) drive(s), or null where rho is straight
  void *next;              // lambda afterwards
  void *seen;              // g afterwards; null where g = lambda
  long response_stride, drive_stride, force_stride, slope_stride, bend_stride, next_stride, seen_stride;
  double step;             // epsilon; 0: to the layer's own solution at once, where rho is straight
} eq_response;

// The complex states of one layer: rows x columns of real parts, and as many of imaginary parts.
typedef struct {
  long rows, columns;
  const void *states[2], *drive[2], *activity_before[2];  // activity_before: null where rho is the identity
  const void *targets;                                    // real, or null where the layer is not nudged
  void *next[2], *activity[2];
  long states_stride, drive_stride, activity_before_stride, targets_stride, next_stride, activity_stride;
  eq_activation activation;
  double beta[2];
  double step;
  int to_minimum;          // where rho is straight: to the minimiser given the neighbours at once
} eq_complex_update;

typedef enum {
  eq_goodness_sum, eq_goodness_squares, eq_goodness_top, eq_goodness_entmax, eq_goodness_burstiness,
  eq_goodness_fourth, eq_goodness_variance, eq_goodness_concentration, eq_goodness_skewness, eq_goodness_softmax,
  eq_goodness_sparsemax
} eq_goodness_kind;

// The goodness g(h) of whole rows of a layer, h = rho(a).
typedef struct {
  eq_goodness_kind kind;
  long most;               // how many of the largest units `top` is the mean of
  long rows, columns;      // padding up to a multiple of 16 columns is read too
  const void *drive;       // a
  long drive_stride;
  eq_activation activation;
} eq_goodness;

typedef struct {
  // c = base + a w: c is rows x (16 panels); base_stride 0 repeats one row, a null base is zero. The chain of additions
  // begins with the base or, where base_last is set, with 0, the base being added to its end.
  void (*product)(long rows, long panels, long depth, const void *a, long a_stride, const void *w,
                  long panel_stride, const void *base, long base_stride, int base_last, void *c, long c_stride);
  // The same product where `a` has many zeros, listed in `live`.
  void (*product_live)(long rows, long panels, const eq_live *live, const void *a, long a_stride, const void *w,
                       long panel_stride, const void *base, long base_stride, void *c, long c_stride);
  void (*convolve)(const eq_convolution *c);
  // pooled <- max, mean or soft-max mean (weights e^value) of the values; slopes <- their derivatives.
  void (*pool)(const eq_pool *p);
  // values <- slopes pooled.
  void (*spread_pooled)(const eq_pool *p);
  // pooled <- sum over members of slopes values.
  void (*gather_pooled)(const eq_pool *p);
  // Fills the lists of an eq_live; `columns` has room for blocks * depth, `live_rows` for rows * groups of 4, `masks`
  // for rows * vectors of 16.
  void (*list_live)(long rows, long depth, const void *a, long a_stride, long blocks, long *column_starts,
                    int *columns, long shards, const long *bounds, long *row_starts, int *live_rows,
                    unsigned short *masks);
  // Chains over each shard's rows, shards summed in the fixed tree: pairs of neighbours, an odd one carried up.
  void (*contrast)(const eq_contrast *c);
  // s <- s - step dF/ds; returns max |change| / step.
  double (*euler)(const eq_update *u);
  // s <- the minimiser of F given the neighbours where rho is straight, else one Euler step; returns max |change|, of an
  // Euler step / step.
  double (*minimize)(const eq_update *u);
  // s drawn from exp(-F / temperature) given the neighbours, where rho is straight: by the inverse distribution function of
  // one uniform number a unit; returns max |change|.
  double (*gibbs)(const eq_update *u, const eq_noise *noise);
  // s <- s - step dF/ds + sqrt(2 temperature step) xi, xi normal, reflected at the bounds; returns max |change| / step.
  double (*langevin)(const eq_update *u, const eq_noise *noise);
  // s <- the mean of exp(-F / temperature) given the neighbours, of binary and linear units; returns max |change|.
  double (*mean)(const eq_update *u, double temperature);
  // Of each row the sum over columns of ln(1 + e^(scale (x - 1/2))), less, where `less` is not 0, that of `less` in place
  // of `scale`.
  void (*softplus_sums)(long rows, long columns, const void *x, long stride, double scale, double less, double *out);
  // T log q(s' | s) / q(s | s') of langevin's step from `states` under `drive` to `next` under `next_drive` (of the same
  // stride): the sum over rows and columns of step/4 (|g'|^2 - |g|^2) - (x' - s) (g + g') / 2, g = dF/ds, in double. With bounds
  // x' is `unfolded`, and g' there the mirror image of dF/ds at s'.
  double (*hastings)(const eq_update *u, const void *next_drive);
  // a <- 0 where a unit's uniform number is below the share, a / (1 - share) elsewhere.
  void (*drop)(long rows, long columns, const eq_noise *noise, double share, void *a, long stride);
  // The uniform and the normal numbers of a row's first units.
  void (*uniform)(const eq_noise *noise, long columns, void *out);
  void (*normal)(const eq_noise *noise, long columns, void *out);
  // s <- rho(drive), the forward sweep's guess.
  void (*forward)(const eq_update *u);
  // p <- e^drive / sum over the columns of e^drive, activity <- beta (d - p), 0 where the targets are null; returns
  // max |change of p|. Padding stays 0.
  double (*read_out)(const eq_update *u);
  // seen <- h / sqrt(mean h^2 + 1e-8) of whole rows, h = rho(a). Padding becomes 0.
  void (*normalize)(long rows, long columns, eq_activation activation, const void *a, long a_stride, void *seen,
                    long seen_stride);
  // out[r] = g of a row.
  void (*goodness)(const eq_goodness *g, double *out);
  // out[r] <- factors[r] (dg/dh) rho'(a) + peers, of `count` units from `first` on, a multiple of 16; `peers`, of just these
  // units, may be null. Padding becomes 0.
  void (*goodness_slopes)(const eq_goodness *g, const double *factors, const void *peers, long first, long count,
                          void *out, long out_stride);
  // lambda <- lambda + step (force + bend lambda + slope drive - lambda); returns max |change| / step.
  double (*respond)(const eq_response *u);
  // z <- z - step dF/dz on complex states; returns the largest change of a part / step.
  double (*complex_update)(const eq_complex_update *u);
  // slope <- rho'(s), 0 where a state is clipped; bend (if not null) <- rho''(s) drive.
  void (*slopes)(long rows, long columns, eq_activation activation, const void *s, long s_stride,
                 const void *activity, long activity_stride, const void *drive, long drive_stride, void *slope,
                 long slope_stride, void *bend, long bend_stride);
  // mean <- (a + b) / 2, difference <- a - b; either may be null.
  void (*mean_difference)(long rows, long columns, const void *a, long a_stride, const void *b, long b_stride, void *mean,
                 long mean_stride, void *difference, long difference_stride);
  // out <- the complex conjugate of (re + i im) z
  void (*turn)(long rows, long columns, double re, double im, const void *z_re, const void *z_im, long z_stride,
               void *out_re, void *out_im, long out_stride);
  // out[r] = the sum over columns of a[r] w, in double.
  void (*row_dots)(long rows, long columns, const void *a, long a_stride, const void *w, double *out);
  // out[r] = x_share[r] x[r] + y_share[r] y[r].
  void (*combine_rows)(long rows, long columns, const void *x, long x_stride, const double *x_share, const void *y,
                       long y_stride, const double *y_share, void *out, long out_stride);
  // Adds to low and high how many of a row's activities stand at, or within 1 % of, the bounds of rho's range.
  void (*count_bounds)(long rows, long columns, eq_activation activation, const void *activity, long stride,
                       long *low, long *high);
  // The sum of squares of a - b (b may be null) over rows of a panel, one chain a column, columns then added in order.
  double (*squares)(long rows, const void *a, const void *b);
  // w learns from the contrast; velocity may be null.
  void (*descend)(long count, const eq_descent *descent, const void *contrast, void *velocity, void *w);
  // The same with Nesterov's momentum: w <- w - rate (g + momentum velocity).
  void (*descend_ahead)(long count, const eq_descent *descent, const void *contrast, void *velocity, void *w);
  void (*adam)(long count, const eq_adam *adam, const void *contrast, void *mean, void *square, void *w);
  // a <- a + b
  void (*add)(long rows, long columns, void *a, long a_stride, const void *b, long b_stride);
  // The panels of the transposed matrix: depth x columns -> columns x depth.
  void (*transpose)(long depth, long columns, const void *w, long panel_stride, void *t, long t_panel_stride);
  // out[i] = table[bytes[i]]
  void (*look_up)(long count, const unsigned char *bytes, const void *table, void *out);
  // activity <- rho(s)
  void (*activate)(long rows, long columns, eq_activation activation, const void *s, long s_stride, void *activity,
                   long activity_stride);
  // Sum over rows, then columns, of s^2 / 2 - activity * drive, one chain in double.
  double (*energy)(long rows, long columns, const void *s, long s_stride, const void *activity, long activity_stride,
                   const void *drive, long drive_stride);
  // Sum over rows, then columns, of (y - d)^2 / 2, one chain in double.
  double (*squared_error)(long rows, long columns, const void *y, long y_stride, const void *d, long d_stride);
  // For each row the first of its largest columns.
  void (*largest_columns)(long rows, long columns, const void *y, long y_stride, long *out);
  // 1 when every element is finite.
  int (*finite)(long rows, long columns, const void *a, long stride);
  const char *instructions;  // "avx512", "avx2" or "baseline"
} eq_kernels;

// The fastest this processor runs.
const eq_kernels *eq_kernels_f32(void);
const eq_kernels *eq_kernels_f64(void);
// Of tensors that hold no numbers: nothing is read or written, and residuals, sums and energies are 0.
const eq_kernels *eq_kernels_hollow(void);
// A named instruction set ("avx512", "avx2", "baseline"), or null where the processor lacks it.
const eq_kernels *eq_kernels_f32_for(const char *instructions);
const eq_kernels *eq_kernels_f64_for(const char *instructions);

#include "peak.h"
