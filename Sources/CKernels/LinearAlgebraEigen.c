// Eigenvalues and eigenvectors of symmetric matrices: reflections to tridiagonal form, then implicit QL.
#include "LinearAlgebraLoops.h"

#include <math.h>
#include <string.h>

// a = Q · tridiagonal · Qᵀ. The reflections' vectors are left in the rows of a, right of the diagonal; off[i] couples
// i and i + 1.
static void tridiagonalise(const vector_loops *loops, double *a, double *diagonal, double *off, double *tau,
                           double *work, size_t n) {
  off[n - 1] = 0;
  for (size_t k = 0; k + 1 < n; k++) {
    double *v = a + k * n + k + 1, *rest = v + n;
    size_t length = n - k - 1;
    diagonal[k] = a[k * n + k];
    off[k] = make_reflector(v, 1, length, &tau[k]);
    if (tau[k] == 0) continue;
    // With w = tau A v - (tau² vᵀAv / 2) v, the reflection turns A into A - v wᵀ - w vᵀ.
    for (size_t i = 0; i < length; i++) work[i] = tau[k] * loops->dot(rest + i * n, v, length);
    loops->add_scaled(work, v, -0.5 * tau[k] * loops->dot(work, v, length), length);
    for (size_t i = 0; i < length; i++) {
      loops->add_scaled(rest + i * n, work, -v[i], length);
      loops->add_scaled(rest + i * n, v, -work[i], length);
    }
  }
  diagonal[n - 1] = a[n * n - 1];
}

// z = Qᵀ, of the reflections in the rows of a.
static void form_q_transposed(const vector_loops *loops, const double *a, const double *tau, double *z, double *work,
                              size_t n) {
  memset(z, 0, n * n * sizeof(double));
  for (size_t i = 0; i < n; i++) z[i * n + i] = 1;
  for (size_t k = n - 1; k-- > 0;) {
    if (tau[k] == 0) continue;
    const double *v = a + k * n + k + 1;
    double *rest = z + (k + 1) * n + k + 1;
    size_t length = n - k - 1;
    memset(work, 0, length * sizeof(double));
    for (size_t i = 0; i < length; i++) loops->add_scaled(work, rest + i * n, v[i], length);
    for (size_t i = 0; i < length; i++) loops->add_scaled(rest + i * n, work, -tau[k] * v[i], length);
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) {
      double kept = z[i * n + j];
      z[i * n + j] = z[j * n + i];
      z[j * n + i] = kept;
    }
}

// One implicit QL step on the rows low ... high of the tridiagonal matrix. The rows of z, unless NULL, turn along.
static void ql_step(const vector_loops *loops, double *diagonal, double *off, double *z, size_t n, size_t low,
                    size_t high) {
  double g = (diagonal[low + 1] - diagonal[low]) / (2 * off[low]);
  g = diagonal[high] - diagonal[low] + off[low] / (g + copysign(hypot(g, 1), g));
  double s = 1, c = 1, p = 0;
  for (size_t i = high; i-- > low;) {
    double f = s * off[i], b = c * off[i], r = hypot(f, g);
    off[i + 1] = r;
    if (r == 0) {
      diagonal[i + 1] -= p;
      off[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = diagonal[i + 1] - p;
    r = (diagonal[i] - g) * s + 2 * c * b;
    p = s * r;
    diagonal[i + 1] = g + p;
    g = c * r - b;
    if (z) loops->rotate(z + i * n, z + (i + 1) * n, c, s, n);
  }
  diagonal[low] -= p;
  off[low] = g;
  off[high] = 0;
}

static int is_negligible(double off, double above, double below) {
  return fabs(off) <= __DBL_EPSILON__ * (fabs(above) + fabs(below)) + __DBL_MIN__;
}

// The tridiagonal matrix becomes diagonal; 0 if that takes implausibly long.
static int diagonalise(const vector_loops *loops, double *diagonal, double *off, double *z, size_t n) {
  enum { PATIENCE = 60 };
  for (size_t low = 0; low < n; low++) {
    for (int steps = 0;; steps++) {
      size_t high = low;
      while (high + 1 < n && !is_negligible(off[high], diagonal[high], diagonal[high + 1])) high++;
      if (high == low) break;
      if (steps == PATIENCE) return 0;
      ql_step(loops, diagonal, off, z, n, low, high);
    }
  }
  return 1;
}

// Values in ascending order, and the rows of z as columns of vectors in the same order.
static void sort_pairs(double *diagonal, const double *z, double *values, double *vectors, size_t n) {
  for (size_t place = 0; place < n; place++) {
    size_t least = 0;
    for (size_t i = 1; i < n; i++)
      if (diagonal[i] < diagonal[least]) least = i;
    values[place] = diagonal[least];
    diagonal[least] = INFINITY;
    for (size_t i = 0; vectors && i < n; i++) vectors[i * n + place] = z[least * n + i];
  }
}

static void give_nan(double *x, size_t count) {
  for (size_t i = 0; x && i < count; i++) x[i] = NAN;
}

int symmetric_eigen(double *a, double *values, double *vectors, size_t n) {
  if (n == 0) return 1;
  double scale = scale_of(a, n * n);
  size_t bytes = (4 * n + (vectors ? n * n : 0)) * sizeof(double);
  double *memory = memory_allocate(bytes);
  if (!memory) return 0;
  double *diagonal = memory, *off = memory + n, *tau = off + n, *work = tau + n, *z = vectors ? work + n : NULL;
  vector_loops loops = vector_loops_for();
  for (size_t i = 0; scale != 0 && i < n * n; i++) a[i] /= scale;
  if (scale != 0) {
    tridiagonalise(&loops, a, diagonal, off, tau, work, n);
    if (z) form_q_transposed(&loops, a, tau, z, work, n);
  }
  if (scale != 0 && diagonalise(&loops, diagonal, off, z, n)) {
    sort_pairs(diagonal, z, values, vectors, n);
    for (size_t i = 0; i < n; i++) values[i] *= scale;
  } else {
    give_nan(values, n);
    give_nan(vectors, n * n);
  }
  memory_release(memory, bytes);
  return 1;
}
