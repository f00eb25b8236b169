/// Matrix products, transposition, sums over rows, gathering: one source for every instruction set (Simd is defined by
/// the including file). Internal linkage.
#pragma once
#include "kernels/body_tiles.hpp"

namespace hone {
namespace {

constexpr std::size_t vectors_per_panel = panel_width / Simd::lanes;

void multiply(const Product& p) {
  product<Simd, false>(p);
}
/// A block of at most 16 x 16 of one panel, mirrored at its diagonal.
HONE_INLINE void transpose_up_to_16(const float* from, std::size_t rows, std::size_t columns, float* to) {
  if (rows == panel_width && columns == panel_width) {
    Simd::transpose_block(from, to);
    return;
  }
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t r = 0; r < rows; ++r) to[c * panel_width + r] = from[r * panel_width + c];
}

/// C of at most `narrow_columns` columns: lanes over its rows, which stand side by side in A. Sums in the same order.
constexpr std::size_t narrow_columns = 4;

template <int Columns>
void multiply_narrow(const Product& p) {
  for (std::size_t row = 0; row < p.rows; row += panel_width) {
    const float* a = p.a + row / panel_width * p.a_stride;
    typename Simd::Vec sum[Columns][vectors_per_panel];
    for (auto& column : sum)
      for (auto& s : column) s = Simd::all(0.0f);
    for (std::size_t k = 0; k < p.depth; ++k)
      for (std::size_t v = 0; v < vectors_per_panel; ++v) {
        const auto a_k = Simd::load(a + k * panel_width + v * Simd::lanes);
        for (std::size_t c = 0; c < Columns; ++c)
          sum[c][v] = Simd::fma(a_k, Simd::all(p.b[k * panel_width + c]), sum[c][v]);
      }
    alignas(64) float mirrored[panel_width * panel_width] = {}, block[panel_width * panel_width];
    for (std::size_t c = 0; c < Columns; ++c)
      for (std::size_t v = 0; v < vectors_per_panel; ++v)
        Simd::store(mirrored + c * panel_width + v * Simd::lanes, sum[c][v]);
    Simd::transpose_block(mirrored, block);
    const std::size_t rows = p.rows - row < panel_width ? p.rows - row : panel_width;
    for (std::size_t i = 0; i < rows * panel_width; i += Simd::lanes)
      Simd::store(p.c + row * panel_width + i, Simd::load(block + i));
  }
}

void multiply_transposed(const Product& p) {
  static_assert(narrow_columns == 4);
  switch (p.panels == 1 ? p.columns : 0) {
    case 1:
      return multiply_narrow<1>(p);
    case 2:
      return multiply_narrow<2>(p);
    case 3:
      return multiply_narrow<3>(p);
    case 4:
      return multiply_narrow<4>(p);
    default:
      return product<Simd, true>(p);
  }
}

void transpose(const float* a, std::size_t a_stride, std::size_t rows, std::size_t columns, float* b,
               std::size_t b_stride) {
  for (std::size_t row = 0; row < rows; row += panel_width) {
    const std::size_t height = rows - row < panel_width ? rows - row : panel_width;
    for (std::size_t column = 0; column < columns; column += panel_width) {
      const std::size_t width = columns - column < panel_width ? columns - column : panel_width;
      transpose_up_to_16(a + column / panel_width * a_stride + row * panel_width, height, width,
                         b + row / panel_width * b_stride + column * panel_width);
    }
  }
}

void column_sums(const float* a, std::size_t stride, std::size_t rows, std::size_t panels, float* out) {
  for (std::size_t panel = 0; panel < panels; ++panel, a += stride, out += panel_width) {
    typename Simd::Vec sum[vectors_per_panel];
    for (auto& s : sum) s = Simd::all(0.0f);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t v = 0; v < vectors_per_panel; ++v)
        sum[v] = Simd::add(sum[v], Simd::load(a + r * panel_width + v * Simd::lanes));
    for (std::size_t v = 0; v < vectors_per_panel; ++v) Simd::store(out + v * Simd::lanes, sum[v]);
  }
}

/// How many rows ahead the gather asks memory for: the order is random, so no hardware foresees it.
constexpr std::size_t rows_ahead = 4;

template <class T>
HONE_INLINE void prefetch_row(const Gather<T>& g, std::size_t r) {
  if (r + rows_ahead >= g.rows) return;
  const char* ahead = reinterpret_cast<const char*>(g.source + g.order[r + rows_ahead] * g.width);
  for (std::size_t at = 0; at < g.width * sizeof(T); at += 64) __builtin_prefetch(ahead + at);
}

void gather_bytes(const Gather<std::uint8_t>& g) {
  const auto scale = Simd::all(g.scale), shift = Simd::all(g.shift);
  for (std::size_t r = 0; r < g.rows; ++r) {
    prefetch_row(g, r);
    const std::uint8_t* from = g.source + g.order[r] * g.width;
    float* to = g.out + r * panel_width;
    std::size_t c = 0;
    for (; c + panel_width <= g.width; c += panel_width, to += g.stride)
      for (std::size_t v = 0; v < panel_width; v += Simd::lanes)
        Simd::store(to + v, Simd::fma(scale, Simd::from_bytes(from + c + v), shift));
    for (std::size_t v = 0; c + v < g.width; ++v)
      to[v] = __builtin_fmaf(g.scale, static_cast<float>(from[c + v]), g.shift);
  }
}

void gather_floats(const Gather<float>& g) {
  for (std::size_t r = 0; r < g.rows; ++r) {
    prefetch_row(g, r);
    const float* from = g.source + g.order[r] * g.width;
    float* to = g.out + r * panel_width;
    std::size_t c = 0;
    for (; c + panel_width <= g.width; c += panel_width, to += g.stride)
      for (std::size_t v = 0; v < panel_width; v += Simd::lanes) Simd::store(to + v, Simd::load(from + c + v));
    for (std::size_t v = 0; c + v < g.width; ++v) to[v] = from[c + v];
  }
}

}  // namespace
}  // namespace hone
