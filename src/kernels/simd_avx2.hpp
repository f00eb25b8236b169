/// Eight floats at a time: AVX2 with FMA. Included by one source file only; everything has internal linkage.
#pragma once
#include <immintrin.h>

#include "kernels/kernels.hpp"
#include "kernels/simd_transpose.hpp"

namespace hone {
namespace {

struct Simd : Transpose {
  using Vec = __m256;
  using Mask = __m256;
  static constexpr std::size_t lanes = 8;
  static constexpr int tile_rows = 6, tile_panels = 1;  // 12 sums, 2 of B, 1 of A: 15 of 16 registers

  static Vec load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Vec x) { _mm256_storeu_ps(p, x); }
  static Vec all(float x) { return _mm256_set1_ps(x); }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
  static Vec fms(Vec a, Vec b, Vec c) { return _mm256_fmsub_ps(a, b, c); }
  static Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_ps(a, b, c); }
  static Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
  static Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
  static Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
  static Vec sqrt(Vec a) { return _mm256_sqrt_ps(a); }
  static Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }  // b where either is NaN
  static Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
  static Vec abs(Vec a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static Vec with_sign_of(Vec magnitude, Vec sign) {
    return _mm256_or_ps(magnitude, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
  }
  static Mask less(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static bool any(Mask m) { return _mm256_movemask_ps(m) != 0; }
  static Vec select(Mask m, Vec yes, Vec no) { return _mm256_blendv_ps(no, yes, m); }
  /// The float whose bits are those of x plus the low 9 bits of t moved to the exponent.
  static Vec add_exponent(Vec x, Vec t) {
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), _mm256_slli_epi32(_mm256_castps_si256(t), 23)));
  }
  /// x = 2^e * f with f in [sqrt(1/2), sqrt(2)).
  static void split(Vec x, Vec& exponent, Vec& fraction) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i above = _mm256_sub_epi32(bits, _mm256_set1_epi32(0x3f3504f3));
    exponent = _mm256_cvtepi32_ps(_mm256_srai_epi32(above, 23));
    fraction = _mm256_castsi256_ps(_mm256_sub_epi32(bits, _mm256_and_si256(above, _mm256_set1_epi32(-0x800000))));
  }
  static Vec from_bytes(const std::uint8_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
};

/// Four doubles at a time, for body_dense.hpp.
struct SimdDouble {
  using Vec = __m256d;
  static constexpr std::size_t lanes = 4;
  static constexpr std::size_t tile_rows = 6, tile_vectors = 2;  // 12 sums, 2 of B, 1 of A: 15 of 16 registers

  static Vec load(const double* p) { return _mm256_loadu_pd(p); }
  static void store(double* p, Vec x) { _mm256_storeu_pd(p, x); }
  static Vec all(double x) { return _mm256_set1_pd(x); }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a, b, c); }
  static Vec add(Vec a, Vec b) { return _mm256_add_pd(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm256_sub_pd(a, b); }
  static Vec mul(Vec a, Vec b) { return _mm256_mul_pd(a, b); }
  static Vec div(Vec a, Vec b) { return _mm256_div_pd(a, b); }
  /// 0 where they are equal, else 1.
  static Vec differs(Vec a, Vec b) { return _mm256_and_pd(_mm256_cmp_pd(a, b, _CMP_NEQ_UQ), all(1)); }
};

}  // namespace
}  // namespace hone
