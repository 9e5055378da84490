// Compiles the loops of convolution, pooling, attention and normalisation once for each instruction set, and picks the
// one to run.
#include "NeuralNetworks.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "Coefficients.h"
#include "KernelTable.h"
#include "Machine.h"
#include "Names.h"
#include "Processor.h"

// What a fused multiply-add may do is said by `fused`.
#pragma STDC FP_CONTRACT OFF

#define load_upto(x, n) ((n) >= LANES ? load(x) : load_part(x, n))
#define store_upto(y, v, n) \
  do {                      \
    if ((n) >= LANES) store(y, v); \
    else store_part(y, v, n); \
  } while (0)

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// The pieces that a loop of independent items is worth splitting into.
enum { WANTED_ITEMS = 16 };

// Blocks that several threads fail to get, counted by all of them.
static inline void mark(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }

// The loops of one instruction set and scalar type, by the names of the public functions.
typedef struct {
  int (*convolution_forward)(const convolution_shape *, const void *, const void *, const void *, int, void *);
  int (*convolution_transposed)(const convolution_shape *, const void *, const void *, const void *, void *);
  int (*convolution_correlation)(const convolution_shape *, const void *, const void *, void *);
  void (*window_maximum)(const window_shape *, const void *, void *, int32_t *);
  void (*window_sum)(const window_shape *, const double *const[3], const void *, void *);
  void (*window_spread)(const window_shape *, const double *const[3], const void *, void *);
  int (*attention_forward)(const attention_shape *, const void *, const void *, const void *, void *, void *);
  int (*attention_gradient)(const attention_shape *, const attention_gradient_strides *, const void *, const void *,
                            const void *, const void *, const void *, const void *, void *, void *, void *);
  void (*root_mean_square_norm)(const void *, const void *, void *, void *, size_t, size_t, double);
  void (*root_mean_square_norm_gradient)(const void *, const void *, const void *, const void *, void *, void *, size_t,
                                         size_t);
  void (*channel_moments)(const void *, void *, void *, size_t, size_t, size_t);
  void (*channel_affine)(const void *, const void *, const void *, const void *, void *, size_t, size_t, size_t);
  void (*channel_gradient_sums)(const void *, const void *, const void *, void *, void *, size_t, size_t, size_t);
  void (*channel_gradient)(const void *, const void *, const void *, const void *, const void *, const void *, void *,
                           size_t, size_t, size_t);
} neural_kernels;

#include "ConvolutionPlan.h"

#if defined(__x86_64__)

#define INSTRUCTION_SET avx512
#define WIDTH 64
#define HAS_FUSED 1
#define HAS_MASKS 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#include "NeuralNetworks.inc"
#pragma clang attribute pop
#undef INSTRUCTION_SET
#undef WIDTH
#undef HAS_FUSED
#undef HAS_MASKS

#define INSTRUCTION_SET avx2
#define WIDTH 32
#define HAS_FUSED 1
#define HAS_MASKS 0
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "NeuralNetworks.inc"
#pragma clang attribute pop
#undef INSTRUCTION_SET
#undef WIDTH
#undef HAS_FUSED
#undef HAS_MASKS

#endif

#define INSTRUCTION_SET baseline
#define WIDTH 16
#if defined(__aarch64__)
#define HAS_FUSED 1
#else
#define HAS_FUSED 0
#endif
#define HAS_MASKS 0
#include "NeuralNetworks.inc"

static const neural_kernels *kernels(int scalar_type) {
  static const neural_kernels *const known[INSTRUCTION_SETS][2] = {
#if defined(__x86_64__)
      [INSTRUCTION_SET_AVX512] = {&neural_kernels_float32_avx512, &neural_kernels_float64_avx512},
      [INSTRUCTION_SET_AVX2] = {&neural_kernels_float32_avx2, &neural_kernels_float64_avx2},
#endif
      [INSTRUCTION_SET_BASELINE] = {&neural_kernels_float32_baseline, &neural_kernels_float64_baseline},
  };
  return known[processor_instruction_set()][scalar_type == SCALAR_FLOAT64];
}

int convolution_forward(int scalar_type, const convolution_shape *shape, const void *x,
                        const void *w, const void *bias, int relu, void *y) {
  return kernels(scalar_type)->convolution_forward(shape, x, w, bias, relu, y);
}

int convolution_transposed(int scalar_type, const convolution_shape *shape, const void *y,
                           const void *w, const void *bias, void *x) {
  return kernels(scalar_type)->convolution_transposed(shape, y, w, bias, x);
}

