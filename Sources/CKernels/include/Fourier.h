// Fourier transforms.
#ifndef FOURIER_H
#define FOURIER_H

#include <stddef.h>

// The discrete Fourier transform of `lines` lines of n complex numbers, stored as pairs, from x to y; they may be the same
// memory. The inverse is not divided by n. scalar_type is SCALAR_FLOAT32 or SCALAR_FLOAT64. Returns 0 if memory ran out,
// else 1.
int fourier_transform(const void *x, void *y, size_t lines, size_t n, int inverse, int scalar_type);

#endif
