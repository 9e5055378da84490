// Convolution, pooling, attention and normalisation: loops that know the shapes of their operands. All arrays are
// contiguous in row-major order unless strides are given; scalar_type is SCALAR_FLOAT32 or SCALAR_FLOAT64.
// The functions run on the thread pool; their results do not depend on the number of threads. Those that return an int
// give 0 if memory ran out, else 1.
#ifndef NEURAL_NETWORKS_H
#define NEURAL_NETWORKS_H

#include <stddef.h>
#include <stdint.h>

// A convolution over three axes (leading ones of extent 1 where there are fewer): x [batch, groups · in_channels,
// input…], w [groups · out_channels, in_channels, kernel…], y [batch, groups · out_channels, output…].
// y[n, o, p] = Σ w[o, c, k] x[n, c, p · stride + k · dilation - padding], x being 0 outside its extents.
typedef struct {
  size_t batch, groups;
  size_t in_channels, out_channels;  // of one group
  size_t input[3], output[3], kernel[3], stride[3], dilation[3], padding[3];
} convolution_shape;

// y from x and w, plus bias [groups · out_channels] (or NULL), then, if wanted, the positive part.
int convolution_forward(int scalar_type, const convolution_shape *shape, const void *x,
                        const void *w, const void *bias, int relu, void *y);
// The adjoint with respect to x: x from y and w, plus bias [groups · in_channels] (or NULL).
int convolution_transposed(int scalar_type, const convolution_shape *shape, const void *y,
                           const void *w, const void *bias, void *x);
// The adjoint with respect to w: w from x and y.
int convolution_correlation(int scalar_type, const convolution_shape *shape, const void *x,
                            const void *y, void *w);

// Windows over the last three axes of x [planes, input…], one for each element of y [planes, output…]. Along each axis
// the window of place o is first[o], first[o] + step, … below end[o], all within the input; it may be empty.
typedef struct {
  size_t planes, input[3], output[3];
  const int64_t *first[3], *end[3];
  int64_t step[3];
} window_shape;

// The greatest element of each window (-inf of an empty one) and its place in the plane: the first of equal ones; a NaN
// counts as the greatest. place is -1 for an empty window.
void window_maximum(int scalar_type, const window_shape *shape, const void *x, void *y,
                    int32_t *place);
// The sum of each window times scale[o0] scale[o1] scale[o2].
void window_sum(int scalar_type, const window_shape *shape, const double *const scale[3],
                const void *x, void *y);
// The adjoint: x from y.
void window_spread(int scalar_type, const window_shape *shape,
                   const double *const scale[3], const void *y, void *x);
// y[plane, i] = x[plane, place[plane, i]] (0 where the place is -1), and the adjoint, adding in the order of i.
void window_take(int scalar_type, size_t planes, size_t extent, size_t count, const void *x, const int32_t *place,
                 void *y);
void window_put(int scalar_type, size_t planes, size_t extent, size_t count, const void *y, const int32_t *place,
                void *x);

// softmax(scale · q kᵀ + mask) v for each of batch · heads pairs: q [queries, width], k [keys, width], v [keys,
// value_width]. The elements of a row follow each other. Arrays of strides: of batch, head and row.
typedef struct {
  size_t batch, heads, queries, keys, width, value_width;
  double scale;
  int causal;  // a query sees the keys up to its own place only
  ptrdiff_t q_strides[3], k_strides[3], v_strides[3], y_strides[3];
  const void *mask;  // added before softmax, or, if mask_is_bool, bytes: 0 hides a key; NULL for none
  int mask_is_bool;
  ptrdiff_t mask_strides[4];  // of batch, head, query and key
} attention_shape;

// y, and for each query the logarithm of the sum of exponentials [batch, heads, queries]. A query that sees no key
// gives 0 and a logarithm of -inf.
int attention_forward(int scalar_type, const attention_shape *shape, const void *q,
                      const void *k, const void *v, void *y, void *log_sum_exp);
// dq, dk and dv, laid out like q, k and v by strides of their own.
typedef struct {
  ptrdiff_t dy_strides[3], dq_strides[3], dk_strides[3], dv_strides[3];
} attention_gradient_strides;
int attention_gradient(int scalar_type, const attention_shape *shape,
                       const attention_gradient_strides *strides, const void *q, const void *k, const void *v,
                       const void *y, const void *log_sum_exp, const void *dy, void *dq, void *dk, void *dv);

// The rows of x [rows, columns] divided by the root of their mean square plus epsilon, times weight [columns] (or
// NULL); inverse [rows] is what each was multiplied with.
void root_mean_square_norm(int scalar_type, const void *x, const void *weight, void *y,
                           void *inverse, size_t rows, size_t columns, double epsilon);
// dx of rows; d_weight [columns] is added to (NULL together with weight).
void root_mean_square_norm_gradient(int scalar_type, const void *dy, const void *x,
                                    const void *weight, const void *inverse, void *dx, void *d_weight, size_t rows,
                                    size_t columns);

// Channels of x [outer, channels, inner]: mean and biased variance of each.
void channel_moments(int scalar_type, const void *x, void *mean, void *variance,
                     size_t outer, size_t channels, size_t inner);
// y = (x - centre) · scale + shift, with one of each for each channel.
void channel_affine(int scalar_type, const void *x, const void *centre, const void *scale,
                    const void *shift, void *y, size_t outer, size_t channels, size_t inner);
// Of each channel, Σ dy and Σ dy (x - mean).
void channel_gradient_sums(int scalar_type, const void *dy, const void *x,
                           const void *mean, void *sum, void *product_sum, size_t outer, size_t channels, size_t inner);
// dx = a · dy + b · (x - mean) + c, with one of each for each channel.
void channel_gradient(int scalar_type, const void *dy, const void *x, const void *mean,
                      const void *a, const void *b, const void *c, void *dx, size_t outer, size_t channels,
                      size_t inner);

#endif
