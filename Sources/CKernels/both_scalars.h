// The template for float and for double, in the instruction set SET, with the register tiles that suit it:
// rows x panels sums of a product and units x panels sums of a contrast stay in registers.
#define SCALAR float
#define MATH(x) x##f
#define NAME(x) JOIN3(x, f32, SET)
#define MOST_ROWS FLOAT_ROWS
#define CONTRAST_PANELS FLOAT_PANELS
#define INTEGER int
#define EXP_LOWEST (-87.0f)
#define EXP_HIGHEST 88.0f
#define EXP_ROUND 0x1.8p23f
#define EXP_ROUND_BITS 0x4b400000
#define EXP_LN2_HIGH 0x1.62e4p-1f
#define EXP_LN2_LOW 0x1.7f7d1cp-20f
#define EXP_TERMS 8
#define EXP_LAST_FACTORIAL 40320.0f
#define EXP_BIAS 127
#define EXP_MANTISSA 23
#include "template.h"
#undef SCALAR
#undef MATH
#undef NAME
#undef MOST_ROWS
#undef CONTRAST_PANELS
#undef INTEGER
#undef EXP_LOWEST
#undef EXP_HIGHEST
#undef EXP_ROUND
#undef EXP_ROUND_BITS
#undef EXP_LN2_HIGH
#undef EXP_LN2_LOW
#undef EXP_TERMS
#undef EXP_LAST_FACTORIAL
#undef EXP_BIAS
#undef EXP_MANTISSA

#define SCALAR double
#define MATH(x) x
#define NAME(x) JOIN3(x, f64, SET)
#define MOST_ROWS 6
#define CONTRAST_PANELS PANELS
#define INTEGER long
#define EXP_LOWEST (-708.0)
#define EXP_HIGHEST 709.0
#define EXP_ROUND 0x1.8p52
#define EXP_ROUND_BITS 0x4338000000000000
#define EXP_LN2_HIGH 0x1.62e42fefa38p-1
#define EXP_LN2_LOW 0x1.ef35793c7673p-45
#define EXP_TERMS 14
#define EXP_LAST_FACTORIAL 87178291200.0
#define EXP_BIAS 1023
#define EXP_MANTISSA 52
#include "template.h"
#undef SCALAR
#undef MATH
#undef NAME
#undef MOST_ROWS
#undef CONTRAST_PANELS
#undef INTEGER
#undef EXP_LOWEST
#undef EXP_HIGHEST
#undef EXP_ROUND
#undef EXP_ROUND_BITS
#undef EXP_LN2_HIGH
#undef EXP_LN2_LOW
#undef EXP_TERMS
#undef EXP_LAST_FACTORIAL
#undef EXP_BIAS
#undef EXP_MANTISSA

#undef SET
#undef INSTRUCTIONS
#undef PANELS
#undef FLOAT_ROWS
#undef FLOAT_PANELS
