// QR by Householder's reflections, in blocks whose product I - V T Vᵀ is applied by the matrix product.
#include "LinearAlgebraLoops.h"

#include <string.h>

enum { BLOCK = 32 };

typedef struct {
  vector_loops loops;
  double *a;
  size_t m, n;
  double *tau;   // [min(m, n)]
  double *v;     // [m, BLOCK]: the vectors of a block, with their ones and zeros
  double *t;     // [BLOCK, BLOCK]
  double *work;  // two of [BLOCK, widest]
  size_t widest;
} qr_state;

// Eliminates below the diagonal in the columns first ..< past.
static void reflect_columns(qr_state *state, size_t first, size_t past) {
  size_t n = state->n;
  for (size_t j = first; j < past; j++) {
    double *column = state->a + j * n + j;
    size_t length = state->m - j, right = past - j - 1;
    double corner = make_reflector(column, n, length, &state->tau[j]);
    double tau = state->tau[j];
    if (tau != 0) {
      double *w = state->work;
      memset(w, 0, right * sizeof(double));
      for (size_t i = 0; i < length; i++) state->loops.add_scaled(w, column + i * n + 1, column[i * n], right);
      for (size_t i = 0; i < length; i++) state->loops.add_scaled(column + i * n + 1, w, -tau * column[i * n], right);
    }
    column[0] = corner;
  }
}

// V and -T of the reflections first ..< past.
static void gather_block(qr_state *state, size_t first, size_t past) {
  size_t n = state->n, width = past - first, length = state->m - first;
  for (size_t i = 0; i < length; i++)
    for (size_t j = 0; j < width; j++)
      state->v[i * width + j] = i < j ? 0 : i == j ? 1 : state->a[(first + i) * n + first + j];
  double *t = state->t, *products = state->work;
  memset(t, 0, width * width * sizeof(double));
  for (size_t j = 0; j < width; j++) {
    // T[.., j] = -tau T (Vᵀ v_j); the same with -T on both sides.
    memset(products, 0, width * sizeof(double));
    for (size_t i = j; i < length; i++)
      state->loops.add_scaled(products, state->v + i * width, state->v[i * width + j], j);
    double tau = state->tau[first + j];
    for (size_t i = 0; i < j; i++) t[i * width + j] = -tau * state->loops.dot(t + i * width + i, products + i, j - i);
    t[j * width + j] = -tau;
  }
}

// c [m - first, columns] -= V T (Vᵀ c), or with Tᵀ instead of T.
static int apply_block(qr_state *state, double *c, size_t stride, size_t columns, size_t first, size_t past,
                       int transposed) {
  size_t width = past - first, length = state->m - first;
  ptrdiff_t t_row = transposed ? 1 : (ptrdiff_t)width, t_column = transposed ? (ptrdiff_t)width : 1;
  double *projected = state->work, *turned = state->work + BLOCK * state->widest;
  return multiply_add(projected, columns, state->v, 1, (ptrdiff_t)width, c, (ptrdiff_t)stride, 1, width,
                      columns, length, 1) &&
         multiply_add(turned, columns, state->t, t_row, t_column, projected, (ptrdiff_t)columns, 1,
                      width, columns, width, 1) &&
         multiply_add(c, stride, state->v, (ptrdiff_t)width, 1, turned, (ptrdiff_t)columns, 1, length,
                      columns, width, 0);
}

static int triangularise(qr_state *state, size_t pivots) {
  for (size_t first = 0; first < pivots; first += BLOCK) {
    size_t past = first + BLOCK < pivots ? first + BLOCK : pivots;
    reflect_columns(state, first, past);
    if (past == state->n) continue;
    gather_block(state, first, past);
    if (!apply_block(state, state->a + first * state->n + past, state->n, state->n - past, first, past, 1)) return 0;
  }
  return 1;
}

static int form_q(qr_state *state, double *q, size_t columns, size_t pivots) {
  memset(q, 0, state->m * columns * sizeof(double));
  for (size_t i = 0; i < columns; i++) q[i * columns + i] = 1;
  size_t blocks = (pivots + BLOCK - 1) / BLOCK;
  for (size_t block = blocks; block-- > 0;) {
    size_t first = block * BLOCK, past = first + BLOCK < pivots ? first + BLOCK : pivots;
    gather_block(state, first, past);
    if (!apply_block(state, q + first * columns + first, columns, columns - first, first, past, 0)) return 0;
  }
  return 1;
}

// R out of the triangle; rows with a negative number on the diagonal change sign together with their columns of Q.
static void finish(qr_state *state, double *q, double *r, size_t columns, size_t pivots) {
  size_t n = state->n;
  for (size_t i = 0; i < columns; i++) {
    int negative = i < pivots && state->a[i * n + i] < 0;
    for (size_t j = 0; j < n; j++) {
      double value = j < i ? 0 : state->a[i * n + j];
      r[i * n + j] = negative ? -value : value;
    }
    if (!negative) continue;
    for (size_t row = 0; row < state->m; row++) q[row * columns + i] = -q[row * columns + i];
  }
}

int qr_decompose(double *a, double *q, double *r, size_t m, size_t n, size_t columns) {
  size_t pivots = m < n ? m : n, widest = n > columns ? n : columns;
  if (widest < BLOCK) widest = BLOCK;
  size_t bytes = (pivots + m * BLOCK + BLOCK * BLOCK + 2 * BLOCK * widest) * sizeof(double);
  double *memory = memory_allocate(bytes);
  if (!memory) return 0;
  qr_state state = {.loops = vector_loops_for(), .a = a, .m = m, .n = n, .widest = widest};
  state.tau = memory;
  state.v = state.tau + pivots;
  state.t = state.v + m * BLOCK;
  state.work = state.t + BLOCK * BLOCK;
  int done = triangularise(&state, pivots) && form_q(&state, q, columns, pivots);
  if (done) finish(&state, q, r, columns, pivots);
  memory_release(memory, bytes);
  return done;
}
