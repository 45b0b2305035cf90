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
#define LOG                                                                                                 \
  0.08743945352f, -0.1437733057f, 0.1494909548f, -0.1656069599f, 0.1995697748f, -0.2500215346f, 0.3333418334f, \
      -0.4999998703f, 0.9999999743f
#define UNIFORM_SHIFT 9
#define UNIFORM_UNIT 0x1p-23f
#define MILLS                                                                                                \
  -0.0003943441879f, 0.0003241714095f, 0.003919832456f, -0.008713460733f, -0.01883037159f, 0.1513885563f,      \
      -0.4675531274f, 0.9704099614f, -1.523770314f, 1.893219055f
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
#undef LOG
#undef UNIFORM_SHIFT
#undef UNIFORM_UNIT
#undef MILLS
#undef TAIL_STEPS
#undef TAIL_NEGLIGIBLE

#define SCALAR double
#define MATH(x) x
#define NAME(x) JOIN3(x, f64, SET)
#if defined(__aarch64__) // where sixteen doubles are eight of 32 registers
#define MOST_ROWS 3
#else
#define MOST_ROWS 6
#endif
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
#define LOG                                                                                               \
  -0.0242675317275294184, 0.0571074782350576156, -0.0629427386719043671, 0.0541847030911538456,             \
      -0.0532011153648999005, 0.0581541377741119439, -0.0627069348248482469, 0.066756333418585013,          \
      -0.0714194797052349053, 0.0769166497883620636, -0.0833334621326275099, 0.0909093641817719068,         \
      -0.100000004874927768, 0.111111104137332692, -0.124999999763557313, 0.142857142959357294,             \
      -0.166666666670385148, 0.199999999999232667, -0.249999999999977382, 0.333333333333335599,             \
      -0.500000000000000037, 0.999999999999999999
#define UNIFORM_SHIFT 1
#define UNIFORM_UNIT 0x1p-31
#define MILLS                                                                                             \
  -4.23283712866802272e-9, -3.20155372353755968e-9, 4.02749664466792394e-8, 4.9053735092410552e-8,          \
      -1.97481207927274511e-7, -4.06654396024688942e-7, 6.63589048349551855e-7, 2.57426730781655413e-6,     \
      -1.56653014347755118e-6, -0.0000148464930104226122, 1.79124196213969378e-6, 0.0000880969606021189732, \
      -4.78183467743632851e-6, -0.000579269606507366396, 0.000334244364939136514, 0.00408785572647899554,   \
      -0.00872229524820003605, -0.0189004508654845016, 0.151391762311047397, -0.467540962998187344,         \
      0.97040955486761768, -1.52377091081998509, 1.89321906330848526
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
#undef LOG
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
