// Which product is computed by whom.
#include "MatrixProduct.h"

#include <stdatomic.h>
#include <stdint.h>

#include "../Processor.h"
#include "Instances.h"
#include "KernelTable.h"
#include "Machine.h"

#if defined(__x86_64__)
static multiply_entry_function *const float32_functions[INSTRUCTION_SETS] = {
    multiply_float32_avx512, multiply_float32_avx2, multiply_float32_baseline};
static multiply_entry_function *const float64_functions[INSTRUCTION_SETS] = {
    multiply_float64_avx512, multiply_float64_avx2, multiply_float64_baseline};
#else
static multiply_entry_function *const float32_functions[INSTRUCTION_SETS] = {
    [INSTRUCTION_SET_BASELINE] = multiply_float32_baseline};
static multiply_entry_function *const float64_functions[INSTRUCTION_SETS] = {
    [INSTRUCTION_SET_BASELINE] = multiply_float64_baseline};
#endif

// Plain loops that wrap around, a row of C at a time; also for floating-point sums of no terms.
#define DEFINE_PLAIN_PRODUCT(name, scalar, wrapping)                                                              \
  static int name(const matrix_product *p, size_t entry, size_t threads) {                                        \
    (void)threads;                                                                                                \
    const scalar *a = (const scalar *)p->a + (p->a_offsets ? p->a_offsets[entry] : 0);                            \
    const scalar *b = (const scalar *)p->b + (p->b_offsets ? p->b_offsets[entry] : 0);                            \
    const scalar *bias = p->bias;                                                                                 \
    for (size_t i = 0; i < p->m; i++) {                                                                           \
      scalar *c = (scalar *)p->c + (ptrdiff_t)entry * p->c_batch + (ptrdiff_t)i * p->c_row;                       \
      for (size_t j = 0; j < p->n && !p->accumulate; j++) c[j] = 0;                                               \
      for (size_t l = 0; l < p->k; l++) {                                                                         \
        const wrapping factor = (wrapping)a[(ptrdiff_t)i * p->a_row + (ptrdiff_t)l * p->a_column];                \
        const scalar *row = b + (ptrdiff_t)l * p->b_row;                                                          \
        for (size_t j = 0; j < p->n; j++) {                                                                       \
          c[j] = (scalar)((wrapping)c[j] + factor * (wrapping)row[(ptrdiff_t)j * p->b_column]);                   \
        }                                                                                                         \
      }                                                                                                           \
      for (size_t j = 0; j < p->n && bias; j++) c[j] = (scalar)((wrapping)c[j] + (wrapping)bias[j]);              \
      for (size_t j = 0; j < p->n && p->relu; j++) c[j] = c[j] < 0 ? 0 : c[j];                                    \
    }                                                                                                             \
    return 1;                                                                                                     \
  }
DEFINE_PLAIN_PRODUCT(multiply_int32, int32_t, uint32_t)
DEFINE_PLAIN_PRODUCT(multiply_int64, int64_t, uint64_t)
DEFINE_PLAIN_PRODUCT(add_nothing_float32, float, float)
DEFINE_PLAIN_PRODUCT(add_nothing_float64, double, double)

static multiply_entry_function *function_for(int scalar_type, size_t k) {
  if (scalar_type == SCALAR_INT32) return multiply_int32;
  if (scalar_type == SCALAR_INT64) return multiply_int64;
  if (k == 0) return scalar_type == SCALAR_FLOAT32 ? add_nothing_float32 : add_nothing_float64;
  return (scalar_type == SCALAR_FLOAT32 ? float32_functions : float64_functions)[processor_instruction_set()];
}

// Below so many multiplications one thread is faster: handing work to another costs some microseconds.
static const double WORTH_SHARING = 300000;

typedef struct {
  const matrix_product *product;
  multiply_entry_function *multiply;
  size_t chunks;
  _Atomic int failed;
} batch_step;

static void multiply_batch_chunk(void *context, size_t chunk) {
  batch_step *s = context;
  const size_t end = s->product->batch * (chunk + 1) / s->chunks;
  for (size_t entry = s->product->batch * chunk / s->chunks; entry < end; entry++) {
    if (!s->multiply(s->product, entry, 1)) s->failed = 1;
  }
}

int matrix_multiply(int scalar_type, const matrix_product *product) {
  const matrix_product *p = product;
  if (p->m == 0 || p->n == 0 || p->batch == 0) return 1;
  multiply_entry_function *multiply = function_for(scalar_type, p->k);
  // Not worth a thought about threads.
  if (p->batch == 1 && p->m <= 16 && p->n <= 16 && p->k <= 16) return multiply(p, 0, 1);
  const double work = (double)p->m * (double)p->n * (double)p->k;
  const int shared = work * (double)p->batch > WORTH_SHARING;
  const size_t threads = shared ? parallel_thread_count() : 1;
  // Entries are shared out whole where that keeps all threads busy, else each is computed by all of them.
  if (threads > 1 && (p->batch >= 4 * threads || (p->batch > 1 && work <= WORTH_SHARING))) {
    batch_step s = {p, multiply, p->batch < 4 * threads ? p->batch : 4 * threads, 0};
    parallel_for(s.chunks, multiply_batch_chunk, &s);
    return !s.failed;
  }
  int succeeded = 1;
  for (size_t entry = 0; entry < p->batch; entry++) {
    succeeded &= multiply(p, entry, work > WORTH_SHARING ? threads : 1);
  }
  return succeeded;
}
