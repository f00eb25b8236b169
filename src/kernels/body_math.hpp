/// exp, log and friends in float, from our own polynomials in one fixed order: equal bits on every instruction set.
/// Ranges of reduction and most coefficients: Cephes (S. Moshier), single precision. Internal linkage.
#pragma once
#include "kernels/body_products.hpp"

namespace hone {
namespace {

using Vec = Simd::Vec;

HONE_INLINE Vec all(float x) {
  return Simd::all(x);
}

/// c[n-1] x^(n-1) + ... + c[0] by Horner's rule.
template <int N>
HONE_INLINE Vec polynomial(const float (&c)[N], Vec x) {
  Vec sum = all(c[N - 1]);
  for (int i = N - 2; i >= 0; --i) sum = Simd::fma(sum, x, all(c[i]));
  return sum;
}

/// x = n ln 2 + r, |r| <= ln 2 / 2. The low bits of `n_bits` hold n: adding 1.5 * 2^23 rounds to the nearest integer.
struct Reduced {
  Vec r, n_bits;
};
HONE_INLINE Reduced reduce(Vec x) {
  const Vec round = all(12582912.0f);
  x = Simd::max(all(-87.0f), Simd::min(all(87.0f), x));  // in this order NaN stays NaN
  const Vec n_bits = Simd::fma(x, all(1.44269504f), round);
  const Vec n = Simd::sub(n_bits, round);
  const Vec r = Simd::fnma(n, all(-2.12194440e-4f), Simd::fnma(n, all(0.693359375f), x));
  return {r, n_bits};
}
/// e^r - 1 for |r| <= ln 2 / 2.
HONE_INLINE Vec small_expm1(Vec r) {
  constexpr float c[] = {5.0000001201e-1f, 1.6666665459e-1f, 4.1665795894e-2f,
                         8.3334519073e-3f, 1.3981999507e-3f, 1.9875691500e-4f};
  return Simd::fma(Simd::mul(r, r), polynomial(c, r), r);
}
/// e^x, x clamped to +-87 so that neither it nor its inverse is denormal or infinite.
HONE_INLINE Vec exp_of(Vec x) {
  const Reduced at = reduce(x);
  return Simd::add_exponent(Simd::add(small_expm1(at.r), all(1.0f)), at.n_bits);
}
/// e^x - 1 without cancellation near 0.
HONE_INLINE Vec expm1_of(Vec x) {
  const Reduced at = reduce(x);
  const Vec power = Simd::add_exponent(all(1.0f), at.n_bits);
  return Simd::fma(power, small_expm1(at.r), Simd::sub(power, all(1.0f)));
}
/// ln x for normal x > 0.
HONE_INLINE Vec log_of(Vec x) {
  constexpr float c[] = {3.3333331174e-1f,  -2.4999993993e-1f, 2.0000714765e-1f,  -1.6668057665e-1f, 1.4249322787e-1f,
                         -1.2420140846e-1f, 1.1676998740e-1f,  -1.1514610310e-1f, 7.0376836292e-2f};
  Vec exponent, fraction;
  Simd::split(x, exponent, fraction);
  const Vec f = Simd::sub(fraction, all(1.0f)), square = Simd::mul(f, f);
  Vec tail = Simd::mul(Simd::mul(polynomial(c, f), f), square);
  tail = Simd::fma(exponent, all(-2.12194440e-4f), tail);
  tail = Simd::fnma(all(0.5f), square, tail);
  return Simd::fma(exponent, all(0.693359375f), Simd::add(f, tail));
}
/// ln(1 + u) for u in [0, 1], by 2 artanh(u / (2 + u)): its series in s^2 <= 1/9.
HONE_INLINE Vec log1p_of(Vec u) {
  constexpr float c[] = {2.0f, 2.0f / 3, 2.0f / 5, 2.0f / 7, 2.0f / 9, 2.0f / 11, 2.0f / 13, 2.0f / 15};
  const Vec s = Simd::div(u, Simd::add(u, all(2.0f)));
  return Simd::mul(s, polynomial(c, Simd::mul(s, s)));
}
/// erfc(y) e^(y^2) for y in [0, 9.5]: P((3 - y) / (3 + y)) / (3 + y), P from Chebyshev interpolation, error 1.3e-8.
HONE_INLINE Vec scaled_erfc_of(Vec y) {
  constexpr float c[] = {1.0740069069815354f,     0.8833944583704461f,   0.5902283728585377f,    0.3104667485044204f,
                         0.11952765246660205f,    0.026835253718347385f, -0.001217017964600867f, -0.00307460623291184f,
                         -0.0005027785260697343f, 0.0003350145639770337f};
  const Vec inverse = Simd::div(all(1.0f), Simd::add(all(3.0f), y));
  return Simd::mul(polynomial(c, Simd::mul(Simd::sub(all(3.0f), y), inverse)), inverse);
}

}  // namespace
}  // namespace hone
