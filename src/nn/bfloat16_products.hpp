/// The three matrix products of a wide layer with operands rounded to bfloat16 and sums in single precision. Weights,
/// activations and gradients themselves stay floats, so that nothing small is lost when an optimizer adds it up.
#pragma once
#include "kernels/bfloat16.hpp"
#include "nn/buffer.hpp"
#include "nn/layout.hpp"

namespace hone {

class Bfloat16Products {
 public:
  /// Layers with fewer inputs or outputs than this multiply floats: rounding would cost as much as it saves.
  static constexpr std::size_t least_width = 64;
  static bool suits(const LayerPlace& layer) { return layer.in >= least_width && layer.out >= least_width; }
  static bool available() { return bfloat16_kernels() != nullptr; }
  /// Bytes that it takes; in doubles because the sizes asked for may not fit any integer.
  static double memory_bytes(double rows, double in, double out);

  /// Room for layers of `in` inputs and `out` outputs at most, `rows` rows at once. Only where it is available().
  Bfloat16Products(std::size_t rows, std::size_t in, std::size_t out);

  /// C = A B + bias, C = A^T B, and C = A W^T times scale with W (columns of C, depth) in the place of B: all operands
  /// are floats, in panels like those of Kernels. `columns` must be set in the first; in the last it is rows of W.
  void multiply(const Product& p);
  void multiply_transposed(const Product& p);
  void multiply_by_transposed(const Product& p);

 private:
  std::size_t plain_stride_;  ///< of paired columns: a row of pairs for each row
  Buffer left_, right_;
};

}  // namespace hone
