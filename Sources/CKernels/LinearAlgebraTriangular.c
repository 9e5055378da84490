// Cholesky, LU and triangular systems: small ones by loops, larger ones by halves and the matrix product.
#include "LinearAlgebraLoops.h"

#include <math.h>

enum { BLOCK = 32 };

// ---- Triangular systems ----------------------------------------------------------------------------------------

static void solve_small(const vector_loops *loops, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, double *b,
                        size_t b_row, size_t n, size_t k, int upper, int unit) {
  for (size_t step = 0; step < n; step++) {
    size_t i = upper ? n - 1 - step : step;
    const double *row = a + (ptrdiff_t)i * a_row;
    size_t first = upper ? i + 1 : 0, past = upper ? n : i;
    for (size_t j = first; j < past; j++)
      loops->add_scaled(b + i * b_row, b + j * b_row, -row[(ptrdiff_t)j * a_column], k);
    if (unit) continue;
    double pivot = row[(ptrdiff_t)i * a_column];
    for (size_t c = 0; c < k; c++) b[i * b_row + c] /= pivot;
  }
}

int triangular_solve_strided(const vector_loops *loops, const double *a, ptrdiff_t a_row, ptrdiff_t a_column, double *b,
                             size_t b_row, size_t n, size_t k, int upper, int unit) {
  if (n <= BLOCK) {
    solve_small(loops, a, a_row, a_column, b, b_row, n, k, upper, unit);
    return 1;
  }
  size_t half = n / 2, rest = n - half;
  const double *last = a + (ptrdiff_t)half * (a_row + a_column);
  double *below = b + half * b_row;
  if (upper) {
    const double *corner = a + (ptrdiff_t)half * a_column;
    return triangular_solve_strided(loops, last, a_row, a_column, below, b_row, rest, k, upper, unit) &&
           multiply_subtract(b, b_row, corner, a_row, a_column, below, (ptrdiff_t)b_row, 1, half, k, rest) &&
           triangular_solve_strided(loops, a, a_row, a_column, b, b_row, half, k, upper, unit);
  }
  const double *corner = a + (ptrdiff_t)half * a_row;
  return triangular_solve_strided(loops, a, a_row, a_column, b, b_row, half, k, upper, unit) &&
         multiply_subtract(below, b_row, corner, a_row, a_column, b, (ptrdiff_t)b_row, 1, rest, k, half) &&
         triangular_solve_strided(loops, last, a_row, a_column, below, b_row, rest, k, upper, unit);
}

int triangular_solve(const double *a, ptrdiff_t a_row, ptrdiff_t a_column, double *b,
                     size_t n, size_t k, int upper, int unit) {
  vector_loops loops = vector_loops_for();
  return triangular_solve_strided(&loops, a, a_row, a_column, b, k, n, k, upper, unit);
}

// ---- Cholesky --------------------------------------------------------------------------------------------------

// The rows of x [rows, n] become solutions of x Lᵀ = x.
static int solve_right(const vector_loops *loops, const double *l, double *x, size_t stride, size_t rows, size_t n) {
  if (n <= BLOCK) {
    for (size_t i = 0; i < rows; i++)
      for (size_t j = 0; j < n; j++) {
        double *row = x + i * stride;
        row[j] = (row[j] - loops->dot(row, l + j * stride, j)) / l[j * stride + j];
      }
    return 1;
  }
  size_t half = n / 2;
  const double *corner = l + half * stride;
  return solve_right(loops, l, x, stride, rows, half) &&
         multiply_subtract(x + half, stride, x, (ptrdiff_t)stride, 1, corner, 1, (ptrdiff_t)stride, rows,
                           n - half, half) &&
         solve_right(loops, corner + half, x + half, stride, rows, n - half);
}

