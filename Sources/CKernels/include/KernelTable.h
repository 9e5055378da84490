// The inventory of element loops. Each word of a list is a field of the table of every scalar type and a function
// body in one of the .inc files, which are compiled once for each instruction set and scalar type (Kernels.c).
//
// Conventions, for all of them:
// - Memory is plain arrays of one scalar type; no function knows a shape. Counts and strides are in elements.
// - A `step` is 1 (walk) or 0 (repeat the first element).
// - The output may be the same memory as an input of the same type and step 1, but may not overlap it otherwise.
// - A field is NULL where the operation does not exist for the scalar type.
// - bool is a byte that holds 0 or 1.
// - NaN goes in, NaN comes out (maximum, minimum, relu, clamp and the reductions included).
#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

// The element types, in the order of `DType` in Swift.
enum { SCALAR_FLOAT32, SCALAR_FLOAT64, SCALAR_INT32, SCALAR_INT64, SCALAR_BOOL, SCALAR_TYPES };

// y[i] = f(x[i]); p and q are parameters of the few operations that have some.
typedef void (*unary_kernel)(const void *x, void *y, size_t count, double p, double q);

// What every signed number has, and what only floating-point numbers have.
#define NUMERIC_UNARY_KERNELS(X) \
  X(negate) X(absolute) X(sign) X(square) X(relu) X(clamp /* to p...q; NaN stays NaN */)
#define FLOATING_UNARY_KERNELS(X)                                                                        \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(rsqrt) X(cbrt) X(reciprocal)        \
  X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh)        \
  X(erf) X(erfc) X(erfinv) X(erfcx) X(lgamma) X(digamma) X(polygamma /* order p */)                      \
  X(i0) X(i0e) X(i1) X(i1e) X(normal_cdf) X(log_normal_cdf) X(normal_quantile) X(sinc)                   \
  X(sigmoid) X(log_sigmoid) X(softplus) X(floor) X(ceil) X(round /* half to even */) X(trunc)            \
  X(leaky_relu /* slope p */) X(elu /* alpha p */) X(gelu_erf) X(gelu_tanh) X(silu) X(mish)              \
  X(power_constant /* x^p */) X(constant_power /* p^x */)

// y[r, i] = f(a[r, i], b[r, i]) for a number of rows, which lie a_row and b_row apart in a and b, and follow each other
// in y.
typedef void (*binary_kernel)(const void *a, size_t a_step, ptrdiff_t a_row, const void *b, size_t b_step,
                              ptrdiff_t b_row, void *y, size_t count, size_t rows, double p, double q);

#define NUMERIC_BINARY_KERNELS(X)                                                                        \
  X(add) X(subtract) X(multiply) X(divide /* integers: truncating, 0 where b is 0 */) X(maximum) X(minimum) \
  X(remainder /* sign of b; integers: 0 where b is 0 */) X(truncating_remainder /* sign of a */)         \
  X(floor_divide) X(power)
// The *_gradient kernels are fused derivatives: a is the cotangent, b the operand x or the result y, as named.
#define FLOATING_BINARY_KERNELS(X)                                                                       \
  X(atan2 /* a is y, b is x */) X(hypot) X(copysign) X(log_add_exp) X(xlogy /* a log b; 0 where a is 0 and b not NaN */) \
  X(xlog1py) X(maximum_number /* fmax: ignores NaN */) X(minimum_number)                                 \
  X(relu_gradient /* (dy, x): dy where x > 0 or x is NaN, else 0 */)                                      \
  X(leaky_relu_gradient /* (dy, x), slope p: dy where x > 0, else p dy */)                                \
  X(clamp_gradient /* (dy, x): dy where p < x < q, else 0 */)                                            \
  X(sigmoid_gradient /* (dy, y): dy y (1 - y) */) X(tanh_gradient /* (dy, y): dy (1 - y y) */)            \
  X(gelu_erf_gradient /* (dy, x) */) X(gelu_tanh_gradient /* (dy, x) */) X(silu_gradient /* (dy, x) */)   \
  X(softplus_gradient /* (dy, x): dy sigmoid(x) */)                                                       \
  X(squared_difference) X(scaled_difference /* p (a - b) */)

// y[i] = a[i] < b[i] and so on, as bools.
typedef void (*comparison_kernel)(const void *a, size_t a_step, const void *b, size_t b_step, uint8_t *y, size_t count);
#define COMPARISON_KERNELS(X) X(equal) X(not_equal) X(less) X(less_equal)

// y[i] = p(x[i]), as bools.
typedef void (*predicate_kernel)(const void *x, uint8_t *y, size_t count);
#define PREDICATE_KERNELS(X) X(is_nan) X(is_infinite) X(is_finite) X(is_zero)

// y[i] = condition[i] ? a[i] : b[i].
typedef void (*select_kernel)(const uint8_t *condition, size_t condition_step, const void *a, size_t a_step,
                              const void *b, size_t b_step, void *y, size_t count);

