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
#define LOG_ROOT_HALF_BITS 0x3f3504f3
#define LOG_TERMS 6
#define UNIFORM_SHIFT 9
#define UNIFORM_UNIT 0x1p-23f
#define MILLS                                                                                                       \
  -0.0001338403034f, -0.0001477273496f, 0.001555891116f, -0.0004220230565f, -0.01218739616f, 0.0396817556f,         \
      -0.06137398774f, 0.02674685913f, 0.1130356593f, -0.3491802314f, 1.242425002f
#define TAIL_STEPS 1
// Beyond so many deviations lies less than the least uniform number.
#define TAIL_NEGLIGIBLE 6
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
#undef LOG_ROOT_HALF_BITS
#undef LOG_TERMS
#undef UNIFORM_SHIFT
#undef UNIFORM_UNIT
#undef MILLS
#undef TAIL_STEPS
#undef TAIL_NEGLIGIBLE

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
#define LOG_ROOT_HALF_BITS 0x3fe6a09e667f3bcd
#define LOG_TERMS 12
#define UNIFORM_SHIFT 1
#define UNIFORM_UNIT 0x1p-31
#define MILLS                                                                                                    \
  4.81778383861261555e-10, -1.57908635812438578e-9, -6.79484858760296307e-9, 1.24567795070567946e-8,             \
      5.10228242590095699e-8, -3.74758501258120123e-8, -2.81164325995760824e-7, -3.62171540798753691e-8,         \
      1.33177943091679622e-6, 1.14859460577631801e-6, -6.13880546444237439e-6, -9.1259453596788852e-6,           \
      0.0000314619462309686956, 0.0000561693676276827016, -0.000202262883076057065, -0.000265249054312185027,    \
      0.00162454842727427333, -0.000315633689743488472, -0.0122210362582199717, 0.0396374974155047192,           \
      -0.0613663620130943181, 0.0267545275181232722, 0.113035019787484706, -0.349180607213322725, 1.24242501029619352
#define TAIL_STEPS 3
#define TAIL_NEGLIGIBLE 9
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
#undef LOG_ROOT_HALF_BITS
#undef LOG_TERMS
#undef UNIFORM_SHIFT
#undef UNIFORM_UNIT
#undef MILLS
#undef TAIL_STEPS
#undef TAIL_NEGLIGIBLE

#undef SET
#undef INSTRUCTIONS
#undef PANELS
#undef FLOAT_ROWS
#undef FLOAT_PANELS
