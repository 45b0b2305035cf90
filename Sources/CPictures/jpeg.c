#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "cpictures.h"

// No multiplication is fused with an addition but where it says so: the same bits on every processor.
#pragma STDC FP_CONTRACT OFF

enum { most = 1 << 14 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf out;
  cpictures_picture *picture;
} errors;

// Also of what libjpeg only warns: bytes that it makes up are no data.
static void fail(j_common_ptr jpeg) {
  errors *of = (errors *)jpeg->err;
  char words[JMSG_LENGTH_MAX];
  of->base.format_message(jpeg, words);
  snprintf(of->picture->error, sizeof of->picture->error, "%s", words);
  longjmp(of->out, 1);
}

static void warn(j_common_ptr jpeg, int level) {
  if (level < 0) fail(jpeg);
}

static int refuse(struct jpeg_decompress_struct *jpeg, cpictures_picture *picture, const char *words) {
  snprintf(picture->error, sizeof picture->error, "%s", words);
  jpeg_destroy_decompress(jpeg);
  return -1;
}

int cpictures_read_jpeg(const unsigned char *bytes, size_t count, cpictures_picture *picture, int colours,
                        unsigned char *pixels) {
  struct jpeg_decompress_struct jpeg;
  errors of;
  of.picture = picture;
  jpeg.err = jpeg_std_error(&of.base);
  of.base.error_exit = fail;
  of.base.emit_message = warn;
  if (setjmp(of.out)) {
    jpeg_destroy_decompress(&jpeg);
    return -1;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, count);
  jpeg_read_header(&jpeg, TRUE);
  picture->height = jpeg.image_height;
  picture->width = jpeg.image_width;
  picture->channels = jpeg.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
  if (jpeg.image_height > most || jpeg.image_width > most) return refuse(&jpeg, picture, "is too large");
  if (jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
    return refuse(&jpeg, picture, "has the colours of print; write red, green and blue");
  }
  if (pixels) {
    jpeg.out_color_space = colours == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg.dct_method = JDCT_ISLOW;  // the same bits with and without vector instructions
    jpeg_start_decompress(&jpeg);
    size_t stride = (size_t)picture->width * (size_t)colours;
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row = pixels + stride * jpeg.output_scanline;
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
  }
  jpeg_destroy_decompress(&jpeg);
  return 0;
}
