// Stable argument sort: a radix sort of keys whose unsigned order is the wanted one, so that ties keep their order and
// the time does not depend on the data.
#include "KernelTable.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t key;
  int64_t index;
} record;

// The bits of a float, with the order of its value: negative numbers reversed, zeros equal, NaN above everything.
static uint64_t key_of_float32(float x) {
  if (x != x) return UINT64_MAX;
  uint32_t bits;
  x += 0.0f;  // -0 becomes 0
  memcpy(&bits, &x, sizeof bits);
  return bits >> 31 ? (uint32_t)~bits : bits | 0x80000000u;
}
static uint64_t key_of_float64(double x) {
  if (x != x) return UINT64_MAX;
  uint64_t bits;
  x += 0.0;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | 0x8000000000000000u;
}

static uint64_t ascending_key(const void *x, size_t i, int scalar_type) {
  switch (scalar_type) {
    case SCALAR_FLOAT32: return key_of_float32(((const float *)x)[i]);
    case SCALAR_FLOAT64: return key_of_float64(((const double *)x)[i]);
    case SCALAR_INT32: return (uint32_t)((const int32_t *)x)[i] ^ 0x80000000u;
    case SCALAR_INT64: return (uint64_t)((const int64_t *)x)[i] ^ 0x8000000000000000u;
    default: return ((const uint8_t *)x)[i] != 0;
  }
}

static int is_nan(const void *x, size_t i, int scalar_type) {
  if (scalar_type == SCALAR_FLOAT32) return ((const float *)x)[i] != ((const float *)x)[i];
  return scalar_type == SCALAR_FLOAT64 && ((const double *)x)[i] != ((const double *)x)[i];
}

static void insertion_sort(record *records, size_t count) {
  for (size_t i = 1; i < count; i++) {
    const record moving = records[i];
    size_t j = i;
    for (; j > 0 && records[j - 1].key > moving.key; j--) records[j] = records[j - 1];
    records[j] = moving;
  }
}

// One byte of the key after the other, the lowest first. Returns which of the two arrays holds the result.
static record *radix_sort(record *records, record *spare, size_t count) {
  static const int digits = 8;
  uint64_t all_ones = UINT64_MAX, some_ones = 0;
  for (size_t i = 0; i < count; i++) all_ones &= records[i].key, some_ones |= records[i].key;
  const uint64_t varying = all_ones ^ some_ones;
  for (int digit = 0; digit < digits; digit++) {
    const int shift = 8 * digit;
    if ((varying >> shift & 0xff) == 0) continue;
    size_t starts[256] = {0};
    for (size_t i = 0; i < count; i++) starts[records[i].key >> shift & 0xff]++;
    for (size_t value = 0, start = 0; value < 256; value++) {
      const size_t occurrences = starts[value];
      starts[value] = start;
      start += occurrences;
    }
    for (size_t i = 0; i < count; i++) spare[starts[records[i].key >> shift & 0xff]++] = records[i];
    record *const sorted = spare;
    spare = records;
    records = sorted;
  }
  return records;
}

int argsort_along(const void *x, int64_t *index, size_t outer, size_t extent, size_t inner, int descending,
                  int scalar_type) {
  enum { SHORT = 48 };  // where counting 256 digit values costs more than a few comparisons
  record few[SHORT], *room = few;
  if (extent > SHORT) {
    if (extent > SIZE_MAX / (2 * sizeof(record))) return 0;
    room = malloc(2 * extent * sizeof(record));
    if (room == NULL) return 0;
  }
  for (size_t o = 0; o < outer; o++) {
    for (size_t j = 0; j < inner; j++) {
      const size_t first = o * extent * inner + j;
      for (size_t i = 0; i < extent; i++) {
        const size_t at = first + i * inner;
        const uint64_t key = ascending_key(x, at, scalar_type);
        const int reversed = descending && !is_nan(x, at, scalar_type);
        // In 32-bit keys the upper half stays clear, so that only NaN sets it and its digits are skipped.
        room[i] = (record){reversed ? key ^ (scalar_type == SCALAR_FLOAT64 || scalar_type == SCALAR_INT64
                                                 ? UINT64_MAX
                                                 : UINT32_MAX)
                                    : key,
                           (int64_t)i};
      }
      record *sorted = room;
      if (extent <= SHORT) insertion_sort(room, extent);
      else sorted = radix_sort(room, room + extent, extent);
      for (size_t i = 0; i < extent; i++) index[first + i * inner] = sorted[i].index;
    }
  }
  if (room != few) free(room);
  return 1;
}
