/// One float at a time, for machines without AVX2: the same source, the same bits. Included by one source file only.
#pragma once
#include "kernels/kernels.hpp"

namespace hone {
namespace {

struct Simd {
  using Vec = float;
  using Mask = bool;
  static constexpr std::size_t lanes = 1;
  static constexpr int tile_rows = 2, tile_panels = 1;

  static Vec load(const float* p) { return *p; }
  static void store(float* p, Vec x) { *p = x; }
  static Vec all(float x) { return x; }
  static Vec fma(Vec a, Vec b, Vec c) { return __builtin_fmaf(a, b, c); }
  static Vec fms(Vec a, Vec b, Vec c) { return __builtin_fmaf(a, b, -c); }
  static Vec fnma(Vec a, Vec b, Vec c) { return __builtin_fmaf(-a, b, c); }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec sub(Vec a, Vec b) { return a - b; }
  static Vec mul(Vec a, Vec b) { return a * b; }
  static Vec div(Vec a, Vec b) { return a / b; }
  static Vec sqrt(Vec a) { return __builtin_sqrtf(a); }
  static Vec min(Vec a, Vec b) { return a < b ? a : b; }  // b where either is NaN
  static Vec max(Vec a, Vec b) { return a > b ? a : b; }
  static Vec abs(Vec a) { return __builtin_fabsf(a); }
  static Vec with_sign_of(Vec magnitude, Vec sign) { return __builtin_copysignf(magnitude, sign); }
  static Mask less(Vec a, Vec b) { return a < b; }
  static bool any(Mask m) { return m; }
  static Vec select(Mask m, Vec yes, Vec no) { return m ? yes : no; }
  /// The float whose bits are those of x plus the low 9 bits of t moved to the exponent.
  static Vec add_exponent(Vec x, Vec t) {
    return __builtin_bit_cast(float,
                              __builtin_bit_cast(std::uint32_t, x) + (__builtin_bit_cast(std::uint32_t, t) << 23));
  }
  /// x = 2^e * f with f in [sqrt(1/2), sqrt(2)).
  static void split(Vec x, Vec& exponent, Vec& fraction) {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t above = bits - 0x3f3504f3u;
    exponent = static_cast<float>(static_cast<std::int32_t>(above) >> 23);
    fraction = __builtin_bit_cast(float, bits - (above & 0xff800000u));
  }
  static Vec from_bytes(const std::uint8_t* p) { return static_cast<float>(*p); }
  /// A 16 x 16 block of one panel to the block mirrored at its diagonal.
  static void transpose_block(const float* from, float* to) {
    for (std::size_t r = 0; r < 16; ++r)
      for (std::size_t c = 0; c < 16; ++c) to[c * 16 + r] = from[r * 16 + c];
  }
};

/// One double at a time, for body_dense.hpp.
struct SimdDouble {
  using Vec = double;
  static constexpr std::size_t lanes = 1;
  static constexpr std::size_t tile_rows = 2, tile_vectors = 8;

  static Vec load(const double* p) { return *p; }
  static void store(double* p, Vec x) { *p = x; }
  static Vec all(double x) { return x; }
  static Vec fma(Vec a, Vec b, Vec c) { return __builtin_fma(a, b, c); }
  static Vec add(Vec a, Vec b) { return a + b; }
  static Vec sub(Vec a, Vec b) { return a - b; }
  static Vec mul(Vec a, Vec b) { return a * b; }
  static Vec div(Vec a, Vec b) { return a / b; }
  /// 0 where they are equal, else 1.
  static Vec differs(Vec a, Vec b) { return a == b ? 0.0 : 1.0; }
};

}  // namespace
}  // namespace hone
