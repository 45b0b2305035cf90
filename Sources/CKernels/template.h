// Included once for each scalar and instruction set, with SCALAR, NAME(x), MOST_ROWS, PANELS and MATH(x) defined.

typedef SCALAR NAME(vec) __attribute__((ext_vector_type(16), aligned(sizeof(SCALAR))));
typedef INTEGER NAME(ivec) __attribute__((ext_vector_type(16), aligned(sizeof(INTEGER))));
#define V NAME(vec)
#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

#include "activation.h"

#include "product.h"

#include "convolution.h"

#include "pooling.h"

#include "elementwise.h"

#include "random.h"

#include "sampling.h"

#include "descent.h"

#include "contrast.h"

#include "readout.h"

#include "goodness.h"

#include "response.h"

#include "complex.h"

#include "measure.h"

static const eq_kernels NAME(table) = {
    NAME(product),  NAME(product_live), NAME(convolve), NAME(pool), NAME(spread_pooled),
    NAME(gather_pooled), NAME(list_live), NAME(contrast),  NAME(euler),    NAME(minimize), NAME(gibbs), NAME(langevin), NAME(mean), NAME(softplus_sums), NAME(hastings),
    NAME(drop), NAME(uniform), NAME(normal), NAME(forward),
    NAME(read_out), NAME(normalize), NAME(goodness), NAME(goodness_slopes), NAME(respond),  NAME(complex_update), NAME(slopes), NAME(mean_difference), NAME(turn), NAME(row_dots),
    NAME(combine_rows), NAME(count_bounds), NAME(squares),
    NAME(descend),  NAME(descend_ahead), NAME(adam), NAME(add),      NAME(transpose), NAME(look_up),
    NAME(activate), NAME(energy),    NAME(squared_error), NAME(largest_columns), NAME(finite), INSTRUCTIONS};

#undef V
#undef UNROLL
#undef INLINE
#undef PRODUCT_CASE
#undef PRODUCT_CASES
#undef LIVE_CASES
#undef ROWS
#undef ROW
#undef WORDS
#undef ROOT_TWO_PI
#undef LOG_ROOT_TWO_PI
