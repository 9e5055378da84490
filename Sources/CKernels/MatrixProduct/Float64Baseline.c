#include "Instances.h"

#include "Machine.h"

#define scalar double
#define SCALAR_BYTES 8
#define WIDTH 16
#define TILE_ROWS 4
#define MULTIPLY multiply_float64_baseline
#include "MatrixProduct.inc"
