// Random numbers of units, from counters: the same bits for every instruction set and however a layer is cut. Part of
// template.h.
//
// Source: Salmon et al. 2011, doi:10.1145/2063384.2063405 (Threefry).

typedef unsigned NAME(words) __attribute__((ext_vector_type(16)));
typedef int NAME(small) __attribute__((ext_vector_type(16)));
#define WORDS NAME(words)

INLINE void NAME(mix)(WORDS *a, WORDS *b, int turn) {
  *a += *b;
  *b = (*b << turn | *b >> (32 - turn)) ^ *a;
}

// Four words for each of sixteen counters.
INLINE void NAME(threefry)(const unsigned key[4], WORDS x[4]) {
  static const int turns[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5}, {6, 20}, {17, 11}, {25, 10}, {18, 20}};
  unsigned keys[5] = {key[0], key[1], key[2], key[3], 0x1BD11BDA ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  UNROLL for (int i = 0; i < 4; i++) x[i] += keys[i];
  UNROLL for (int round = 0; round < 20; round++) {
    int is_odd = round & 1;
    NAME(mix)(&x[0], &x[is_odd ? 3 : 1], turns[round % 8][0]);
    NAME(mix)(&x[2], &x[is_odd ? 1 : 3], turns[round % 8][1]);
    if (round % 4 < 3) continue;
    UNROLL for (int i = 0; i < 4; i++) x[i] += keys[(round / 4 + 1 + i) % 5];
    x[3] += round / 4 + 1;
  }
}

// Units of a row whose numbers are made together, and room for them from the beginning of a block on.
enum { NAME(chunk) = 512, NAME(chunk_room) = 512 + 2 * 64 };

// Uniform numbers, strictly between 0 and 1 and symmetric about a half, for the units of a row from `first` of the layer
// on; returns where they begin in `room`.
static const SCALAR *NAME(fill)(const eq_noise *noise, long row, long first, long count, SCALAR *room) {
  unsigned chain = noise->chains[row / noise->positions];
  long block = first / 64, base = row % noise->positions * noise->blocks;
  for (long b = block; b * 64 < first + count; b++) {
    WORDS x[4];
    UNROLL for (int i = 0; i < 16; i++) x[0][i] = i;
    x[0] += (unsigned)((base + b) * 16);
    x[1] = chain;
    x[2] = noise->sweep;
    x[3] = noise->step;
    NAME(threefry)(noise->key, x);
    UNROLL for (int i = 0; i < 4; i++) {
      // Less than 2^31: signed numbers are converted by every instruction set.
      union { WORDS w; NAME(small) s; } word = {.w = x[i] >> UNIFORM_SHIFT};
      V number = __builtin_convertvector(word.s, V) + (V)((SCALAR)0.5);
      *(V *)(room + (b - block) * 64 + i * 16) = number * (V)((SCALAR)UNIFORM_UNIT);
    }
  }
  return room + first % 64;
}
