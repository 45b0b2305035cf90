#include "kernels.h"

// No multiplication is fused with an addition but where it says so: the same bits on every processor.
#pragma STDC FP_CONTRACT OFF

// Kernels that touch no tensor, for those that have a shape alone.

static void product(long rows, long panels, long depth, const void *a, long a_stride, const void *w,
                    long panel_stride, const void *base, long base_stride, int base_last, void *c, long c_stride) {}
static void product_live(long rows, long panels, const eq_live *live, const void *a, long a_stride, const void *w,
                         long panel_stride, const void *base, long base_stride, void *c, long c_stride) {}
static void convolve(const eq_convolution *c) {}
static void pool(const eq_pool *p) {}
static void list_live(long rows, long depth, const void *a, long a_stride, long blocks, long *column_starts,
                      int *columns, long shards, const long *bounds, long *row_starts, int *live_rows,
                      unsigned short *masks) {}
static void contrast(const eq_contrast *c) {}
static double update(const eq_update *u) { return 0; }
static double sample(const eq_update *u, const eq_noise *noise) { return 0; }
static double mean(const eq_update *u, double temperature) { return 0; }
static void softplus_sums(long rows, long columns, const void *x, long stride, double scale, double less, double *out) {
  for (long i = 0; i < rows; i++) out[i] = 0;
}
static double hastings(const eq_update *u, const void *next_drive) { return 0; }
static void drop(long rows, long columns, const eq_noise *noise, double share, void *a, long stride) {}
static void draw(const eq_noise *noise, long columns, void *out) {}
static void forward(const eq_update *u) {}
static void normalize(long rows, long columns, eq_activation activation, const void *a, long a_stride, void *seen,
                      long seen_stride) {}
static void goodness(const eq_goodness *g, double *out) {
  for (long i = 0; i < g->rows; i++) out[i] = 0;
}
static void goodness_slopes(const eq_goodness *g, const double *factors, const void *peers, long first, long count,
                            void *out, long out_stride) {}
static double respond(const eq_response *u) { return 0; }
static double complex_update(const eq_complex_update *u) { return 0; }
static void slopes(long rows, long columns, eq_activation activation, const void *s, long s_stride,
                   const void *activity, long activity_stride, const void *drive, long drive_stride, void *slope,
                   long slope_stride, void *bend, long bend_stride) {}
static void mean_difference(long rows, long columns, const void *a, long a_stride, const void *b, long b_stride, void *mean,
                   long mean_stride, void *difference, long difference_stride) {}
static void turn(long rows, long columns, double re, double im, const void *z_re, const void *z_im, long z_stride,
                 void *out_re, void *out_im, long out_stride) {}
static void row_dots(long rows, long columns, const void *a, long a_stride, const void *w, double *out) {
  for (long i = 0; i < rows; i++) out[i] = 0;
}
static void combine_rows(long rows, long columns, const void *x, long x_stride, const double *x_share, const void *y,
                         long y_stride, const double *y_share, void *out, long out_stride) {}
static void count_bounds(long rows, long columns, eq_activation activation, const void *activity, long stride,
                         long *low, long *high) {}
static double squares(long rows, const void *a, const void *b) { return 0; }
static void descend(long count, const eq_descent *descent, const void *contrast, void *velocity, void *w) {}
static void adam(long count, const eq_adam *adam, const void *contrast, void *mean, void *square, void *w) {}
static void add(long rows, long columns, void *a, long a_stride, const void *b, long b_stride) {}
static void transpose(long depth, long columns, const void *w, long panel_stride, void *t, long t_panel_stride) {}
static void look_up(long count, const unsigned char *bytes, const void *table, void *out) {}
static void activate(long rows, long columns, eq_activation activation, const void *s, long s_stride, void *activity,
                     long activity_stride) {}
static double energy(long rows, long columns, const void *s, long s_stride, const void *activity, long activity_stride,
                     const void *drive, long drive_stride) {
  return 0;
}
static double squared_error(long rows, long columns, const void *y, long y_stride, const void *d, long d_stride) {
  return 0;
}
static void largest_columns(long rows, long columns, const void *y, long y_stride, long *out) {
  for (long i = 0; i < rows; i++) out[i] = 0;
}
static int finite(long rows, long columns, const void *a, long stride) { return 1; }

static const eq_kernels hollow = {
    product,  product_live, convolve, pool, pool,   pool,         list_live, contrast, update,        update,
    sample,   sample,       mean,     softplus_sums, hastings, drop, draw,     draw, forward,  update,       normalize, goodness, goodness_slopes, respond,  complex_update, slopes, mean_difference, turn,  row_dots, combine_rows, count_bounds, squares,  descend,
    descend,  adam,         add,      transpose, look_up,  activate, energy,   squared_error, largest_columns,
    finite,   "hollow"};

const eq_kernels *eq_kernels_hollow(void) { return &hollow; }
