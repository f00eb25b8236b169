#include "math/normal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "base/elementary.hpp"

namespace hone {
namespace {

constexpr double log_root_two_pi = 0.91893853320467274178;
constexpr double one_over_root_two_pi = 0.39894228040143267794;

/// c[0] + c[1] x + ...
double polynomial(std::span<const double> c, double x) {
  double sum = 0;
  for (std::size_t i = c.size(); i-- > 0;) sum = sum * x + c[i];
  return sum;
}

// The three pairs of AS 241 (PPND16): |p - 1/2| <= 0.425, then the tail by r = sqrt(-ln p), below and above r = 5.
constexpr double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                        1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                        3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double b[] = {1.0,
                        4.2313330701600911252e+1,
                        6.8718700749205790830e+2,
                        5.3941960214247511077e+3,
                        2.1213794301586595867e+4,
                        3.9307895800092710610e+4,
                        2.8729085735721942674e+4,
                        5.2264952788528545610e+3};
constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                        3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                        2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double d[] = {1.0,
                        2.05319162663775882187e0,
                        1.67638483018380384940e0,
                        6.89767334985100004550e-1,
                        1.48103976427480074590e-1,
                        1.51986665636164571966e-2,
                        5.47593808499534494600e-4,
                        1.05075007164441684324e-9};
constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                        2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double f[] = {1.0,
                        5.99832206555887937690e-1,
                        1.36929880922735805310e-1,
                        1.48753612908506148525e-2,
                        7.86869131145613259100e-4,
                        1.84631831751005468180e-5,
                        1.42151175831644588870e-7,
                        2.04426310338993978564e-15};

// Cody's approximations of the normal distribution: around 0, for |x| <= sqrt 32, and beyond.
constexpr double center_p[] = {18154.981253343561249, 1067.6894854603709582, 161.02823106855587881,
                               2.2352520354606839287, .065682337918207449113};
constexpr double center_q[] = {45507.789335026729956, 10260.932208618978205, 976.09855173777669322,
                               47.20258190468824187, 1.0};
constexpr double middle_p[] = {9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326,
                               2494.5375852903726711, 597.27027639480026226, 93.506656132177855979,
                               8.8831497943883759412, .39894151208813466764, 1.0765576773720192317e-8};
constexpr double middle_q[] = {19685.429676859990727, 38912.003286093271411, 34900.952721145977266,
                               18615.571640885098091, 6485.558298266760755,  1519.377599407554805,
                               235.38790178262499861, 22.266688044328115691, 1.0};
constexpr double far_p[] = {2.9112874951168792e-5, .001421619193227893466, .022235277870649807,
                            .1274011611602473639,  .21589853405795699,     .02307344176494017303};
constexpr double far_q[] = {7.29751555083966205e-5, .00378239633202758244, .0659881378689285515,
                            .468238212480865118,    1.28426009614491121,   1.0};
constexpr double center_max = 0.67448975;

/// Phi(x) - 1/2 for |x| <= center_max.
double center_part(double x) {
  return x * polynomial(center_p, x * x) / polynomial(center_q, x * x);
}

constexpr auto inverse_factorials = [] {
  std::array<double, 14> inverse{};
  double factorial = 1;
  for (std::size_t k = 0; k < inverse.size(); ++k) {
    if (k > 0) factorial *= static_cast<double>(k);
    inverse[k] = 1 / factorial;
  }
  return inverse;
}();

/// exp(-y^2 / 2) for y >= 0; portable_exp's divisions would take most of the time here.
double half_square_exp(double y) {
  const double x = -0.5 * y * y;
  if (x < -700) return portable_exp(x);
  constexpr double round = 0x1.8p52, ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  const double shifted = x * 1.44269504088896340736 + round;  // the integer stands in the low bits
  const double power = shifted - round;
  const double r = (x - power * ln2_high) - power * ln2_low;  // in [-ln 2 / 2, ln 2 / 2]
  const double series = polynomial(inverse_factorials, r);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(series) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// Phi(-y) / exp(-y^2 / 2) for y > center_max.
double mills(double y) {
  if (y <= 5.656854248) return polynomial(middle_p, y) / polynomial(middle_q, y);
  const double s = 1 / (y * y);
  return (one_over_root_two_pi - s * polynomial(far_p, s) / polynomial(far_q, s)) / y;
}

double log_one_plus(double x) {
  const double sum = 1 + x;  // what rounding took from x is put back by the quotient
  return sum == 1 ? x : portable_log(sum) * (x / (sum - 1));
}

}  // namespace

double normal_cdf(double x) {
  const double y = std::abs(x);
  if (y <= center_max) return 0.5 + center_part(x);
  if (std::isnan(x)) return x;
  const double tail = half_square_exp(y) * mills(y);
  return x < 0 ? tail : 1 - tail;
}

double log_normal_cdf(double x) {
  if (x >= -center_max) return x > center_max ? log_one_plus(-normal_cdf(-x)) : portable_log(0.5 + center_part(x));
  return -0.5 * x * x + portable_log(mills(-x));
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double tail = std::min(p, 1 - p);
  if (!(tail > 0)) return std::copysign(std::numeric_limits<double>::infinity(), q);
  const double r = std::sqrt(-portable_log(tail));
  const double x =
      r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(e, r - 5) / polynomial(f, r - 5);
  return std::copysign(x, q);
}

double log_normal_mass(double low, double high) {
  if (low > 0) return log_normal_mass(-high, -low);
  if (high > 0) return log_one_plus(-normal_cdf(low) - normal_cdf(-high));
  const double above = log_normal_cdf(high), below = log_normal_cdf(low);
  return above + log_one_plus(-portable_exp(below - above));
}

UnitNormal::UnitNormal(double center_in, double sigma_in)
    : center(center_in),
      sigma(sigma_in),
      // Farther out than 8.3 deviations an end cuts off less than the last bit of the mass.
      low(center > 8.3 * sigma ? 0 : normal_cdf(-center / sigma)),
      high(1 - center > 8.3 * sigma ? 1 : normal_cdf((1 - center) / sigma)) {}

double UnitNormal::log_mass() const {
  return high - low == 1 ? 0 : portable_log(high - low);
}

double UnitNormal::log_constant() const {
  return -portable_log(sigma) - log_root_two_pi - log_mass();
}

double UnitNormal::log_cell_density(double from, double to) const {
  return log_normal_mass((from - center) / sigma, (to - center) / sigma) - portable_log(to - from) - log_mass();
}

double UnitNormal::quantile(double p) const {
  return std::clamp(center + sigma * normal_quantile(low + p * (high - low)), 0.0, 1.0);
}

}  // namespace hone
