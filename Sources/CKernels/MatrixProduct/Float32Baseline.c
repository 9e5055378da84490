#include "Instances.h"

#include "Machine.h"

#define scalar float
#define SCALAR_BYTES 4
#define WIDTH 16
#define TILE_ROWS 4
#define MULTIPLY multiply_float32_baseline
#include "MatrixProduct.inc"
