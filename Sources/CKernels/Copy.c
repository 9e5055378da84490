// Loops that move elements of any type, by their size.
#include "KernelTable.h"

#include <string.h>

// Calls the macro with the unsigned type of a size.
#define FOR_SIZE(element_size, LOOP)       \
  switch (element_size) {                  \
    case 1: { LOOP(uint8_t) } break;       \
    case 2: { LOOP(uint16_t) } break;      \
    case 4: { LOOP(uint32_t) } break;      \
    case 8: { LOOP(uint64_t) } break;      \
    default: break;                        \
  }

// memmove, but for the distances at which the C library's copies with `rep movsb` fall to 2 GB/s on some processors: where
// each store is a little behind a load, in the bits of the address that the processor compares first.
static __attribute__((no_builtin("memcpy", "memmove"))) void copy_bytes(void *y, const void *x, size_t bytes) {
  typedef uint8_t chunk __attribute__((vector_size(32), aligned(1), may_alias));
  const size_t distance = (uintptr_t)y - (uintptr_t)x, page = 4096;
  const size_t behind = distance % page;
  if (behind == 0 || behind >= 64 || bytes < 1024 || distance < bytes || -distance < bytes) {
    memmove(y, x, bytes);
    return;
  }
  const char *from = x;
  char *to = y;
  size_t i = 0;
  for (; i + 128 <= bytes; i += 128) {
    const chunk a = *(const chunk *)(from + i), b = *(const chunk *)(from + i + 32);
    const chunk c = *(const chunk *)(from + i + 64), d = *(const chunk *)(from + i + 96);
    *(chunk *)(to + i) = a, *(chunk *)(to + i + 32) = b, *(chunk *)(to + i + 64) = c, *(chunk *)(to + i + 96) = d;
  }
  for (; i < bytes; i++) to[i] = from[i];
}

void copy_strided(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, size_t count, size_t element_size) {
  if (x_stride == 1 && y_stride == 1) {
    copy_bytes(y, x, count * element_size);
    return;
  }
#define LOOP(type)                                  \
  const type *from = x;                             \
  type *to = y;                                     \
  if (y_stride == 1) {                              \
    for (size_t i = 0; i < count; i++, from += x_stride) to[i] = *from; \
  } else {                                          \
    for (size_t i = 0; i < count; i++, from += x_stride, to += y_stride) *to = *from; \
  }
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}

// Through a small tile: x is read and y written in whole cache lines, however unlucky their strides are.
enum { TILE = 32 };

void copy_transposed(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, size_t rows, size_t columns,
                     size_t element_size) {
#define LOOP(type)                                                                           \
  type tile[TILE][TILE];                                                                     \
  for (size_t r = 0; r < rows; r += TILE) {                                                  \
    const size_t height = rows - r < TILE ? rows - r : TILE;                                 \
    for (size_t c = 0; c < columns; c += TILE) {                                             \
      const size_t width = columns - c < TILE ? columns - c : TILE;                          \
      for (size_t i = 0; i < height; i++) {                                                  \
        const type *from = (const type *)x + (ptrdiff_t)(r + i) * x_stride + (ptrdiff_t)c;   \
        for (size_t j = 0; j < width; j++) tile[j][i] = from[j];                             \
      }                                                                                      \
      for (size_t j = 0; j < width; j++) {                                                   \
        type *to = (type *)y + (ptrdiff_t)(c + j) * y_stride + (ptrdiff_t)r;                 \
        memcpy(to, tile[j], height * sizeof(type));                                          \
      }                                                                                      \
    }                                                                                        \
  }
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}

void take_rows(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               size_t element_size) {
  const size_t line = inner * element_size;
  const char *from = x;
  char *to = y;
  for (size_t o = 0; o < outer; o++, from += extent * line, to += count * line) {
    if (inner == 1) {
      take_flat(from, index, to, count, element_size);
      continue;
    }
    for (size_t i = 0; i < count; i++) copy_bytes(to + i * line, from + (size_t)index[i] * line, line);
  }
}

void take_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
                size_t element_size) {
#define LOOP(type)                                                                                     \
  const type *from = x;                                                                                \
  type *to = y;                                                                                        \
  for (size_t o = 0; o < outer; o++, from += extent * inner) {                                         \
    for (size_t i = 0; i < count; i++, to += inner, index += inner) {                                  \
      for (size_t j = 0; j < inner; j++) to[j] = from[(size_t)index[j] * inner + j];                   \
    }                                                                                                  \
  }
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}

void put_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               size_t element_size) {
#define LOOP(type)                                                                                     \
  const type *from = x;                                                                                \
  type *to = y;                                                                                        \
  for (size_t o = 0; o < outer; o++, to += extent * inner) {                                           \
    for (size_t i = 0; i < count; i++, from += inner, index += inner) {                                \
      for (size_t j = 0; j < inner; j++) to[(size_t)index[j] * inner + j] = from[j];                   \
    }                                                                                                  \
  }
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}

void take_flat(const void *x, const int64_t *index, void *y, size_t count, size_t element_size) {
#define LOOP(type) \
  for (size_t i = 0; i < count; i++) ((type *)y)[i] = ((const type *)x)[index[i]];
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}

void put_flat(const void *x, size_t x_step, const int64_t *index, void *y, size_t count, size_t element_size) {
#define LOOP(type) \
  for (size_t i = 0; i < count; i++) ((type *)y)[index[i]] = ((const type *)x)[i * x_step];
  FOR_SIZE(element_size, LOOP)
#undef LOOP
}