// Folds x, seen as [outer, middle, inner] (contiguous), along `middle` into y [outer, inner]. The order of the
// additions depends on the sizes only; float32 sums keep the error of pairwise summation or better.
// The fold of nothing is the neutral element (-inf for the maximum, 0 for a sum).
typedef void (*reduction_kernel)(const void *x, void *y, size_t outer, size_t middle, size_t inner);
#define REDUCTION_KERNELS(X) X(sum) X(product) X(max) X(min)

// The place of the first largest (smallest) element, a NaN counting as the extreme one; middle > 0.
typedef void (*arg_reduction_kernel)(const void *x, int64_t *y, size_t outer, size_t middle, size_t inner);
#define ARG_REDUCTION_KERNELS(X) X(argmax) X(argmin)

// Operations on the rows of a contiguous matrix [rows, columns].
typedef void (*row_kernel)(const void *x, void *y, size_t rows, size_t columns);
#define ROW_KERNELS(X) \
  X(softmax) X(log_softmax) X(log_sum_exp /* y: [rows]; all -inf gives -inf, any +inf gives +inf */)
// dx from dy and the result y.
typedef void (*row_gradient_kernel)(const void *dy, const void *y, void *dx, size_t rows, size_t columns);
#define ROW_GRADIENT_KERNELS(X) \
  X(softmax_gradient /* y (dy - sum(dy y)) */) X(log_softmax_gradient /* dy - exp(y) sum(dy) */)

typedef struct kernel_table {
  const char *instruction_set;
  size_t element_size;
  struct {
#define FIELD(name) unary_kernel name;
    NUMERIC_UNARY_KERNELS(FIELD) FLOATING_UNARY_KERNELS(FIELD)
#undef FIELD
  } unary;
  struct {
#define FIELD(name) binary_kernel name;
    NUMERIC_BINARY_KERNELS(FIELD) FLOATING_BINARY_KERNELS(FIELD)
#undef FIELD
  } binary;
  struct {
#define FIELD(name) comparison_kernel name;
    COMPARISON_KERNELS(FIELD)
#undef FIELD
  } comparison;
  struct {
#define FIELD(name) predicate_kernel name;
    PREDICATE_KERNELS(FIELD)
#undef FIELD
  } predicate;
  select_kernel select;
  struct {
#define FIELD(name) reduction_kernel name;
    REDUCTION_KERNELS(FIELD)
#undef FIELD
#define FIELD(name) arg_reduction_kernel name;
    ARG_REDUCTION_KERNELS(FIELD)
#undef FIELD
  } reduction;
  struct {
#define FIELD(name) row_kernel name;
    ROW_KERNELS(FIELD)
#undef FIELD
#define FIELD(name) row_gradient_kernel name;
    ROW_GRADIENT_KERNELS(FIELD)
#undef FIELD
    // loss[r] = log_sum_exp[r] - x[r, label[r]], in one pass over x; labels are in range.
    void (*cross_entropy)(const void *x, const int64_t *labels, void *loss, void *log_sum_exp, size_t rows, size_t columns);
    // dx[r, c] = scale[r] (exp(x[r, c] - log_sum_exp[r]) - [c == label[r]]); scale walks by scale_step.
    void (*cross_entropy_gradient)(const void *x, const int64_t *labels, const void *log_sum_exp, const void *scale,
                                   size_t scale_step, void *dx, size_t rows, size_t columns);
    // sum[0] = factor Σ (a[i] - b[i])²
    void (*squared_distance)(const void *a, const void *b, void *sum, size_t count, double factor);
    // y = (x - mean) * inverse_deviation * weight + bias for each row; weight and bias may be NULL.
    // mean and inverse_deviation [rows] are results. inverse_deviation = 1 / sqrt(variance + epsilon), biased variance.
    void (*layer_norm)(const void *x, const void *weight, const void *bias, void *y, void *mean, void *inverse_deviation,
                       size_t rows, size_t columns, double epsilon);
    // dx for each row; d_weight and d_bias [columns] are added to (may be NULL together with weight).
    void (*layer_norm_gradient)(const void *dy, const void *x, const void *weight, const void *mean,
                                const void *inverse_deviation, void *dx, void *d_weight, void *d_bias, size_t rows,
                                size_t columns);
  } rows;
  struct {
    // updated, which may be parameter, = parameter - rate * step; with momentum != 0,
    // velocity = momentum * velocity + (1 - dampening) * gradient first.
    void (*sgd)(const void *parameter, void *updated, const void *gradient, void *velocity, size_t count, double rate,
                double momentum, double dampening, double weight_decay, int nesterov, int first_step);
    // Adam and (decoupled != 0) AdamW; correction1 = 1 - beta1^step, correction2 = 1 - beta2^step. maximum is NULL
    // unless AMSGrad is wanted.
    void (*adam)(const void *parameter, void *updated, const void *gradient, void *mean, void *square, void *maximum,
                 size_t count, double rate, double beta1, double beta2, double epsilon, double weight_decay, int decoupled,
                 double correction1, double correction2);
  } update;
  // y[i] = the value, everywhere; y[i] = start + i * step.
  void (*fill)(void *y, size_t count, double value);
  void (*ramp)(void *y, size_t count, double start, double step);
} kernel_table;

