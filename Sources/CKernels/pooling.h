// Pooling: each position from several before it, and the way back. Part of template.h.

INLINE V *NAME(pool_value)(const eq_pool *p, long row, long position, long i, long j) {
  long member = p->members[position * p->size + i];
  return (V *)((SCALAR *)p->values + row * p->values_row + member * p->values_position + j);
}

INLINE V *NAME(pool_slope)(const eq_pool *p, long row, long position, long i, long j) {
  long member = p->members[position * p->size + i];
  return (V *)((SCALAR *)p->slopes + row * p->slopes_row + member * p->slopes_position + j);
}

static void NAME(pool)(const eq_pool *p) {
  for (long row = 0; row < p->rows; row++)
    for (long position = 0; position < p->positions; position++) {
      SCALAR *out = (SCALAR *)p->pooled + row * p->pooled_row + position * p->pooled_position;
      for (long j = 0; j < p->columns; j += 16) {
#define VALUE(i) (*NAME(pool_value)(p, row, position, i, j))
#define SLOPE(i) (*NAME(pool_slope)(p, row, position, i, j))
        V most = VALUE(0), sum = VALUE(0);
        for (long i = 1; i < p->size; i++) {
          most = VALUE(i) > most ? VALUE(i) : most;
          sum += VALUE(i);
        }
        if (p->kind == eq_pool_average) {
          V share = (V)((SCALAR)1 / (SCALAR)p->size);
          for (long i = 0; i < p->size; i++) SLOPE(i) = share;
          *(V *)(out + j) = sum * share;
        } else if (p->kind == eq_pool_max) {
          NAME(ivec) isFree = (NAME(ivec))(-1);  // of equal ones the first is taken
          for (long i = 0; i < p->size; i++) {
            NAME(ivec) isTaken = (VALUE(i) == most) & isFree;
            SLOPE(i) = isTaken ? (V)(1) : (V)(0);
            isFree &= ~isTaken;
          }
          *(V *)(out + j) = most;
        } else {
          V whole = (V)(0), mean = (V)(0);
          for (long i = 0; i < p->size; i++) {
            SLOPE(i) = NAME(exp_v)(VALUE(i) - most);
            whole += SLOPE(i);
          }
          for (long i = 0; i < p->size; i++) {
            SLOPE(i) /= whole;
            mean += SLOPE(i) * VALUE(i);
          }
          for (long i = 0; i < p->size; i++) SLOPE(i) *= (V)(1) + (VALUE(i) - mean);
          *(V *)(out + j) = mean;
        }
#undef VALUE
#undef SLOPE
      }
    }
}

static void NAME(spread_pooled)(const eq_pool *p) {
  for (long row = 0; row < p->rows; row++)
    for (long position = 0; position < p->positions; position++) {
      const SCALAR *pooled = (const SCALAR *)p->pooled + row * p->pooled_row + position * p->pooled_position;
      for (long i = 0; i < p->size; i++)
        for (long j = 0; j < p->columns; j += 16)
          *NAME(pool_value)(p, row, position, i, j) =
              *NAME(pool_slope)(p, row, position, i, j) * *(const V *)(pooled + j);
    }
}

static void NAME(gather_pooled)(const eq_pool *p) {
  for (long row = 0; row < p->rows; row++)
    for (long position = 0; position < p->positions; position++) {
      SCALAR *pooled = (SCALAR *)p->pooled + row * p->pooled_row + position * p->pooled_position;
      for (long j = 0; j < p->columns; j += 16) {
        V sum = (V)(0);
        for (long i = 0; i < p->size; i++)
          sum += *NAME(pool_slope)(p, row, position, i, j) * *NAME(pool_value)(p, row, position, i, j);
        *(V *)(pooled + j) = sum;
      }
    }
}
