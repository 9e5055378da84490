// The matrix products of floating-point numbers, one for each instruction set; k is at least 1.
#ifndef MATRIX_PRODUCT_INSTANCES_H
#define MATRIX_PRODUCT_INSTANCES_H

#include "MatrixProduct.h"

// Multiplies one entry of the batch with at most so many threads. Returns 0 if memory ran out, else 1.
typedef int multiply_entry_function(const matrix_product *all, size_t entry, size_t threads);

multiply_entry_function multiply_float32_avx512, multiply_float32_avx2, multiply_float32_baseline;
multiply_entry_function multiply_float64_avx512, multiply_float64_avx2, multiply_float64_baseline;

#endif
