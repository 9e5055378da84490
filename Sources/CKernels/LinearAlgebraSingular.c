// Singular values by Jacobi's rotations of the rows of the triangle R of a QR decomposition, after Hestenes and de
// Rijk.
#include "LinearAlgebraLoops.h"

#include <math.h>
#include <string.h>

// Makes rows i and j of x orthogonal, and turns the same rows of k, unless it is NULL; 0 if they were so already.
static int orthogonalise(const vector_loops *loops, double *x, double *k, double *squares, size_t n, size_t i,
                         size_t j) {
  double *a = x + i * n, *b = x + j * n;
  double product = loops->dot(a, b, n);
  double limit = __DBL_EPSILON__ * sqrt((double)n);
  if (fabs(product) <= limit * sqrt(squares[i]) * sqrt(squares[j])) return 0;
  double zeta = (squares[j] - squares[i]) / (2 * product);
  double tangent = copysign(1, zeta) / (fabs(zeta) + hypot(1, zeta));
  double c = 1 / hypot(1, tangent), s = c * tangent;
  loops->rotate(a, b, c, s, n);
  if (k) loops->rotate(k + i * n, k + j * n, c, s, n);
  squares[i] = loops->dot(a, a, n);
  squares[j] = loops->dot(b, b, n);
  return 1;
}

static void exchange(double *x, double *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double kept = x[i];
    x[i] = y[i];
    y[i] = kept;
  }
}

// The rows of x [n, n] become orthogonal, in the order of falling length; the rows of k, unless it is NULL, turn along.
static void orthogonalise_rows(const vector_loops *loops, double *x, double *k, double *squares, size_t n) {
  enum { PATIENCE = 60 };
  int turned = 1;
  for (int sweep = 0; turned && sweep < PATIENCE; sweep++) {
    turned = 0;
    for (size_t i = 0; i < n; i++) squares[i] = loops->dot(x + i * n, x + i * n, n);
    for (size_t i = 0; i < n; i++) {
      size_t longest = i;
      for (size_t j = i + 1; j < n; j++)
        if (squares[j] > squares[longest]) longest = j;
      if (longest != i) {
        exchange(x + i * n, x + longest * n, n);
        if (k) exchange(k + i * n, k + longest * n, n);
        exchange(squares + i, squares + longest, 1);
      }
      for (size_t j = i + 1; j < n; j++) turned |= orthogonalise(loops, x, k, squares, n, i, j);
    }
  }
}

// Replaces row `row` of x by a unit vector that is orthogonal to the rows above.
static void complete_row(const vector_loops *loops, double *x, size_t row, size_t n) {
  // The unit vector of the axis that the rows above use least.
  size_t axis = 0;
  double least = INFINITY;
  for (size_t j = 0; j < n; j++) {
    double used = 0;
    for (size_t i = 0; i < row; i++) used += x[i * n + j] * x[i * n + j];
    if (used < least) {
      least = used;
      axis = j;
    }
  }
  double *fresh = x + row * n;
  memset(fresh, 0, n * sizeof(double));
  fresh[axis] = 1;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < row; i++) loops->add_scaled(fresh, x + i * n, -loops->dot(fresh, x + i * n, n), n);
  double length = sqrt(loops->dot(fresh, fresh, n));
  for (size_t j = 0; j < n; j++) fresh[j] /= length;
}

// The lengths of the rows of x, in falling order but for rounding, become the values, and the rows unit vectors.
static void normalise_rows(const vector_loops *loops, double *x, double *k, double *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = sqrt(loops->dot(x + i * n, x + i * n, n));
  for (size_t i = 1; i < n; i++)
    for (size_t j = i; j > 0 && values[j] > values[j - 1]; j--) {
      exchange(values + j, values + j - 1, 1);
      exchange(x + j * n, x + (j - 1) * n, n);
      if (k) exchange(k + j * n, k + (j - 1) * n, n);
    }
  if (!k) return;
  for (size_t i = 0; i < n; i++) {
    // The square of so small a length has lost digits.
    if (values[i] < 1e-140) {
      complete_row(loops, x, i, n);
    } else {
      for (size_t j = 0; j < n; j++) x[i * n + j] /= values[i];
    }
  }
}

// Of a larger matrix the eigenvectors of x · xᵀ are a good start: with k for them, x becomes k · x, whose rows are nearly
// orthogonal already, so that few rotations are left. Singular values far below the largest get its absolute accuracy.
static int start_from_eigenvectors(const vector_loops *loops, double *x, double *k, double *squares, size_t n) {
  size_t bytes = 2 * n * n * sizeof(double);
  double *memory = memory_allocate(bytes);
  if (!memory) return 0;
  double *gram = memory, *vectors = memory + n * n;
  int done = multiply_add(gram, n, x, (ptrdiff_t)n, 1, x, 1, (ptrdiff_t)n, n, n, n, 1) &&
             symmetric_eigen(gram, squares, vectors, n);
  if (done && squares[0] == squares[0]) {
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) k[(n - 1 - j) * n + i] = vectors[i * n + j];
    memcpy(vectors, x, n * n * sizeof(double));
    done = multiply_add(x, n, k, (ptrdiff_t)n, 1, vectors, (ptrdiff_t)n, 1, n, n, n, 1);
  }
  memory_release(memory, bytes);
  return done;
}

static int decompose(const vector_loops *loops, double *a, double *u, double *values, double *vt, size_t m, size_t n) {
  enum { LARGE = 48 };
  size_t count = m * n + 2 * n * n + n;
  double *memory = memory_allocate(count * sizeof(double));
  if (!memory) return 0;
  double *q = memory, *r = q + m * n, *k = r + n * n, *squares = k + n * n;
  for (size_t i = 0; i < n * n; i++) k[i] = i % (n + 1) == 0;
  int done = qr_decompose(a, q, r, m, n, n) &&
             (n < LARGE || start_from_eigenvectors(loops, r, k, squares, n));
  if (done) {
    orthogonalise_rows(loops, r, u ? k : NULL, squares, n);
    normalise_rows(loops, r, u ? k : NULL, values, n);
  }
  if (done && u) {
    memcpy(vt, r, n * n * sizeof(double));
    // R = kᵀ · diag(values) · vt, and so u = Q · kᵀ.
    done = multiply_add(u, n, q, (ptrdiff_t)n, 1, k, 1, (ptrdiff_t)n, m, n, n, 1);
  }
  memory_release(memory, count * sizeof(double));
  return done;
}

int singular_values(double *a, double *u, double *values, double *vt, size_t m, size_t n) {
  if (n == 0) return 1;
  double scale = scale_of(a, m * n);
  if (scale == 0) {
    for (size_t i = 0; i < n; i++) values[i] = NAN;
    for (size_t i = 0; u && i < m * n; i++) u[i] = NAN;
    for (size_t i = 0; vt && i < n * n; i++) vt[i] = NAN;
    return 1;
  }
  for (size_t i = 0; i < m * n; i++) a[i] /= scale;
  vector_loops loops = vector_loops_for();
  if (!decompose(&loops, a, u, values, vt, m, n)) return 0;
  for (size_t i = 0; i < n; i++) values[i] *= scale;
  return 1;
}
