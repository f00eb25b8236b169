/// Matrix products in register tiles, for numbers of 32 bits that `Simd` multiplies and adds: floats, or pairs of
/// bfloat16. Internal linkage.
#pragma once
#include "kernels/kernels.hpp"

#define HONE_INLINE inline __attribute__((always_inline))

namespace hone {
namespace {

/// A register tile: `Rows` rows and `Panels` panels of C, all of k in order.
/// Element (i, k) of A stands at a[i * 16 + k] (next panel every 16 k), or at a[i + k * 16] when transposed.
template <class Simd, int Rows, int Panels, bool Transposed>
HONE_INLINE void product_tile(const Product& p, const float* a, const float* b, std::size_t row, std::size_t panel) {
  constexpr std::size_t vectors_per_panel = panel_width / Simd::lanes;
  constexpr int vectors = Panels * static_cast<int>(vectors_per_panel);
  constexpr std::size_t row_step = Transposed ? 1 : panel_width, k_step = Transposed ? panel_width : 1;
  typename Simd::Vec sum[Rows][vectors];
  for (int v = 0; v < vectors; ++v) {
    const std::size_t column = panel * panel_width + static_cast<std::size_t>(v) * Simd::lanes;
    const auto start = p.bias == nullptr ? Simd::all(0.0f) : Simd::load(p.bias + column);
    for (int i = 0; i < Rows; ++i) sum[i][v] = start;
  }
  const auto step = [&](const float* a_k, const float* b_k) __attribute__((always_inline)) {
    typename Simd::Vec row_of_b[vectors];
    for (int v = 0; v < vectors; ++v) {
      const auto at = static_cast<std::size_t>(v);
      row_of_b[v] = Simd::load(b_k + at / vectors_per_panel * p.b_stride + at % vectors_per_panel * Simd::lanes);
    }
    for (int i = 0; i < Rows; ++i) {
      const auto a_ik = Simd::all(a_k[static_cast<std::size_t>(i) * row_step]);
      for (int v = 0; v < vectors; ++v) sum[i][v] = Simd::fma(a_ik, row_of_b[v], sum[i][v]);
    }
  };
  if constexpr (Transposed) {
    for (std::size_t k = 0; k < p.depth; ++k, a += k_step, b += panel_width) step(a, b);
  } else {
    std::size_t left = p.depth;
    for (; left >= panel_width; left -= panel_width, a += p.a_stride)
#pragma GCC unroll 4
      for (std::size_t k = 0; k < panel_width; ++k, b += panel_width) step(a + k, b);
    for (std::size_t k = 0; k < left; ++k, b += panel_width) step(a + k, b);
  }
  for (int v = 0; v < vectors; ++v) {
    const auto at = static_cast<std::size_t>(v);
    const std::size_t place =
        (panel + at / vectors_per_panel) * p.c_stride + row * panel_width + at % vectors_per_panel * Simd::lanes;
    for (int i = 0; i < Rows; ++i) {
      const std::size_t c = place + static_cast<std::size_t>(i) * panel_width;
      Simd::store(p.c + c, p.scale == nullptr ? sum[i][v] : Simd::mul(sum[i][v], Simd::load(p.scale + c)));
    }
  }
}

/// All rows of `Panels` panels. The tile heights are chosen so that no short tile is left alone: 8 = 4 + 4, not 6 + 2.
template <class Simd, int Panels, bool Transposed>
void product_rows(const Product& p, std::size_t panel) {
  const float* b = p.b + panel * p.b_stride;
  constexpr std::size_t most = Simd::tile_rows;
  for (std::size_t row = 0; row < p.rows;) {
    // Rows of a transposed A are its columns: a tile stays inside one panel of A.
    std::size_t left = p.rows - row;
    const float* a = p.a + row * panel_width;
    if constexpr (Transposed) {
      const std::size_t inside = panel_width - row % panel_width;
      left = left < inside ? left : inside;
      a = p.a + row / panel_width * p.a_stride + row % panel_width;
    }
    std::size_t rows = left < most ? left : most;
    if (left > most && left < most + 3) rows = (left + 1) / 2;
    // clang-format off
    switch (rows) {
#define HONE_TILE(n)                                                                              \
  case n:                                                                                         \
    if constexpr (n <= Simd::tile_rows) product_tile<Simd, n, Panels, Transposed>(p, a, b, row, panel); \
    break;
      HONE_TILE(1) HONE_TILE(2) HONE_TILE(3) HONE_TILE(4) HONE_TILE(5) HONE_TILE(6) HONE_TILE(7) HONE_TILE(8)
#undef HONE_TILE
      default: break;
    }
    // clang-format on
    row += rows;
  }
}

template <class Simd, bool Transposed>
void product(const Product& p) {
  std::size_t panel = 0;
  constexpr std::size_t together = Simd::tile_panels;
  for (; panel + together <= p.panels; panel += together) product_rows<Simd, Simd::tile_panels, Transposed>(p, panel);
  for (; panel < p.panels; ++panel) product_rows<Simd, 1, Transposed>(p, panel);
}

}  // namespace
}  // namespace hone
