// The handwritten digits, as part of the program: see SOURCE.md.
#ifndef CDIGITS_H
#define CDIGITS_H

#include <stddef.h>
#include <stdint.h>

// The text of digits.csv, which is not terminated.
const uint8_t *digits_csv(size_t *count);

#endif
