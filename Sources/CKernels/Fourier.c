// The discrete Fourier transform of any length: mixed radices for lengths whose prime factors are small, else the chirp
// algorithm, which turns a transform of any length into a convolution by transforms of a power of two. Computed in double
// precision whatever the element type.
#include "CKernels.h"

#include <complex.h>
#include <math.h>
#include <string.h>

typedef double _Complex number;

// Lengths with a larger prime factor are cheaper by the chirp algorithm.
enum { LARGEST_RADIX = 31 };

// e^(-2πi k / n) for the forward transform; the argument is reduced first, so that the error does not grow with k.
static number root(size_t k, size_t n, int inverse) {
  double angle = 2 * M_PI * (double)(k % n) / (double)n;
  return __builtin_complex(cos(angle), inverse ? sin(angle) : -sin(angle));
}

static size_t smallest_factor(size_t n) {
  for (size_t f = 2; f * f <= n; f++)
    if (n % f == 0) return f;
  return n;
}

static size_t largest_factor(size_t n) {
  size_t largest = 1;
  while (n > 1) {
    size_t f = smallest_factor(n);
    if (f > largest) largest = f;
    n /= f;
  }
  return largest;
}

// y = transform of the n numbers x[0], x[stride], … where roots holds the roots of unity of order total.
static void mixed_radix(const number *x, size_t stride, number *y, size_t n, const number *roots, size_t total) {
  if (n == 1) {
    y[0] = x[0];
    return;
  }
  size_t radix = smallest_factor(n), m = n / radix, step = total / n;
  for (size_t r = 0; r < radix; r++) mixed_radix(x + r * stride, stride * radix, y + r * m, m, roots, total);
  number part[LARGEST_RADIX];
  for (size_t k = 0; k < m; k++) {
    for (size_t r = 0; r < radix; r++) part[r] = y[r * m + k] * roots[(r * k * step) % total];
    if (radix == 2) {
      y[k] = part[0] + part[1];
      y[m + k] = part[0] - part[1];
      continue;
    }
    for (size_t q = 0; q < radix; q++) {
      number sum = part[0];
      for (size_t r = 1; r < radix; r++) sum += part[r] * roots[(q * r * m * step) % total];
      y[q * m + k] = sum;
    }
  }
}

typedef struct {
  size_t n, padded;
  int inverse;
  number *roots;                       // mixed radices: those of order n
  number *chirp, *spectrum, *product;  // with chirps only: n, padded and 2 · padded numbers
  size_t bytes;
  void *memory;
} plan;

static int plan_make(plan *p, size_t n, int inverse) {
  memset(p, 0, sizeof *p);
  p->n = n;
  p->inverse = inverse;
  int chirps = largest_factor(n) > LARGEST_RADIX;
  if (chirps)
    for (p->padded = 1; p->padded < 2 * n - 1;) p->padded *= 2;
  size_t order = chirps ? p->padded : n;
  size_t count = chirps ? order + n + 3 * order : n;
  p->bytes = count * sizeof(number);
  p->memory = memory_allocate(p->bytes);
  if (!p->memory) return 0;
  p->roots = p->memory;
  for (size_t k = 0; k < order; k++) p->roots[k] = root(k, order, chirps ? 0 : inverse);
  if (!chirps) return 1;
  p->chirp = p->roots + order;
  p->spectrum = p->chirp + n;
  p->product = p->spectrum + order;
  for (size_t k = 0; k < n; k++) {
    // e^(∓πi k² / n); k² modulo 2n keeps the angle small.
    size_t square = (size_t)(((unsigned __int128)k * k) % (2 * n));
    p->chirp[k] = root(square, 2 * n, inverse);
  }
  number *kernel = p->product;
  for (size_t k = 0; k < order; k++) kernel[k] = 0;
  kernel[0] = conj(p->chirp[0]);
  for (size_t k = 1; k < n; k++) kernel[k] = kernel[order - k] = conj(p->chirp[k]);
  mixed_radix(kernel, 1, p->spectrum, order, p->roots, order);
  return 1;
}

// Transforms p->n numbers from x to y, which may not overlap.
static void plan_run(const plan *p, const number *x, number *y) {
  if (!p->chirp) {
    mixed_radix(x, 1, y, p->n, p->roots, p->n);
    return;
  }
  size_t m = p->padded;
  number *a = p->product, *b = a + m;
  for (size_t k = 0; k < m; k++) a[k] = k < p->n ? x[k] * p->chirp[k] : 0;
  mixed_radix(a, 1, b, m, p->roots, m);
  // The inverse transform by the forward one of the conjugate.
  for (size_t k = 0; k < m; k++) b[k] = conj(b[k] * p->spectrum[k]);
  mixed_radix(b, 1, a, m, p->roots, m);
  for (size_t k = 0; k < p->n; k++) y[k] = conj(a[k]) / (double)m * p->chirp[k];
}

int fourier_transform(const void *x, void *y, size_t lines, size_t n, int inverse, int scalar_type) {
  if (n == 0 || lines == 0) return 1;
  plan p;
  size_t bytes = 2 * n * sizeof(number);
  number *line = memory_allocate(bytes);
  if (!line) return 0;
  if (!plan_make(&p, n, inverse)) {
    memory_release(line, bytes);
    return 0;
  }
  number *result = line + n;
  for (size_t l = 0; l < lines; l++) {
    for (size_t k = 0; k < n; k++) {
      size_t i = 2 * (l * n + k);
      line[k] = scalar_type == SCALAR_FLOAT32 ? __builtin_complex(((const float *)x)[i], ((const float *)x)[i + 1])
                                              : __builtin_complex(((const double *)x)[i], ((const double *)x)[i + 1]);
    }
    plan_run(&p, line, result);
    for (size_t k = 0; k < n; k++) {
      size_t i = 2 * (l * n + k);
      if (scalar_type == SCALAR_FLOAT32) {
        ((float *)y)[i] = (float)creal(result[k]);
        ((float *)y)[i + 1] = (float)cimag(result[k]);
      } else {
        ((double *)y)[i] = creal(result[k]);
        ((double *)y)[i + 1] = cimag(result[k]);
      }
    }
  }
  memory_release(p.memory, p.bytes);
  memory_release(line, bytes);
  return 1;
}
