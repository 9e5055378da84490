// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011): ten rounds of multiplications turn a counter into four random
// words. A block of 128 bits serves four float32 or two float64 numbers, so any range of positions can be made
// on its own.
#include "KernelTable.h"

#include <math.h>
#include <string.h>

#include "Coefficients.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
  uint32_t word[4];
} block;

static inline block random_block(uint64_t key, uint64_t counter) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = 0, c3 = 0;
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = (uint64_t)c0 * 0xD2511F53u, product1 = (uint64_t)c2 * 0xCD9E8D57u;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)product1;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)product0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (block){{c0, c1, c2, c3}};
}

// The first (0) or second (1) 64 bits of a block.
static inline uint64_t half(block b, size_t which) {
  return (uint64_t)b.word[2 * which + 1] << 32 | b.word[2 * which];
}

void random_bits(uint64_t key, uint64_t offset, uint64_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = half(random_block(key, (offset + i) / 2), (offset + i) % 2);
}

void random_uniform(uint64_t key, uint64_t offset, void *y, size_t count, double low, double high, int scalar_type) {
  const double width = high - low;
  if (scalar_type == SCALAR_FLOAT32) {
    // Rounding to float32 may reach `high`, which is excluded.
    const float below = nextafterf((float)high, (float)low);
    for (size_t i = 0; i < count;) {
      const block b = random_block(key, (offset + i) / 4);
      for (size_t word = (offset + i) % 4; word < 4 && i < count; word++, i++) {
        const float value = (float)(low + width * (0x1p-24 * (double)(b.word[word] >> 8)));
        ((float *)y)[i] = value < (float)high ? value : below;
      }
    }
  } else if (scalar_type == SCALAR_FLOAT64) {
    const double below = nextafter(high, low);
    for (size_t i = 0; i < count; i++) {
      const uint64_t bits = half(random_block(key, (offset + i) / 2), (offset + i) % 2);
      const double value = low + width * (0x1p-53 * (double)(bits >> 11));
      ((double *)y)[i] = value < high ? value : below;
    }
  }
}

// Plain evaluations of log, sin and cos, which round in the same way on every machine.

static double evaluate(double x, const double *coefficients, int count) {
  double y = coefficients[count - 1];
  for (int i = count - 2; i >= 0; i--) y = y * x + coefficients[i];
  return y;
}
#define POLYNOMIAL(x, name) evaluate(x, name##_float64, sizeof name##_float64 / sizeof *name##_float64)

// log x for normal positive x: x = 2^e m with m in sqrt 1/2 ..< sqrt 2, then a series in (m - 1) / (m + 1).
static double plain_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint64_t root = 0x3FE6A09E667F3BCD;  // sqrt 1/2
  const int64_t exponent = (int64_t)(bits - root) >> 52;
  bits -= (uint64_t)exponent << 52;
  double m;
  memcpy(&m, &bits, sizeof m);
  const double s = (m - 1) / (m + 1), z = s * s;
  const double e = (double)exponent;
  return e * ln2_high_float64 + (e * ln2_low_float64 + (2 * s + s * z * POLYNOMIAL(z, log_tail)));
}

// The sine and cosine of a fraction of a turn, 0 ..< 1.
static void plain_sine_and_cosine(double turns, double *sine, double *cosine) {
  const int quarter = (int)(4 * turns + 0.5);
  const double x = 2 * M_PI * (turns - 0.25 * quarter), z = x * x;
  const double s = x + x * z * POLYNOMIAL(z, sin_tail), c = 1 - z / 2 + z * z * POLYNOMIAL(z, cos_tail);
  *sine = quarter % 2 ? c : s;
  *cosine = quarter % 2 ? s : c;
  if (quarter % 4 == 2 || quarter % 4 == 3) *sine = -*sine;
  if (quarter % 4 == 1 || quarter % 4 == 2) *cosine = -*cosine;
}

// Box-Muller: a block gives the two numbers at an even position and the odd one after it.
void random_normal(uint64_t key, uint64_t offset, void *y, size_t count, double mean, double deviation,
                   int scalar_type) {
  for (size_t i = 0; i < count;) {
    const block b = random_block(key, (offset + i) / 2);
    const double uniform = 0x1p-53 * (double)((half(b, 0) >> 11) + 1);
    const double radius = deviation * sqrt(-2 * plain_log(uniform));
    double pair[2];
    plain_sine_and_cosine(0x1p-53 * (double)(half(b, 1) >> 11), &pair[1], &pair[0]);
    for (size_t which = (offset + i) % 2; which < 2 && i < count; which++, i++) {
      const double value = mean + radius * pair[which];
      if (scalar_type == SCALAR_FLOAT32) ((float *)y)[i] = (float)value;
      if (scalar_type == SCALAR_FLOAT64) ((double *)y)[i] = value;
    }
  }
}
