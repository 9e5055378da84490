// Running folds along the middle axis of [outer, extent, inner]. Lines are walked side by side, a chunk of them at a
// time; float32 is summed in float64.
#include "KernelTable.h"

#include <math.h>

enum { CHUNK = 256 };

#define FOR_TYPE(scalar_type, LOOP)                          \
  switch (scalar_type) {                                     \
    case SCALAR_FLOAT32: { LOOP(float, double) } break;      \
    case SCALAR_FLOAT64: { LOOP(double, double) } break;     \
    case SCALAR_INT32: { LOOP(int32_t, uint32_t) } break;    \
    case SCALAR_INT64: { LOOP(int64_t, uint64_t) } break;    \
    default: break;                                          \
  }

// A statement for each element in its line's order, knowing `at` (its place), `i` (its place in the line) and `j` (the
// number of the line in the chunk).
#define IN_LINES_OF(outer, extent, inner, ...)                                                 \
  for (size_t o = 0; o < outer; o++) {                                                              \
    for (size_t first = 0; first < inner; first += CHUNK) {                                         \
      const size_t lines = inner - first < CHUNK ? inner - first : CHUNK;                           \
      for (size_t i = 0; i < extent; i++) {                                                         \
        for (size_t j = 0, at = (o * extent + i) * inner + first; j < lines; j++, at++) __VA_ARGS__ \
      }                                                                                             \
    }                                                                                               \
  }

// A single line keeps its running value in a register.
#define FOR_EACH_ELEMENT(outer, extent, inner, ...)     \
  if (inner == 1) {                                     \
    IN_LINES_OF(outer, extent, 1, __VA_ARGS__)          \
  } else {                                              \
    IN_LINES_OF(outer, extent, inner, __VA_ARGS__)      \
  }

void cumulative_sum(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type) {
#define LOOP(type, running_type)                                                      \
  running_type running[CHUNK];                                                        \
  FOR_EACH_ELEMENT(outer, extent, inner, {                                            \
    const running_type value = (running_type)((const type *)x)[at];                   \
    running[j] = i == 0 ? value : running[j] + value;                                 \
    ((type *)y)[at] = (type)running[j];                                               \
  })
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

void cumulative_product(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type) {
#define LOOP(type, running_type)                                                      \
  running_type running[CHUNK];                                                        \
  FOR_EACH_ELEMENT(outer, extent, inner, {                                            \
    const running_type value = (running_type)((const type *)x)[at];                   \
    running[j] = i == 0 ? value : running[j] * value;                                 \
    ((type *)y)[at] = (type)running[j];                                               \
  })
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

void cumulative_extreme(const void *x, void *y, int64_t *index, size_t outer, size_t extent, size_t inner, int minimum,
                        int scalar_type) {
  // A NaN is different from itself: it replaces everything and is replaced by another NaN only.
#define LOOP(type, running_type)                                                                       \
  running_type best[CHUNK];                                                                            \
  int64_t places[CHUNK];                                                                               \
  FOR_EACH_ELEMENT(outer, extent, inner, {                                                             \
    const type value = ((const type *)x)[at], old = i == 0 ? value : (type)best[j];                    \
    if (value != value || (old == old && (minimum ? value <= old : value >= old))) {                   \
      best[j] = (running_type)value;                                                                   \
      places[j] = (int64_t)i;                                                                          \
    }                                                                                                  \
    ((type *)y)[at] = (type)best[j];                                                                   \
    if (index) index[at] = places[j];                                                                  \
  })
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

void cumulative_log_sum_exp(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type) {
  // The logarithm is largest + log(sum), where the sum is that of exp(value - largest). Equal infinities have a
  // difference of 0 here, which makes any number of them one of them.
#define LOOP(type, running_type)                                                                       \
  running_type largest[CHUNK], sum[CHUNK];                                                             \
  FOR_EACH_ELEMENT(outer, extent, inner, {                                                             \
    const running_type value = (running_type)((const type *)x)[at];                                    \
    if (i == 0) {                                                                                      \
      largest[j] = value;                                                                              \
      sum[j] = 1;                                                                                      \
    } else if (value <= largest[j]) {                                                                  \
      sum[j] += isinf(largest[j]) ? 0 : (running_type)exp((double)(value - largest[j]));               \
    } else {                                                                                           \
      sum[j] = 1 + sum[j] * (running_type)exp((double)(largest[j] - value));                           \
      largest[j] = value;                                                                              \
    }                                                                                                  \
    ((type *)y)[at] = (type)(largest[j] + (running_type)log((double)sum[j]));                          \
  })
  switch (scalar_type) {
    case SCALAR_FLOAT32: { LOOP(float, double) } break;
    case SCALAR_FLOAT64: { LOOP(double, double) } break;
    default: break;
  }
#undef LOOP
}
