// Conversions between the scalar types.
#include "KernelTable.h"

#include <string.h>

// Toward zero, saturating, NaN to 0. The limits are the powers of two just outside the range, which floats represent.
static inline int32_t int32_from(double x) {
  if (x != x) return 0;
  return x >= 0x1p31 ? INT32_MAX : x <= -0x1p31 ? INT32_MIN : (int32_t)x;
}
static inline int64_t int64_from(double x) {
  if (x != x) return 0;
  return x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

#define CONVERT(from_type, to_type, ...)               \
  {                                                    \
    const from_type *source = from;                    \
    to_type *target = to;                              \
    for (size_t i = 0; i < count; i++) {               \
      const from_type x = source[i];                   \
      target[i] = (__VA_ARGS__);                       \
    }                                                  \
  }                                                    \
  break;

#define FROM_TO(from, to) ((from) * SCALAR_TYPES + (to))

void convert_elements(const void *from, int from_type, void *to, int to_type, size_t count) {
  switch (FROM_TO(from_type, to_type)) {
    case FROM_TO(SCALAR_FLOAT32, SCALAR_FLOAT64): CONVERT(float, double, x)
    case FROM_TO(SCALAR_FLOAT32, SCALAR_INT32): CONVERT(float, int32_t, int32_from((double)x))
    case FROM_TO(SCALAR_FLOAT32, SCALAR_INT64): CONVERT(float, int64_t, int64_from((double)x))
    case FROM_TO(SCALAR_FLOAT32, SCALAR_BOOL): CONVERT(float, uint8_t, x != 0)
    case FROM_TO(SCALAR_FLOAT64, SCALAR_FLOAT32): CONVERT(double, float, (float)x)
    case FROM_TO(SCALAR_FLOAT64, SCALAR_INT32): CONVERT(double, int32_t, int32_from(x))
    case FROM_TO(SCALAR_FLOAT64, SCALAR_INT64): CONVERT(double, int64_t, int64_from(x))
    case FROM_TO(SCALAR_FLOAT64, SCALAR_BOOL): CONVERT(double, uint8_t, x != 0)
    case FROM_TO(SCALAR_INT32, SCALAR_FLOAT32): CONVERT(int32_t, float, (float)x)
    case FROM_TO(SCALAR_INT32, SCALAR_FLOAT64): CONVERT(int32_t, double, x)
    case FROM_TO(SCALAR_INT32, SCALAR_INT64): CONVERT(int32_t, int64_t, x)
    case FROM_TO(SCALAR_INT32, SCALAR_BOOL): CONVERT(int32_t, uint8_t, x != 0)
    case FROM_TO(SCALAR_INT64, SCALAR_FLOAT32): CONVERT(int64_t, float, (float)x)
    case FROM_TO(SCALAR_INT64, SCALAR_FLOAT64): CONVERT(int64_t, double, (double)x)
    case FROM_TO(SCALAR_INT64, SCALAR_INT32):
      CONVERT(int64_t, int32_t, x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x)
    case FROM_TO(SCALAR_INT64, SCALAR_BOOL): CONVERT(int64_t, uint8_t, x != 0)
    case FROM_TO(SCALAR_BOOL, SCALAR_FLOAT32): CONVERT(uint8_t, float, x)
    case FROM_TO(SCALAR_BOOL, SCALAR_FLOAT64): CONVERT(uint8_t, double, x)
    case FROM_TO(SCALAR_BOOL, SCALAR_INT32): CONVERT(uint8_t, int32_t, x)
    case FROM_TO(SCALAR_BOOL, SCALAR_INT64): CONVERT(uint8_t, int64_t, x)
    default: {
      static const size_t sizes[SCALAR_TYPES] = {4, 8, 4, 8, 1};
      if (to != from) memcpy(to, from, count * sizes[from_type]);
    }
  }
}

static inline float float_from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// The exponent moves to its place by a product, which is exact and makes subnormal halves normal; the largest one, of
// infinities and NaN, stays the largest.
static inline float float_from_half(uint16_t half) {
  const uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13, sign = (uint32_t)(half & 0x8000) << 16;
  const float value = (half & 0x7C00) == 0x7C00 ? float_from_bits(magnitude | 0x7F800000)
                                                : float_from_bits(magnitude) * 0x1p112f;
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return float_from_bits(bits | sign);
}

void widen_halves(const uint16_t *x, float *y, size_t count, int is_bfloat16) {
  if (is_bfloat16) {
    for (size_t i = 0; i < count; i++) y[i] = float_from_bits((uint32_t)x[i] << 16);
  } else {
    for (size_t i = 0; i < count; i++) y[i] = float_from_half(x[i]);
  }
}

#define REVERSE(bits)                                          \
  for (size_t i = 0; i < count; i++) {                         \
    uint##bits##_t element;                                    \
    memcpy(&element, bytes + i * (bits / 8), bits / 8);        \
    element = __builtin_bswap##bits(element);                  \
    memcpy(bytes + i * (bits / 8), &element, bits / 8);        \
  }                                                            \
  break;

void reverse_bytes(void *x, size_t count, size_t width) {
  uint8_t *bytes = x;
  switch (width) {
    case 2: REVERSE(16)
    case 4: REVERSE(32)
    case 8: REVERSE(64)
    default: break;
  }
}

// Where y begins before x, what is written never reaches what is still to be read.
#define WIDEN(from_type, to_type, ...)              \
  for (size_t i = 0; i < count; i++) {              \
    from_type x;                                    \
    memcpy(&x, source + i * sizeof x, sizeof x);    \
    const to_type y = (__VA_ARGS__);                \
    memcpy(target + i * sizeof y, &y, sizeof y);    \
  }

void widen_half_elements(const void *from, float *to, size_t count) {
  const uint8_t *source = from;
  uint8_t *target = (uint8_t *)to;
  WIDEN(uint16_t, float, float_from_half(x))
}

void widen_integers(const void *from, size_t width, int is_signed, void *to, size_t count) {
  const uint8_t *source = from;
  uint8_t *target = to;
  switch (2 * width + (is_signed ? 1 : 0)) {
    case 2: WIDEN(uint8_t, int32_t, x) break;
    case 3: WIDEN(int8_t, int32_t, x) break;
    case 4: WIDEN(uint16_t, int32_t, x) break;
    case 5: WIDEN(int16_t, int32_t, x) break;
    case 8: WIDEN(uint32_t, int64_t, x) break;
    default: break;
  }
}
