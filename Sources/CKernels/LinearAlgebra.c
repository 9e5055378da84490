// What the decompositions are made of: loops over vectors, updates by the matrix product, reflections.
#include "LinearAlgebraLoops.h"
#include "Processor.h"

#include <math.h>
#include <string.h>

#define BODY(name) name##_baseline
#include "LinearAlgebraVectors.inc"
#undef BODY

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define BODY(name) name##_avx2
#include "LinearAlgebraVectors.inc"
#undef BODY
#pragma clang attribute pop
#endif

vector_loops vector_loops_for(void) {
#if defined(__x86_64__)
  if (processor_instruction_set() != INSTRUCTION_SET_BASELINE)
    return (vector_loops){dot_avx2, add_scaled_avx2, rotate_avx2};
#endif
  return (vector_loops){dot_baseline, add_scaled_baseline, rotate_baseline};
}

int multiply_add(double *c, size_t c_row, const double *a, ptrdiff_t a_row,
                 ptrdiff_t a_column, const double *b, ptrdiff_t b_row, ptrdiff_t b_column, size_t m, size_t n, size_t k,
                 int assign) {
  if (m == 0 || n == 0 || (k == 0 && !assign)) return 1;
  matrix_product product = {
      .m = m, .n = n, .k = k, .a = a, .a_row = a_row, .a_column = a_column, .b = b, .b_row = b_row,
      .b_column = b_column, .c = c, .c_row = (ptrdiff_t)c_row, .batch = 1, .accumulate = !assign};
  return matrix_multiply(SCALAR_FLOAT64, &product);
}

int multiply_subtract(double *c, size_t c_row, const double *a, ptrdiff_t a_row,
                      ptrdiff_t a_column, const double *b, ptrdiff_t b_row, ptrdiff_t b_column, size_t m, size_t n,
                      size_t k) {
  if (m == 0 || n == 0 || k == 0) return 1;
  double *negative = memory_allocate(m * k * sizeof(double));
  if (!negative) return 0;
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < k; j++) negative[i * k + j] = -a[(ptrdiff_t)i * a_row + (ptrdiff_t)j * a_column];
  int done = multiply_add(c, c_row, negative, (ptrdiff_t)k, 1, b, b_row, b_column, m, n, k, 0);
  memory_release(negative, m * k * sizeof(double));
  return done;
}

double scale_of(const double *a, size_t count) {
  double largest = 0;
  int finite = 1;
  for (size_t i = 0; i < count; i++) {
    double size = fabs(a[i]);
    finite &= size <= __DBL_MAX__;
    largest = size > largest ? size : largest;
  }
  if (!finite) return 0;
  if (largest == 0) return 1;
  int exponent;
  frexp(largest, &exponent);
  // The reciprocal has to be representable too.
  return ldexp(1, exponent < -1021 ? -1021 : exponent > 1021 ? 1021 : exponent);
}

double make_reflector(double *x, size_t x_stride, size_t count, double *tau) {
  double alpha = x[0], largest = 0, sum = 0;
  int zero = 1;  // NaN is not zero, though fmax passes it over
  for (size_t i = 1; i < count; i++) {
    zero &= x[i * x_stride] == 0;
    largest = fmax(largest, fabs(x[i * x_stride]));
  }
  *tau = 0;
  if (zero) return alpha;
  for (size_t i = 1; i < count; i++) {
    double ratio = x[i * x_stride] / largest;
    sum += ratio * ratio;
  }
  double beta = -copysign(hypot(alpha, largest * sqrt(sum)), alpha);
  *tau = (beta - alpha) / beta;
  for (size_t i = 1; i < count; i++) x[i * x_stride] /= alpha - beta;
  x[0] = 1;
  return beta;
}
