// The names that the .inc files use, which mean something else each time a file is included: everything that a file
// defines at file scope carries the scalar type and the instruction set as a suffix, hidden behind these macros.
// Functions of vectors need no suffix: they are overloaded on the vector type.
#ifndef NAMES_H
#define NAMES_H

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)
#define NAME(name) JOIN(name, JOIN(SCALAR, INSTRUCTION_SET))

// The element, a vector of them, and a vector of integers of the same size (comparisons give 0 or -1 in each lane).
#define scalar JOIN(scalar, SCALAR)
#define vector NAME(vector)
#define integer NAME(integer)
#define natural NAME(natural)
#define bytes NAME(bytes)
#define LANES (WIDTH / SCALAR_BYTES)
typedef float scalar_float32;
typedef double scalar_float64;
typedef int32_t scalar_int32;
typedef int64_t scalar_int64;
typedef uint8_t scalar_boolean;
// A float64 vector of the same width, for what float32 is too coarse for.
#define wide JOIN(vector_float64, INSTRUCTION_SET)

// The numbers of the scalar types in the public header.
enum { CODE_float32 = SCALAR_FLOAT32, CODE_float64 = SCALAR_FLOAT64, CODE_int32 = SCALAR_INT32 };
enum { CODE_int64 = SCALAR_INT64, CODE_boolean = SCALAR_BOOL };

// How many columns are folded at a time, and in what steps a line is searched: little enough for the first cache.
enum { COLUMN_CHUNK = 1024, SEARCH_BLOCK = 2048 };

#define INLINE static inline __attribute__((always_inline, overloadable))

#define load(x) (*(const NAME(unaligned_vector) *)(x))
#define store(y, v) (*(NAME(unaligned_vector) *)(y) = (v))
#define load_part NAME(load_part)
#define load_from_afar NAME(load_from_afar)
#define store_part NAME(store_part)
#define load_or NAME(load_or)
#define load_bytes(x) (*(const NAME(unaligned_bytes) *)(x))
#define store_bytes(y, v) (*(NAME(unaligned_bytes) *)(y) = (v))
#define load_bytes_part NAME(load_bytes_part)
#define store_bytes_part NAME(store_bytes_part)
#define first_lanes NAME(first_lanes)
#define as_integer(v) __builtin_bit_cast(integer, v)
#define as_natural(v) __builtin_bit_cast(natural, v)
#define as_vector(v) __builtin_bit_cast(vector, v)

// A constant, or the coefficients of a polynomial, of the present scalar type (Coefficients.h).
#define CONSTANT(name) JOIN(name, SCALAR)
#define polynomial(x, name) evaluated(x, CONSTANT(name), sizeof CONSTANT(name) / sizeof *CONSTANT(name))

#endif