int convolution_correlation(int scalar_type, const convolution_shape *shape, const void *x,
                            const void *y, void *w) {
  return kernels(scalar_type)->convolution_correlation(shape, x, y, w);
}

void window_maximum(int scalar_type, const window_shape *shape, const void *x, void *y,
                    int32_t *place) {
  kernels(scalar_type)->window_maximum(shape, x, y, place);
}

void window_sum(int scalar_type, const window_shape *shape, const double *const scale[3],
                const void *x, void *y) {
  kernels(scalar_type)->window_sum(shape, scale, x, y);
}

void window_spread(int scalar_type, const window_shape *shape,
                   const double *const scale[3], const void *y, void *x) {
  kernels(scalar_type)->window_spread(shape, scale, y, x);
}

int attention_forward(int scalar_type, const attention_shape *shape, const void *q,
                      const void *k, const void *v, void *y, void *log_sum_exp) {
  return kernels(scalar_type)->attention_forward(shape, q, k, v, y, log_sum_exp);
}

int attention_gradient(int scalar_type, const attention_shape *shape,
                       const attention_gradient_strides *strides, const void *q, const void *k, const void *v,
                       const void *y, const void *log_sum_exp, const void *dy, void *dq, void *dk, void *dv) {
  return kernels(scalar_type)
      ->attention_gradient(shape, strides, q, k, v, y, log_sum_exp, dy, dq, dk, dv);
}

void root_mean_square_norm(int scalar_type, const void *x, const void *weight, void *y,
                           void *inverse, size_t rows, size_t columns, double epsilon) {
  kernels(scalar_type)->root_mean_square_norm(x, weight, y, inverse, rows, columns, epsilon);
}

void root_mean_square_norm_gradient(int scalar_type, const void *dy, const void *x,
                                    const void *weight, const void *inverse, void *dx, void *d_weight, size_t rows,
                                    size_t columns) {
  kernels(scalar_type)
      ->root_mean_square_norm_gradient(dy, x, weight, inverse, dx, d_weight, rows, columns);
}

void channel_moments(int scalar_type, const void *x, void *mean, void *variance,
                     size_t outer, size_t channels, size_t inner) {
  kernels(scalar_type)->channel_moments(x, mean, variance, outer, channels, inner);
}

void channel_affine(int scalar_type, const void *x, const void *centre, const void *scale,
                    const void *shift, void *y, size_t outer, size_t channels, size_t inner) {
  kernels(scalar_type)->channel_affine(x, centre, scale, shift, y, outer, channels, inner);
}

void channel_gradient_sums(int scalar_type, const void *dy, const void *x,
                           const void *mean,
                           void *sum, void *product_sum, size_t outer, size_t channels, size_t inner) {
  kernels(scalar_type)
      ->channel_gradient_sums(dy, x, mean, sum, product_sum, outer, channels, inner);
}

void channel_gradient(int scalar_type, const void *dy, const void *x, const void *mean,
                      const void *a, const void *b, const void *c, void *dx, size_t outer, size_t channels,
                      size_t inner) {
  kernels(scalar_type)->channel_gradient(dy, x, mean, a, b, c, dx, outer, channels, inner);
}

// ---- Moving elements by place -------------------------------------------------------------------------------------

#define TAKE(T)                                                                                        \
  for (size_t i = 0; i < count; i++) {                                                                 \
    const int32_t at = place[plane * count + i];                                                       \
    ((T *)y)[plane * count + i] = at < 0 ? 0 : ((const T *)x)[plane * extent + (size_t)at];            \
  }
#define PUT(T)                                                                                         \
  T *target = (T *)x + plane * extent;                                                                 \
  memset(target, 0, extent * sizeof(T));                                                               \
  for (size_t i = 0; i < count; i++) {                                                                 \
    const int32_t at = place[plane * count + i];                                                       \
    if (at >= 0) target[at] += ((const T *)y)[plane * count + i];                                      \
  }

void window_take(int scalar_type, size_t planes, size_t extent, size_t count, const void *x, const int32_t *place,
                 void *y) {
  for (size_t plane = 0; plane < planes; plane++) {
    if (scalar_type == SCALAR_FLOAT64) {
      TAKE(double)
    } else {
      TAKE(float)
    }
  }
}

void window_put(int scalar_type, size_t planes, size_t extent, size_t count, const void *y, const int32_t *place,
                void *x) {
  for (size_t plane = 0; plane < planes; plane++) {
    if (scalar_type == SCALAR_FLOAT64) {
      PUT(double)
    } else {
      PUT(float)
    }
  }
}
