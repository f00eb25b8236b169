// Products of bfloat16 pairs for AVX512_BF16; cmake/Rooms.cmake gives this file its compiler flags.
#include "kernels/simd_avx512.hpp"

// After the line above: the tiles are compiled for the Simd defined here.
#include "kernels/bfloat16.hpp"
#include "kernels/body_tiles.hpp"
#include "kernels/tables.hpp"

namespace hone {
namespace {

/// A product of two pairs and both sums in the place of the multiply-add; loads and stores do not look at the bits.
struct PairSimd : Simd {
  static __m512bh bits(Vec pairs) { return (__m512bh)_mm512_castps_si512(pairs); }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm512_dpbf16_ps(c, bits(a), bits(b)); }
};

/// Sixteen floats of each, rounded: `low` in words 0 to 15, `high` behind them.
__m512i rounded(__m512 low, __m512 high) {
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

void pair_rows(const Pairing& p) {
  alignas(64) static constexpr std::uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                          8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i interleaved = _mm512_loadu_si512(order);
  for (std::size_t column = 0; column < p.columns; column += panel_width) {
    const float* from = p.from + column / panel_width * p.stride;
    float* out = p.out + column / panel_width * p.out_stride;
    for (std::size_t r = 0; r < p.rows; r += 2, from += 2 * panel_width, out += panel_width) {
      const __m512 high = r + 1 < p.rows ? Simd::load(from + panel_width) : _mm512_setzero_ps();
      _mm512_storeu_si512(out, _mm512_permutexvar_epi16(interleaved, rounded(Simd::load(from), high)));
    }
  }
}

/// Calls put(pairs, r) for the rows `first` <= r < `end` of the 32 columns from `column` on.
template <class Put>
void each_row_of_pairs(const Pairing& p, std::size_t column, std::size_t first, std::size_t end, Put&& put) {
  const float* low = p.from + column / panel_width * p.stride;
  const bool both = column + panel_width < p.columns;
  const std::size_t left = p.columns - column;
  const __mmask32 used = left >= 32 ? ~__mmask32{0} : (__mmask32{1} << left) - 1;
  for (std::size_t r = first; r < end; ++r) {
    const float* at = low + r * panel_width;
    const __m512 high = both ? Simd::load(at + p.stride) : _mm512_setzero_ps();
    put(_mm512_maskz_mov_epi16(used, rounded(Simd::load(at), high)), r);
  }
}

void pair_columns(const Pairing& p) {
  for (std::size_t column = 0; column < p.columns; column += 2 * panel_width) {
    float* out = p.out + column / 2 / panel_width * p.out_stride;
    each_row_of_pairs(p, column, 0, p.rows,
                      [&](__m512i pairs, std::size_t r) { _mm512_storeu_si512(out + r * panel_width, pairs); });
  }
}

void pair_transposed(const Pairing& p) {
  alignas(64) float block[panel_width * panel_width];
  for (std::size_t row = 0; row < p.rows; row += panel_width) {
    const std::size_t end = row + panel_width < p.rows ? row + panel_width : p.rows;
    for (std::size_t r = end - row; r < panel_width; ++r) Simd::store(block + r * panel_width, Simd::all(0.0f));
    float* out = p.out + row / panel_width * p.out_stride;
    for (std::size_t column = 0; column < p.columns; column += 2 * panel_width, out += panel_width * panel_width) {
      each_row_of_pairs(p, column, row, end, [&](__m512i pairs, std::size_t r) {
        _mm512_storeu_si512(block + (r - row) * panel_width, pairs);
      });
      Simd::transpose_block(block, out);
    }
  }
}

}  // namespace

constinit const Bfloat16Kernels avx512_bfloat16_kernels = {product<PairSimd, false>, product<PairSimd, true>, pair_rows,
                                                           pair_columns, pair_transposed};

}  // namespace hone
