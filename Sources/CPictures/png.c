#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpictures.h"

// No multiplication is fused with an addition but where it says so: the same bits on every processor.
#pragma STDC FP_CONTRACT OFF

// Extents beyond this are no picture of a data set.
enum { most = 1 << 14 };

typedef struct {
  const unsigned char *bytes;
  size_t left;
} source;

static void take(png_structp png, png_bytep out, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->left) png_error(png, "the file breaks off");
  memcpy(out, from->bytes, count);
  from->bytes += count;
  from->left -= count;
}

static void fail(png_structp png, png_const_charp words) {
  cpictures_picture *picture = png_get_error_ptr(png);
  snprintf(picture->error, sizeof picture->error, "%s", words);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp words) { (void)png, (void)words; }

// Grey or colours of 8 bits, as they are stored: palettes and few bits widened, transparency dropped, no gamma.
static void set_form(png_structp png, png_infop info, int colours) {
  int kind = png_get_color_type(png, info);
  if (png_get_bit_depth(png, info) == 16) png_error(png, "has 16 bits a number; write 8");
  png_set_expand(png);
  png_set_strip_alpha(png);
  if (colours == 3 && !(kind & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

int cpictures_read_png(const unsigned char *bytes, size_t count, cpictures_picture *picture, int colours,
                       unsigned char *pixels) {
  source from = {bytes, count};
  unsigned char **volatile rows = NULL;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, picture, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    if (!info) snprintf(picture->error, sizeof picture->error, "no memory");
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    return -1;
  }
  png_set_read_fn(png, &from, take);
  png_set_user_limits(png, most, most);
  png_read_info(png, info);
  picture->height = png_get_image_height(png, info);
  picture->width = png_get_image_width(png, info);
  picture->channels = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
  if (pixels) {
    set_form(png, info, colours);
    size_t stride = png_get_rowbytes(png, info);
    if (stride != (size_t)picture->width * (size_t)colours) png_error(png, "has another form than its header says");
    rows = malloc((size_t)picture->height * sizeof *rows);
    if (!rows) png_error(png, "no memory");
    for (long row = 0; row < picture->height; row++) rows[row] = pixels + (size_t)row * stride;
    png_read_image(png, (png_bytepp)rows);
    png_read_end(png, NULL);
  }
  png_destroy_read_struct(&png, &info, NULL);
  free(rows);
  return 0;
}
