// Decompositions of dense matrices.
//
// All take double precision and row-major order; a batch is one call for each matrix. Large matrices are worked on in
// blocks, by the matrix product. A function that returns an int gives 0 if memory ran out, else 1.
#ifndef LINEAR_ALGEBRA_H
#define LINEAR_ALGEBRA_H

#include <stddef.h>
#include <stdint.h>

// What a factorisation gives besides 0 for success: the number, from 1, of the pivot that failed, or this.
#define LINEAR_ALGEBRA_OUT_OF_MEMORY SIZE_MAX

// a [n, n] becomes its lower factor L, a = L Lᵀ, with zeros above the diagonal; only the lower triangle is read. Gives
// the order of the first leading minor that is not positive, or 0.
size_t cholesky_factor(double *a, size_t n);

// a [m, n] becomes L (below the diagonal, which is 1) and U (on it and above) of P a = L U with partial pivoting. Row i
// of P a is row permutation[i] of a; *sign is the determinant of P. Gives the number of the first pivot that is 0, or 0.
size_t lu_factor(double *a, size_t m, size_t n, int64_t *permutation, int *sign);

// b [n, k] becomes the solution of A x = b for a triangle of A, whose strides may be those of a transpose. `upper` says
// which triangle, `unit` that its diagonal counts as 1; a zero on the diagonal gives infinities.
int triangular_solve(const double *a, ptrdiff_t a_row, ptrdiff_t a_column, double *b,
                     size_t n, size_t k, int upper, int unit);

// a [m, n], which is destroyed, = q [m, columns] · r [columns, n] with orthonormal columns of q and no negative number
// on the diagonal of r; columns is at least min(m, n) and at most m.
int qr_decompose(double *a, double *q, double *r, size_t m, size_t n, size_t columns);

// The eigenvalues [n] of a symmetric matrix in ascending order and, unless vectors is NULL, the eigenvectors as columns
// of vectors [n, n]. a is destroyed. Infinities and NaN give NaN.
int symmetric_eigen(double *a, double *values, double *vectors, size_t n);

// The singular values [n] of a [m, n], m >= n, in descending order and, unless u is NULL, u [m, n] and vt [n, n] with
// a = u · diag(values) · vt. a is destroyed. Infinities and NaN give NaN.
int singular_values(double *a, double *u, double *values, double *vt, size_t m, size_t n);

#endif
