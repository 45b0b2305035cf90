// The template for float and for double, in the instruction set SET, with the register tiles that suit it:
// rows x panels sums of a product and units x panels sums of a contrast stay in registers.
#define SCALAR float
#define MATH(x) x##f
#define NAME(x) JOIN3(x, f32, SET)
#define MOST_ROWS FLOAT_ROWS
#define CONTRAST_UNITS FLOAT_UNITS
#include "template.h"
#undef SCALAR
#undef MATH
#undef NAME
#undef MOST_ROWS
#undef CONTRAST_UNITS

#define SCALAR double
#define MATH(x) x
#define NAME(x) JOIN3(x, f64, SET)
#define MOST_ROWS 6
#define CONTRAST_UNITS 4
#include "template.h"
#undef SCALAR
#undef MATH
#undef NAME
#undef MOST_ROWS
#undef CONTRAST_UNITS

#undef SET
#undef INSTRUCTIONS
#undef PANELS
#undef FLOAT_ROWS
#undef FLOAT_UNITS
