// PNG and JPEG files in memory, by libpng and libjpeg: their errors leave by longjmp, which Swift must not see.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct {
  long height, width;
  long channels;  // 1 grey, 3 red, green and blue; transparency is left out
  char error[200];
} cpictures_picture;

// Reads what a file says of its picture; with `pixels` also these, height x width x channels bytes, or x 3 of a grey
// picture where `colours` is 3. Returns 0, or -1 with `error` set.
int cpictures_read_png(const unsigned char *bytes, size_t count, cpictures_picture *picture, int colours,
                       unsigned char *_Nullable pixels);
int cpictures_read_jpeg(const unsigned char *bytes, size_t count, cpictures_picture *picture, int colours,
                        unsigned char *_Nullable pixels);

#pragma clang assume_nonnull end
