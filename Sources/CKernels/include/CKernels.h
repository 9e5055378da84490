#include "KernelTable.h"
#include "MatrixProduct.h"
#include "Machine.h"
