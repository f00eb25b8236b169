/// Transposition in AVX registers, for both vector widths. Internal linkage.
#pragma once
#include <immintrin.h>

#include <cstddef>

namespace hone {
namespace {

struct Transpose {
  /// A 16 x 16 block of one panel to the block mirrored at its diagonal.
  static void transpose_block(const float* from, float* to) {
    for (std::size_t r = 0; r < 16; r += 8)
      for (std::size_t c = 0; c < 16; c += 8) transpose_8x8(from + r * 16 + c, to + c * 16 + r);
  }
  static void transpose_8x8(const float* from, float* to) {
    __m256 row[8], pair[8], quad[8];
    for (int i = 0; i < 8; ++i) row[i] = _mm256_loadu_ps(from + i * 16);
    for (int i = 0; i < 8; i += 2) {
      pair[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
      pair[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
      for (int j = 0; j < 2; ++j) {
        quad[i + 2 * j] = _mm256_shuffle_ps(pair[i + j], pair[i + j + 2], 0x44);
        quad[i + 2 * j + 1] = _mm256_shuffle_ps(pair[i + j], pair[i + j + 2], 0xee);
      }
    for (int i = 0; i < 4; ++i) {
      _mm256_storeu_ps(to + i * 16, _mm256_permute2f128_ps(quad[i], quad[i + 4], 0x20));
      _mm256_storeu_ps(to + (i + 4) * 16, _mm256_permute2f128_ps(quad[i], quad[i + 4], 0x31));
    }
  }
};

}  // namespace
}  // namespace hone
