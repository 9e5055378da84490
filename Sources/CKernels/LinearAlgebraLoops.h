// What the files of linear algebra share.
#ifndef LINEAR_ALGEBRA_LOOPS_H
#define LINEAR_ALGEBRA_LOOPS_H

#include "CKernels.h"

// Loops over vectors of double precision, compiled for an instruction set.
typedef struct {
  double (*dot)(const double *x, const double *y, size_t count);
  // y += factor x
  void (*add_scaled)(double *y, const double *x, double factor, size_t count);
  // (x, y) = (c x - s y, s x + c y)
  void (*rotate)(double *x, double *y, double c, double s, size_t count);
} vector_loops;

vector_loops vector_loops_for(void);

// C [m, n] += A [m, k] · B [k, n] or, with assign, C = A · B; strides in elements, unit column stride of C.
int multiply_add(double *c, size_t c_row, const double *a, ptrdiff_t a_row,
                 ptrdiff_t a_column, const double *b, ptrdiff_t b_row, ptrdiff_t b_column, size_t m, size_t n, size_t k,
                 int assign);
// C -= A · B.
int multiply_subtract(double *c, size_t c_row, const double *a, ptrdiff_t a_row,
                      ptrdiff_t a_column, const double *b, ptrdiff_t b_row, ptrdiff_t b_column, size_t m, size_t n,
                      size_t k);
// The solution of a triangular system within a larger matrix: b has row stride b_row.
int triangular_solve_strided(const vector_loops *loops, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, double *b,
                             size_t b_row, size_t n, size_t k, int upper, int unit);

// The power of two by which a matrix is divided so that squares of its elements neither overflow nor vanish; 0 if an
// element is not finite.
double scale_of(const double *a, size_t count);
// Turns x [count] into the vector v of the reflection I - tau v vᵀ, v[0] = 1, that makes it a multiple of the first
// unit vector; gives that multiple. Elements are x_stride apart.
double make_reflector(double *x, size_t x_stride, size_t count, double *tau);

#endif
