#include "math/improvement.hpp"

#include "base/elementary.hpp"
#include "math/normal.hpp"

namespace hone {
namespace {

constexpr double half_log_two_pi = 0.91893853320467274;
constexpr double series_below = -20;

/// 1 - |z| m(z), m = Phi / phi: 1/z^2 - 3/z^4 + 15/z^6 - ... as far as terms shrink.
double rest_of_mills(double z) {
  const double inverse = 1 / (z * z);
  double term = inverse, sum = 0;
  for (int k = 1; k <= 12; ++k) {
    sum += term;
    term *= -(2 * k + 1) * inverse;
  }
  return sum;
}

}  // namespace

LogImprovement log_improvement(double z) {
  const double log_density = -0.5 * z * z - half_log_two_pi;
  if (z > -1) {
    const double area = normal_cdf(z), h = portable_exp(log_density) + z * area;
    return {portable_log(h), area / h};
  }
  double mills, rest;
  if (z < series_below) {
    rest = rest_of_mills(z);
    mills = (1 - rest) / -z;
  } else {
    mills = portable_exp(log_normal_cdf(z) - log_density);
    rest = 1 + z * mills;
  }
  return {log_density + portable_log(rest), mills / rest};
}

}  // namespace hone
