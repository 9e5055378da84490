// Adding at indexed places, and making and checking indices.
#include "KernelTable.h"

// Calls the macro with the type to add in: unsigned for the integers, so that sums wrap around.
#define FOR_TYPE(scalar_type, LOOP)                    \
  switch (scalar_type) {                               \
    case SCALAR_FLOAT32: { LOOP(float) } break;        \
    case SCALAR_FLOAT64: { LOOP(double) } break;       \
    case SCALAR_INT32: { LOOP(uint32_t) } break;       \
    case SCALAR_INT64: { LOOP(uint64_t) } break;       \
    default: break;                                    \
  }

void add_rows(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
              int scalar_type) {
#define LOOP(type)                                                          \
  const type *from = x;                                                     \
  type *to = y;                                                             \
  for (size_t o = 0; o < outer; o++, to += extent * inner) {                \
    for (size_t i = 0; i < count; i++, from += inner) {                     \
      type *row = to + (size_t)index[i] * inner;                            \
      for (size_t j = 0; j < inner; j++) row[j] += from[j];                 \
    }                                                                       \
  }
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

void add_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               int scalar_type) {
#define LOOP(type)                                                                            \
  const type *from = x;                                                                       \
  type *to = y;                                                                               \
  for (size_t o = 0; o < outer; o++, to += extent * inner) {                                  \
    for (size_t i = 0; i < count; i++, from += inner, index += inner) {                       \
      for (size_t j = 0; j < inner; j++) to[(size_t)index[j] * inner + j] += from[j];         \
    }                                                                                         \
  }
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

void add_flat(const void *x, const int64_t *index, void *y, size_t count, int scalar_type) {
#define LOOP(type) \
  for (size_t i = 0; i < count; i++) ((type *)y)[index[i]] += ((const type *)x)[i];
  FOR_TYPE(scalar_type, LOOP)
#undef LOOP
}

size_t wrap_indices(const int64_t *index, int64_t extent, int64_t *wrapped, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (index[i] < -extent || index[i] >= extent) return i;
    wrapped[i] = index[i] < 0 ? index[i] + extent : index[i];
  }
  return count;
}

size_t find_outside(const int64_t *index, int64_t end, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if ((uint64_t)index[i] >= (uint64_t)end) return i;
  }
  return count;
}

// Every position is written, and kept by moving on: no branch to mispredict.
size_t nonzero_positions(const uint8_t *mask, int64_t *positions, size_t count) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    positions[found] = (int64_t)i;
    found += mask[i] != 0;
  }
  return found;
}
