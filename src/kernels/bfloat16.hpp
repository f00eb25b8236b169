/// Matrix products of bfloat16 numbers with sums in single precision, for processors that have them (AVX512_BF16).
/// Outside the promise of equal bits: the processor rounds in an order of its own and takes denormal numbers for 0.
///
/// Two neighbouring numbers along the depth of a product are a *pair* of 32 bits, the first in the low half. Pairs
/// stand in panels of 16 like floats do, and `const float*` points to them though they are none.
#pragma once
#include <cstddef>

#include "kernels/kernels.hpp"

namespace hone {

/// A matrix (rows, columns) of floats in panels, rounded to nearest and paired. `out` is 64-byte aligned.
struct Pairing {
  const float* from;
  std::size_t stride;
  std::size_t rows, columns;
  float* out;
  std::size_t out_stride;
};

struct Bfloat16Kernels {
  /// Like those of Kernels; depth and strides count pairs.
  void (*multiply)(const Product&);
  void (*multiply_transposed)(const Product&);
  /// out (rows / 2 rounded up, columns): pairs of neighbouring rows, whole panels of columns. An odd last row meets 0.
  void (*pair_rows)(const Pairing&);
  /// out (rows, columns / 2 rounded up): pairs of neighbouring columns. What pads the columns counts as 0.
  void (*pair_columns)(const Pairing&);
  /// The latter transposed: out (columns / 2 rounded up, rows). out_stride has room for whole blocks of 16 rows of out.
  void (*pair_transposed)(const Pairing&);
};

/// Null unless this processor has them and kernels() are those for AVX-512.
const Bfloat16Kernels* bfloat16_kernels();

}  // namespace hone
