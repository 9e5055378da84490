#include "Instances.h"

#include "Machine.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define scalar float
#define SCALAR_BYTES 4
#define WIDTH 64
#define TILE_ROWS 14
#define MULTIPLY multiply_float32_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
                             apply_to = function)
#include "MatrixProduct.inc"
#pragma clang attribute pop
#endif
