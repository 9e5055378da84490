// Matrix products.
#ifndef MATRIX_PRODUCT_H
#define MATRIX_PRODUCT_H

#include <stddef.h>

// C = A · B (+ C) (+ bias) (then relu), for `batch` matrices. Strides are in elements and of any sign, so a transposed
// operand is one with its strides exchanged; nothing is copied beforehand. C has unit column stride.
typedef struct {
  size_t m, n, k;
  const void *a;
  ptrdiff_t a_row, a_column;
  const void *b;
  ptrdiff_t b_row, b_column;
  void *c;
  ptrdiff_t c_row;
  size_t batch;
  const ptrdiff_t *a_offsets, *b_offsets;  // one for each batch entry, or NULL for a batch of one
  ptrdiff_t c_batch;
  int accumulate;    // C += instead of C =
  const void *bias;  // n elements added to every row, or NULL
  int relu;          // max(·, 0) after the bias; NaN stays NaN
} matrix_product;

// scalar_type is SCALAR_FLOAT32, SCALAR_FLOAT64, SCALAR_INT32 or SCALAR_INT64 (the integers by a plain loop, wrapping).
// k = 0 gives zeros (plus bias). The sums' order depends on the sizes only, never on the number of threads. Returns 0 if
// memory ran out, else 1.
int matrix_multiply(int scalar_type, const matrix_product *product);

#endif
