#include "Fourier.h"
#include "KernelTable.h"
#include "MatrixProduct.h"
#include "Machine.h"