static size_t factor_symmetric(const vector_loops *loops, double *a, size_t stride, size_t n) {
  if (n <= BLOCK) {
    for (size_t i = 0; i < n; i++) {
      double *row = a + i * stride;
      for (size_t j = 0; j < i; j++)
        row[j] = (row[j] - loops->dot(row, a + j * stride, j)) / a[j * stride + j];
      double pivot = row[i] - loops->dot(row, row, i);
      if (!(pivot > 0) || isinf(pivot)) return i + 1;
      row[i] = sqrt(pivot);
    }
    return 0;
  }
  size_t half = n / 2, rest = n - half;
  double *corner = a + half * stride;
  size_t failed = factor_symmetric(loops, a, stride, half);
  if (failed) return failed;
  if (!solve_right(loops, a, corner, stride, rest, half) ||
      !multiply_subtract(corner + half, stride, corner, (ptrdiff_t)stride, 1, corner, 1, (ptrdiff_t)stride, rest,
                         rest, half))
    return LINEAR_ALGEBRA_OUT_OF_MEMORY;
  failed = factor_symmetric(loops, corner + half, stride, rest);
  return failed == 0 || failed == LINEAR_ALGEBRA_OUT_OF_MEMORY ? failed : half + failed;
}

size_t cholesky_factor(double *a, size_t n) {
  vector_loops loops = vector_loops_for();
  size_t failed = factor_symmetric(&loops, a, n, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++) a[i * n + j] = 0;
  return failed;
}

// ---- LU --------------------------------------------------------------------------------------------------------

typedef struct {
  vector_loops loops;
  double *a;
  size_t rows, columns;
  int64_t *permutation;
  int sign;
  size_t zero_pivot;
} lu_state;

// Exchanges whole rows, so that parts left and right of the columns being eliminated need no care later.
static void exchange_rows(lu_state *state, size_t i, size_t j) {
  double *x = state->a + i * state->columns, *y = state->a + j * state->columns;
  for (size_t c = 0; c < state->columns; c++) {
    double kept = x[c];
    x[c] = y[c];
    y[c] = kept;
  }
  int64_t kept = state->permutation[i];
  state->permutation[i] = state->permutation[j];
  state->permutation[j] = kept;
  state->sign = -state->sign;
}

static void eliminate_column(lu_state *state, size_t j, size_t past) {
  double *a = state->a;
  size_t width = state->columns, best = j;
  for (size_t i = j + 1; i < state->rows; i++)
    if (fabs(a[i * width + j]) > fabs(a[best * width + j])) best = i;
  if (best != j) exchange_rows(state, j, best);
  double pivot = a[j * width + j];
  if (pivot == 0) {
    if (!state->zero_pivot) state->zero_pivot = j + 1;
    return;
  }
  for (size_t i = j + 1; i < state->rows; i++) {
    double factor = a[i * width + j] /= pivot;
    state->loops.add_scaled(a + i * width + j + 1, a + j * width + j + 1, -factor, past - j - 1);
  }
}

// Eliminates the columns first ..< past, in the rows from `first` on.
static int eliminate(lu_state *state, size_t first, size_t past) {
  if (past - first <= BLOCK / 2) {
    for (size_t j = first; j < past; j++) eliminate_column(state, j, past);
    return 1;
  }
  size_t middle = first + (past - first) / 2, width = state->columns, half = middle - first;
  double *diagonal = state->a + first * width + first, *below = state->a + middle * width + first;
  return eliminate(state, first, middle) &&
         triangular_solve_strided(&state->loops, diagonal, (ptrdiff_t)width, 1, diagonal + half, width, half,
                                  past - middle, 0, 1) &&
         multiply_subtract(below + half, width, below, (ptrdiff_t)width, 1, diagonal + half,
                           (ptrdiff_t)width, 1, state->rows - middle, past - middle, half) &&
         eliminate(state, middle, past);
}

size_t lu_factor(double *a, size_t m, size_t n, int64_t *permutation, int *sign) {
  lu_state state = {vector_loops_for(), a, m, n, permutation, 1, 0};
  for (size_t i = 0; i < m; i++) permutation[i] = (int64_t)i;
  size_t square = m < n ? m : n;
  int done = square == 0 || eliminate(&state, 0, square);
  if (done && n > m)
    done = triangular_solve_strided(&state.loops, a, (ptrdiff_t)n, 1, a + m, n, m, n - m, 0, 1);
  *sign = state.sign;
  return done ? state.zero_pivot : LINEAR_ALGEBRA_OUT_OF_MEMORY;
}
