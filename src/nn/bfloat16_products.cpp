#include "nn/bfloat16_products.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace hone {
namespace {

constexpr std::size_t pairs_of(std::size_t numbers) {
  return (numbers + 1) / 2;
}

/// Of `rows` rows of pairs: whole blocks of 16, and an odd number of cache lines so that panels do not fall onto the
/// same cache sets.
constexpr std::size_t paired_stride(std::size_t rows) {
  return (padded(rows) + 1) * panel_width;
}

}  // namespace

double Bfloat16Products::memory_bytes(double rows, double in, double out) {
  const double wide = std::max(in, out) + 2 * panel_width, most = std::max(rows, wide) + 2 * panel_width;
  return (wide * most + 2 * panel_width * most) * sizeof(float);
}

Bfloat16Products::Bfloat16Products(std::size_t rows, std::size_t in, std::size_t out)
    : plain_stride_((rows | 1) * panel_width) {
  HONE_CHECK(available(), "products of bfloat16 need a processor that has them");
  const std::size_t wide = std::max(in, out);
  left_ = Buffer(std::max(panels_of(pairs_of(wide)) * plain_stride_, panels_of(in) * paired_stride(pairs_of(rows))));
  right_ = Buffer(panels_of(wide) * paired_stride(std::max(pairs_of(wide), pairs_of(rows))));
}

void Bfloat16Products::multiply(const Product& p) {
  const Bfloat16Kernels& kernels = *bfloat16_kernels();
  const std::size_t depth = pairs_of(p.depth), stride = paired_stride(depth);
  kernels.pair_columns({p.a, p.a_stride, p.rows, p.depth, left_.data(), plain_stride_});
  kernels.pair_rows({p.b, p.b_stride, p.depth, p.columns, right_.data(), stride});
  kernels.multiply({left_.data(), plain_stride_, p.rows, depth, right_.data(), stride, p.panels, p.bias, p.scale, p.c,
                    p.c_stride, p.columns});
}

void Bfloat16Products::multiply_transposed(const Product& p) {
  const Bfloat16Kernels& kernels = *bfloat16_kernels();
  const std::size_t depth = pairs_of(p.depth), stride = paired_stride(depth);
  kernels.pair_rows({p.a, p.a_stride, p.depth, p.rows, left_.data(), stride});
  kernels.pair_rows({p.b, p.b_stride, p.depth, p.columns, right_.data(), stride});
  kernels.multiply_transposed({left_.data(), stride, p.rows, depth, right_.data(), stride, p.panels, nullptr, nullptr,
                               p.c, p.c_stride, p.columns});
}

void Bfloat16Products::multiply_by_transposed(const Product& p) {
  const Bfloat16Kernels& kernels = *bfloat16_kernels();
  const std::size_t depth = pairs_of(p.depth), stride = paired_stride(depth);
  kernels.pair_columns({p.a, p.a_stride, p.rows, p.depth, left_.data(), plain_stride_});
  kernels.pair_transposed({p.b, p.b_stride, p.columns, p.depth, right_.data(), stride});
  kernels.multiply({left_.data(), plain_stride_, p.rows, depth, right_.data(), stride, p.panels, nullptr, p.scale, p.c,
                    p.c_stride, p.columns});
}

}  // namespace hone
