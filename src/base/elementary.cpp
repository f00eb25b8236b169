#include "base/elementary.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace hone {
namespace {

/// ln 2 in two parts: the first has 33 significant bits, so that its product with an exponent is exact.
constexpr double ln2_high = 0x1.62e42feep-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;
/// 1 / k!, the Taylor coefficients of exp.
constexpr std::array<double, 15> inverse_factorial = [] {
  std::array<double, 15> c{1};
  double factorial = 1;
  for (std::size_t k = 1; k < c.size(); ++k) c[k] = 1 / (factorial *= static_cast<double>(k));  // exact up to 22!
  return c;
}();
/// 2 / (2 k + 1), of the series of 2 artanh(s) / s in s^2.
constexpr std::array<double, 13> artanh_series = [] {
  std::array<double, 13> c{};
  for (std::size_t k = 0; k < c.size(); ++k) c[k] = 2 / (2 * static_cast<double>(k) + 1);
  return c;
}();
constexpr double sqrt_half = 0.70710678118654752440;

}  // namespace

double portable_exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.8) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  const double power = std::floor(x * 1.44269504088896340736 + 0.5);
  const double rest = (x - power * ln2_high) - power * ln2_low;  // in [-ln 2 / 2, ln 2 / 2]
  double series = inverse_factorial[14];                         // degree 14: the next term is below 2^-60
  for (std::size_t k = 13; k >= 1; --k) series = inverse_factorial[k] + series * rest;
  return std::ldexp(1.0 + rest * series, static_cast<int>(power));
}

double portable_log(double x) {
  if (!(x > 0)) return x == 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(x)) return x;
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // in [1/2, 1)
  if (mantissa < sqrt_half) {
    mantissa *= 2;
    --exponent;
  }
  // log(1 + f) = 2 artanh(s) with s = f / (2 + f), |s| < 0.172; written as f - s (f - tail), where f is exact.
  const double f = mantissa - 1, s = f / (2 + f), z = s * s;
  double tail = 0;
  for (std::size_t k = 12; k >= 1; --k) tail = z * (artanh_series[k] + tail);
  return exponent * ln2_high - ((s * (f - tail) - exponent * ln2_low) - f);
}

}  // namespace hone
