#include "CDigits.h"

// A C23 directive that every compiler of this package knows; a Swift array literal of this size takes a minute to build.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t text[] = {
#embed "digits.csv"
};

const uint8_t *digits_csv(size_t *count) {
  *count = sizeof text;
  return text;
}
