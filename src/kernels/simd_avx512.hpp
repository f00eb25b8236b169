/// Sixteen floats at a time: AVX-512. Included by one source file only; everything has internal linkage.
#pragma once
#include <immintrin.h>

#include "kernels/kernels.hpp"
#include "kernels/simd_transpose.hpp"

namespace hone {
namespace {

struct Simd : Transpose {
  using Vec = __m512;
  using Mask = __mmask16;
  static constexpr std::size_t lanes = 16;
  static constexpr int tile_rows = 8, tile_panels = 2;  // 16 sums, 2 of B; two panels share each number of A

  static Vec load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, Vec x) { _mm512_storeu_ps(p, x); }
  static Vec all(float x) { return _mm512_set1_ps(x); }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
  static Vec fms(Vec a, Vec b, Vec c) { return _mm512_fmsub_ps(a, b, c); }
  static Vec fnma(Vec a, Vec b, Vec c) { return _mm512_fnmadd_ps(a, b, c); }
  static Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
  static Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
  static Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
  static Vec sqrt(Vec a) { return _mm512_sqrt_ps(a); }
  static Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }  // b where either is NaN
  static Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
  static Vec abs(Vec a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a); }
  static Vec with_sign_of(Vec magnitude, Vec sign) {
    return _mm512_or_ps(magnitude, _mm512_and_ps(_mm512_set1_ps(-0.0f), sign));
  }
  static Mask less(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static bool any(Mask m) { return m != 0; }
  static Vec select(Mask m, Vec yes, Vec no) { return _mm512_mask_blend_ps(m, no, yes); }
  /// The float whose bits are those of x plus the low 9 bits of t moved to the exponent.
  static Vec add_exponent(Vec x, Vec t) {
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), _mm512_slli_epi32(_mm512_castps_si512(t), 23)));
  }
  /// x = 2^e * f with f in [sqrt(1/2), sqrt(2)).
  static void split(Vec x, Vec& exponent, Vec& fraction) {
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i above = _mm512_sub_epi32(bits, _mm512_set1_epi32(0x3f3504f3));
    exponent = _mm512_cvtepi32_ps(_mm512_srai_epi32(above, 23));
    fraction = _mm512_castsi512_ps(_mm512_sub_epi32(bits, _mm512_and_si512(above, _mm512_set1_epi32(-0x800000))));
  }
  static Vec from_bytes(const std::uint8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
};

/// Eight doubles at a time, for body_dense.hpp.
struct SimdDouble {
  using Vec = __m512d;
  static constexpr std::size_t lanes = 8;
  static constexpr std::size_t tile_rows = 8, tile_vectors = 2;  // 16 sums of 32 registers

  static Vec load(const double* p) { return _mm512_loadu_pd(p); }
  static void store(double* p, Vec x) { _mm512_storeu_pd(p, x); }
  static Vec all(double x) { return _mm512_set1_pd(x); }
  static Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_pd(a, b, c); }
  static Vec add(Vec a, Vec b) { return _mm512_add_pd(a, b); }
  static Vec sub(Vec a, Vec b) { return _mm512_sub_pd(a, b); }
  static Vec mul(Vec a, Vec b) { return _mm512_mul_pd(a, b); }
  static Vec div(Vec a, Vec b) { return _mm512_div_pd(a, b); }
  /// 0 where they are equal, else 1.
  static Vec differs(Vec a, Vec b) { return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ), all(1)); }
};

}  // namespace
}  // namespace hone