// The tables by scalar type of the best instruction set that this processor has, or that the environment variable
// PULLBACK_INSTRUCTION_SET names; NULL before they are first asked for.
extern const kernel_table *const *kernel_tables_in_use;
const kernel_table *const *kernel_choose_tables(void);

static inline __attribute__((always_inline)) const kernel_table *kernels_in_use(int scalar_type) {
  const kernel_table *const *tables = __atomic_load_n(&kernel_tables_in_use, __ATOMIC_RELAXED);
  return (tables ? tables : kernel_choose_tables())[scalar_type];
}

// ---- Loops that are the same for all instruction sets; sizes of elements in bytes: 1, 4 or 8 -------------------

// y[i * y_stride] = x[i * x_stride]; strides in elements, any sign or zero.
void copy_strided(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, size_t count, size_t element_size);
// y[j, i] = x[i, j] for x of [rows, columns] with row stride x_stride and y with row stride y_stride; blocked for the caches.
void copy_transposed(const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride, size_t rows, size_t columns,
                     size_t element_size);
// Converts between scalar types: floats to integers toward zero (saturating; NaN to 0), anything to bool by != 0.
void convert_elements(const void *x, int from, void *y, int to, size_t count);
// Half precision, IEEE 754 or the upper half of a float32, as float32: every value exactly.
void widen_halves(const uint16_t *x, float *y, size_t count, int is_bfloat16);
// Elements of files, which may begin at any byte. Each in reverse order of its bytes:
void reverse_bytes(void *x, size_t count, size_t width);
// IEEE 754 halves as float32, integers of 1, 2 or 4 bytes as int32 or, unsigned ones of 4, as int64. y may be the memory at
// whose end x lies.
void widen_half_elements(const void *x, float *y, size_t count);
void widen_integers(const void *x, size_t width, int is_signed, void *y, size_t count);

// x seen as [outer, extent, inner], y as [outer, count, inner]: y[o, i, :] = x[o, index[i], :]. Indices are in range.
void take_rows(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               size_t element_size);
// The adjoint, adding in the order of i: y[o, index[i], :] += x[o, i, :]. float32 and float64, int32, int64.
void add_rows(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
              int scalar_type);
// y[o, i, j] = x[o, index[o, i, j], j] with x [outer, extent, inner] and index, y [outer, count, inner].
void take_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
                size_t element_size);
void add_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               int scalar_type);
// y[o, index[o, i, j], j] = x[o, i, j], in the order of i (the last write wins).
void put_along(const void *x, const int64_t *index, void *y, size_t outer, size_t extent, size_t count, size_t inner,
               size_t element_size);
// Flat versions: y[i] = x[index[i]]; y[index[i]] = x[i * x_step]; y[index[i]] += x[i].
void take_flat(const void *x, const int64_t *index, void *y, size_t count, size_t element_size);
void put_flat(const void *x, size_t x_step, const int64_t *index, void *y, size_t count, size_t element_size);
void add_flat(const void *x, const int64_t *index, void *y, size_t count, int scalar_type);
// Adds the extent to negative indices; returns the position of the first index outside -extent ..< extent, or count.
size_t wrap_indices(const int64_t *index, int64_t extent, int64_t *wrapped, size_t count);
// The position of the first index outside 0 ..< end, or count; end is not negative.
size_t find_outside(const int64_t *index, int64_t end, size_t count);
// The positions of the nonzero bytes, in order; returns how many. positions has room for count.
size_t nonzero_positions(const uint8_t *mask, int64_t *positions, size_t count);

// Stable argument sort of each line of x [outer, extent, inner] along extent; NaN sorts last in both directions.
// Returns 0 if memory ran out, else 1.
int argsort_along(const void *x, int64_t *index, size_t outer, size_t extent, size_t inner, int descending, int scalar_type);

// Running folds along the middle axis of [outer, extent, inner]. `index` (may be NULL) receives where the running
// maximum or minimum was taken from: the latest of equal ones. NaN, once seen, stays.
void cumulative_sum(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type);
void cumulative_product(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type);
void cumulative_extreme(const void *x, void *y, int64_t *index, size_t outer, size_t extent, size_t inner, int minimum,
                        int scalar_type);
void cumulative_log_sum_exp(const void *x, void *y, size_t outer, size_t extent, size_t inner, int scalar_type);

// Philox 4x32-10, a counter-based generator: the element at position `offset + i` depends on key and position only.
// Uniform in [low, high); normal by Box-Muller in double arithmetic without contraction, so every machine agrees.
void random_uniform(uint64_t key, uint64_t offset, void *y, size_t count, double low, double high, int scalar_type);
void random_normal(uint64_t key, uint64_t offset, void *y, size_t count, double mean, double deviation, int scalar_type);
void random_bits(uint64_t key, uint64_t offset, uint64_t *y, size_t count);

#endif
