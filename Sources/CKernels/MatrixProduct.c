// First version: a row of C at a time.
#include "MatrixProduct.h"

#include <stdint.h>

#include "KernelTable.h"
#include "Machine.h"

#define PLAIN_PRODUCT(scalar, unsigned_scalar)                                                                 \
  static void multiply_##scalar(const matrix_product *p, size_t entry) {                                       \
    const scalar *a = (const scalar *)p->a + (p->a_offsets ? p->a_offsets[entry] : 0);                         \
    const scalar *b = (const scalar *)p->b + (p->b_offsets ? p->b_offsets[entry] : 0);                         \
    const scalar *bias = p->bias;                                                                              \
    for (size_t i = 0; i < p->m; i++) {                                                                        \
      scalar *c = (scalar *)p->c + (ptrdiff_t)entry * p->c_batch + (ptrdiff_t)i * p->c_row;                    \
      for (size_t j = 0; j < p->n && !p->accumulate; j++) c[j] = 0;                                            \
      for (size_t l = 0; l < p->k; l++) {                                                                      \
        const scalar factor = a[(ptrdiff_t)i * p->a_row + (ptrdiff_t)l * p->a_column];                         \
        const scalar *row = b + (ptrdiff_t)l * p->b_row;                                                       \
        for (size_t j = 0; j < p->n; j++) {                                                                    \
          c[j] = (scalar)(c[j] + (unsigned_scalar)factor * (unsigned_scalar)row[(ptrdiff_t)j * p->b_column]); \
        }                                                                                                      \
      }                                                                                                        \
      for (size_t j = 0; j < p->n && bias; j++) c[j] = (scalar)((unsigned_scalar)c[j] + (unsigned_scalar)bias[j]); \
      for (size_t j = 0; j < p->n && p->relu; j++) c[j] = c[j] < 0 ? 0 : c[j];                                 \
    }                                                                                                          \
  }

PLAIN_PRODUCT(float, float)
PLAIN_PRODUCT(double, double)
PLAIN_PRODUCT(int32_t, uint32_t)
PLAIN_PRODUCT(int64_t, uint64_t)

typedef struct {
  const matrix_product *product;
  void (*multiply)(const matrix_product *p, size_t entry);
} batch_work;

static void multiply_entry(void *work, size_t entry) {
  const batch_work *w = work;
  w->multiply(w->product, entry);
}

int matrix_multiply(const char *instruction_set, int scalar_type, const matrix_product *product) {
  (void)instruction_set;
  batch_work work = {product, NULL};
  switch (scalar_type) {
    case SCALAR_FLOAT32: work.multiply = multiply_float; break;
    case SCALAR_FLOAT64: work.multiply = multiply_double; break;
    case SCALAR_INT32: work.multiply = multiply_int32_t; break;
    default: work.multiply = multiply_int64_t; break;
  }
  parallel_for(product->batch, multiply_entry, &work);
  return 1;
}
