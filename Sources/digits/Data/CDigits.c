#include "CDigits.h"

// #embed is of C23, and known to every compiler of this package. A Swift array literal of this size takes a minute to
// build.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t text[] = {
#embed "digits.csv"
};

const uint8_t *digits_csv(size_t *count) {
  *count = sizeof text;
  return text;
}
