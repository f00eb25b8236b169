/// The functions of BBOB (declared in bbob.hpp).
#include "bbob.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/check.hpp"
#include "base/rng.hpp"

namespace hone::search_bench {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;
constexpr double pi = std::numbers::pi;

double square(double x) {
  return x * x;
}
double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/// A normal number by the polar method.
double normal(Rng& rng) {
  for (;;) {
    const double a = 2 * rng.uniform() - 1, b = 2 * rng.uniform() - 1, s = a * a + b * b;
    if (s > 0 && s < 1) return a * std::sqrt(-2 * std::log(s) / s);
  }
}

/// A random rotation: Gram and Schmidt on normal numbers.
Matrix rotation(std::size_t n, Rng& rng) {
  Matrix rows(n, Vector(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (double& value : rows[i]) value = normal(rng);
    for (std::size_t j = 0; j < i; ++j) {
      const double shared = std::inner_product(rows[i].begin(), rows[i].end(), rows[j].begin(), 0.0);
      for (std::size_t k = 0; k < n; ++k) rows[i][k] -= shared * rows[j][k];
    }
    const double length = std::sqrt(std::inner_product(rows[i].begin(), rows[i].end(), rows[i].begin(), 0.0));
    for (double& value : rows[i]) value /= length;
  }
  return rows;
}

Vector times(const Matrix& rows, const Vector& x) {
  Vector y(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    y[i] = std::inner_product(rows[i].begin(), rows[i].end(), x.begin(), 0.0);
  return y;
}

// The transformations of section 0.2.

double oscillated(double x) {
  if (x == 0) return 0;
  const double h = std::log(std::abs(x)), c1 = x > 0 ? 10 : 5.5, c2 = x > 0 ? 7.9 : 3.1;
  return sign(x) * std::exp(h + 0.049 * (std::sin(c1 * h) + std::sin(c2 * h)));
}
Vector oscillated(Vector x) {
  for (double& value : x) value = oscillated(value);
  return x;
}
/// Where a coordinate stands among n: 0 .. 1.
double share(std::size_t i, std::size_t n) {
  return n < 2 ? 0 : static_cast<double>(i) / static_cast<double>(n - 1);
}
Vector asymmetric(Vector x, double beta) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] > 0) x[i] = std::pow(x[i], 1 + beta * share(i, x.size()) * std::sqrt(x[i]));
  return x;
}
Vector conditioned(Vector x, double alpha) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= std::pow(alpha, 0.5 * share(i, x.size()));
  return x;
}
double penalty(std::span<const double> x) {
  double sum = 0;
  for (const double value : x) sum += square(std::max(0.0, std::abs(value) - 5));
  return sum;
}
double rastrigin(const Vector& z) {
  double waves = 0, squares = 0;
  for (const double value : z) {
    waves += std::cos(2 * pi * value);
    squares += value * value;
  }
  return 10 * (static_cast<double>(z.size()) - waves) + squares;
}
double ellipsoid(const Vector& z, double exponent) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += std::pow(10, exponent * share(i, z.size())) * square(z[i]);
  return sum;
}
double rosenbrock(const Vector& z) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < z.size(); ++i) sum += 100 * square(square(z[i]) - z[i + 1]) + square(z[i] - 1);
  return sum;
}

/// What the functions draw from: shift and two rotations.
struct Ground {
  Ground(int function, int dimension, std::uint32_t instance)
      : rng(0x6262'6f62, RngPurpose::simulation, static_cast<std::uint32_t>(function * 1000 + dimension), instance),
        n(static_cast<std::size_t>(dimension)),
        optimum(n) {
    for (double& value : optimum) value = 8 * rng.uniform() - 4;
    r = rotation(n, rng);
    q = rotation(n, rng);
  }
  Vector shifted(std::span<const double> x) const {
    Vector z(x.begin(), x.end());
    for (std::size_t i = 0; i < n; ++i) z[i] -= optimum[i];
    return z;
  }
  Rng rng;
  std::size_t n;
  Vector optimum;
  Matrix r, q;
};

/// A function of the point and its ground.
using Formula = double (*)(const Ground&, std::span<const double>);

double sphere(const Ground& g, std::span<const double> x) {
  return ellipsoid(g.shifted(x), 0);
}
double ellipsoid_separable(const Ground& g, std::span<const double> x) {
  return ellipsoid(oscillated(g.shifted(x)), 6);
}
double rastrigin_separable(const Ground& g, std::span<const double> x) {
  return rastrigin(conditioned(asymmetric(oscillated(g.shifted(x)), 0.2), 10));
}
double bueche_rastrigin(const Ground& g, std::span<const double> x) {
  Vector z = oscillated(g.shifted(x));
  for (std::size_t i = 0; i < g.n; ++i) z[i] *= std::pow(10, 0.5 * share(i, g.n)) * (z[i] > 0 && i % 2 == 0 ? 10 : 1);
  return rastrigin(z) + 100 * penalty(x);
}
double linear_slope(const Ground& g, std::span<const double> x) {
  double sum = 0;
  for (std::size_t i = 0; i < g.n; ++i) {
    const double slope = sign(g.optimum[i]) * std::pow(10, share(i, g.n));
    sum += 5 * std::abs(slope) - slope * (x[i] * g.optimum[i] < 25 ? x[i] : g.optimum[i]);
  }
  return sum;
}
double attractive_sector(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.q, conditioned(times(g.r, g.shifted(x)), 10));
  double sum = 0;
  for (std::size_t i = 0; i < g.n; ++i) sum += square((z[i] * g.optimum[i] > 0 ? 100 : 1) * z[i]);
  return std::pow(oscillated(sum), 0.9);
}
double step_ellipsoid(const Ground& g, std::span<const double> x) {
  Vector z = conditioned(times(g.r, g.shifted(x)), 10);
  const double first = std::abs(z[0]);
  for (double& value : z) value = std::abs(value) > 0.5 ? std::floor(0.5 + value) : std::floor(0.5 + 10 * value) / 10;
  return 0.1 * std::max(first / 1e4, ellipsoid(times(g.q, z), 2)) + penalty(x);
}
double rosenbrock_scale(std::size_t n) {
  return std::max(1.0, std::sqrt(static_cast<double>(n)) / 8);
}
double rosenbrock_plain(const Ground& g, std::span<const double> x) {
  Vector z = g.shifted(x);
  for (double& value : z) value = rosenbrock_scale(g.n) * value + 1;
  return rosenbrock(z);
}
double rosenbrock_rotated(const Ground& g, std::span<const double> x) {
  Vector z = times(g.r, Vector(x.begin(), x.end()));
  for (double& value : z) value = rosenbrock_scale(g.n) * value + 0.5;
  return rosenbrock(z);
}
double ellipsoid_rotated(const Ground& g, std::span<const double> x) {
  return ellipsoid(oscillated(times(g.r, g.shifted(x))), 6);
}
double discus(const Ground& g, std::span<const double> x) {
  const Vector z = oscillated(times(g.r, g.shifted(x)));
  return ellipsoid(z, 0) + (1e6 - 1) * square(z[0]);
}
double bent_cigar(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.r, asymmetric(times(g.r, g.shifted(x)), 0.5));
  return 1e6 * ellipsoid(z, 0) + (1 - 1e6) * square(z[0]);
}
double sharp_ridge(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.q, conditioned(times(g.r, g.shifted(x)), 10));
  return square(z[0]) + 100 * std::sqrt(std::max(0.0, ellipsoid(z, 0) - square(z[0])));
}
double different_powers(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.r, g.shifted(x));
  double sum = 0;
  for (std::size_t i = 0; i < g.n; ++i) sum += std::pow(std::abs(z[i]), 2 + 4 * share(i, g.n));
  return std::sqrt(sum);
}
double rastrigin_rotated(const Ground& g, std::span<const double> x) {
  const Vector bent = asymmetric(oscillated(times(g.r, g.shifted(x))), 0.2);
  return rastrigin(times(g.r, conditioned(times(g.q, bent), 10)));
}
double weierstrass(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.r, conditioned(times(g.q, oscillated(times(g.r, g.shifted(x)))), 0.01));
  double sum = 0, lowest = 0;
  for (int k = 0; k < 12; ++k) {
    const double height = std::pow(0.5, k), pace = std::pow(3, k);
    for (const double value : z) sum += height * std::cos(2 * pi * pace * (value + 0.5));
    lowest += height * std::cos(pi * pace);
  }
  const auto n = static_cast<double>(g.n);
  return 10 * std::pow(sum / n - lowest, 3) + 10 / n * penalty(x);
}
double schaffers(const Ground& g, std::span<const double> x, double condition) {
  const Vector z = conditioned(times(g.q, asymmetric(times(g.r, g.shifted(x)), 0.5)), condition);
  double sum = 0;
  for (std::size_t i = 0; i + 1 < g.n; ++i) {
    const double s = std::sqrt(square(z[i]) + square(z[i + 1]));
    sum += std::sqrt(s) * (1 + square(std::sin(50 * std::pow(s, 0.2))));
  }
  return square(sum / static_cast<double>(g.n - 1)) + 10 * penalty(x);
}
double schaffers_mild(const Ground& g, std::span<const double> x) {
  return schaffers(g, x, 10);
}
double schaffers_harsh(const Ground& g, std::span<const double> x) {
  return schaffers(g, x, 1000);
}
double griewank_rosenbrock(const Ground& g, std::span<const double> x) {
  Vector z = times(g.r, Vector(x.begin(), x.end()));
  for (double& value : z) value = rosenbrock_scale(g.n) * value + 0.5;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < g.n; ++i) {
    const double s = 100 * square(square(z[i]) - z[i + 1]) + square(z[i] - 1);
    sum += s / 4000 - std::cos(s);
  }
  return 10 / static_cast<double>(g.n - 1) * sum + 10;
}
double schwefel(const Ground& g, std::span<const double> x) {
  Vector hat(g.n), z(g.n);
  for (std::size_t i = 0; i < g.n; ++i) hat[i] = 2 * sign(g.optimum[i]) * x[i];
  for (std::size_t i = 0; i < g.n; ++i)
    z[i] = hat[i] + (i > 0 ? 0.25 * (hat[i - 1] - 2 * std::abs(g.optimum[i - 1])) : 0) - 2 * std::abs(g.optimum[i]);
  z = conditioned(z, 10);
  double sum = 0;
  for (std::size_t i = 0; i < g.n; ++i) {
    z[i] = 100 * (z[i] + 2 * std::abs(g.optimum[i]));
    sum += z[i] * std::sin(std::sqrt(std::abs(z[i])));
  }
  double outside = 0;
  for (const double value : z) outside += square(std::max(0.0, std::abs(value / 100) - 5));
  return -sum / (100 * static_cast<double>(g.n)) + 4.189828872724339 + 100 * outside;
}
double katsuura(const Ground& g, std::span<const double> x) {
  const Vector z = times(g.q, conditioned(times(g.r, g.shifted(x)), 100));
  const auto n = static_cast<double>(g.n);
  double product = 1;
  for (std::size_t i = 0; i < g.n; ++i) {
    double sum = 0;
    for (int j = 1; j <= 32; ++j) {
      const double scaled = std::ldexp(z[i], j);
      sum += std::abs(scaled - std::round(scaled)) / std::ldexp(1, j);
    }
    product *= std::pow(1 + static_cast<double>(i + 1) * sum, 10 / std::pow(n, 1.2));
  }
  return 10 / square(n) * (product - 1) + penalty(x);
}
double lunacek(const Ground& g, std::span<const double> x) {
  const auto n = static_cast<double>(g.n);
  const double first = 2.5, s = 1 - 1 / (2 * std::sqrt(n + 20) - 8.2), second = -std::sqrt((square(first) - 1) / s);
  Vector hat(g.n);
  double near_first = 0, near_second = 0;
  for (std::size_t i = 0; i < g.n; ++i) {
    hat[i] = 2 * sign(g.optimum[i]) * x[i];
    near_first += square(hat[i] - first);
    near_second += square(hat[i] - second);
    hat[i] -= first;
  }
  const Vector z = times(g.q, conditioned(times(g.r, hat), 100));
  double waves = 0;
  for (const double value : z) waves += std::cos(2 * pi * value);
  return std::min(near_first, n + s * near_second) + 10 * (n - waves) + 1e4 * penalty(x);
}

class Plain final : public Bbob {
 public:
  Plain(Ground ground, Formula formula) : ground_(std::move(ground)), formula_(formula) {}
  double regret(std::span<const double> x) const override { return formula_(ground_, x); }
  std::span<const double> optimum() const override { return ground_.optimum; }

 private:
  Ground ground_;
  Formula formula_;
};

/// Gallagher's peaks: the highest one is at the optimum.
class Gallagher final : public Bbob {
 public:
  Gallagher(Ground ground, std::size_t peaks, double condition, double spread, double optimum_spread)
      : ground_(std::move(ground)) {
    Rng& rng = ground_.rng;
    const std::size_t n = ground_.n;
    std::vector<std::size_t> order(peaks - 1);
    std::iota(order.begin(), order.end(), 0);
    rng.shuffle(std::span(order));
    for (std::size_t p = 0; p < peaks; ++p) {
      Vector at(n), scale(n);
      for (double& value : at) value = (p == 0 ? optimum_spread : spread) * (2 * rng.uniform() - 1);
      if (p == 0) ground_.optimum = at;
      const double alpha =
          p == 0 ? condition : std::pow(1000, 2 * static_cast<double>(order[p - 1]) / static_cast<double>(peaks - 2));
      std::vector<std::size_t> place(n);
      std::iota(place.begin(), place.end(), 0);
      rng.shuffle(std::span(place));
      for (std::size_t i = 0; i < n; ++i) scale[place[i]] = std::pow(alpha, 0.5 * share(i, n)) / std::pow(alpha, 0.25);
      peak_.push_back(times(ground_.r, at));
      scale_.push_back(scale);
      height_.push_back(p == 0 ? 10 : 1.1 + 8 * static_cast<double>(p - 1) / static_cast<double>(peaks - 2));
    }
  }
  double regret(std::span<const double> x) const override {
    const Vector z = times(ground_.r, Vector(x.begin(), x.end()));
    double highest = 0;
    for (std::size_t p = 0; p < peak_.size(); ++p) {
      double distance = 0;
      for (std::size_t i = 0; i < z.size(); ++i) distance += scale_[p][i] * square(z[i] - peak_[p][i]);
      highest = std::max(highest, height_[p] * std::exp(-distance / (2 * static_cast<double>(z.size()))));
    }
    return square(oscillated(10 - highest)) + penalty(x);
  }
  std::span<const double> optimum() const override { return ground_.optimum; }

 private:
  Ground ground_;
  std::vector<Vector> peak_, scale_;
  Vector height_;
};

struct Row {
  const char* name;
  Formula formula;  ///< null: peaks
};
constexpr Row rows[bbob_functions] = {{"sphere", sphere},
                                      {"ellipsoid, separable", ellipsoid_separable},
                                      {"Rastrigin, separable", rastrigin_separable},
                                      {"Bueche-Rastrigin", bueche_rastrigin},
                                      {"linear slope", linear_slope},
                                      {"attractive sector", attractive_sector},
                                      {"step ellipsoid", step_ellipsoid},
                                      {"Rosenbrock", rosenbrock_plain},
                                      {"Rosenbrock, rotated", rosenbrock_rotated},
                                      {"ellipsoid", ellipsoid_rotated},
                                      {"discus", discus},
                                      {"bent cigar", bent_cigar},
                                      {"sharp ridge", sharp_ridge},
                                      {"different powers", different_powers},
                                      {"Rastrigin", rastrigin_rotated},
                                      {"Weierstrass", weierstrass},
                                      {"Schaffers F7", schaffers_mild},
                                      {"Schaffers F7, ill-conditioned", schaffers_harsh},
                                      {"Griewank-Rosenbrock", griewank_rosenbrock},
                                      {"Schwefel", schwefel},
                                      {"Gallagher, 101 peaks", nullptr},
                                      {"Gallagher, 21 peaks", nullptr},
                                      {"Katsuura", katsuura},
                                      {"Lunacek bi-Rastrigin", lunacek}};

/// Where the formula wants its optimum, if not anywhere in [-4, 4].
void place_optimum(int function, Ground& g) {
  for (std::size_t i = 0; i < g.n; ++i) {
    const double side = g.optimum[i] < 0 ? -1 : 1;
    if (function == 5) g.optimum[i] = 5 * side;
    if (function == 8) g.optimum[i] *= 0.75;
    if (function == 20) g.optimum[i] = 4.2096874633 / 2 * side;
    if (function == 24) g.optimum[i] = 1.25 * side;
  }
  if (function == 4)  // the coordinates with the worse side
    for (std::size_t i = 0; i < g.n; i += 2) g.optimum[i] = std::abs(g.optimum[i]);
  if (function != 9 && function != 19) return;
  const double z = 0.5 / rosenbrock_scale(g.n);  // where every rotated coordinate is 1
  for (std::size_t i = 0; i < g.n; ++i) {
    g.optimum[i] = 0;
    for (std::size_t k = 0; k < g.n; ++k) g.optimum[i] += g.r[k][i] * z;
  }
}

}  // namespace

std::unique_ptr<Bbob> make_bbob(int function, int dimension, std::uint32_t instance) {
  HONE_CHECK(function >= 1 && function <= bbob_functions && dimension >= 2, "1 .. 24, at least two dimensions");
  Ground ground(function, dimension, instance);
  if (function == 21) return std::make_unique<Gallagher>(std::move(ground), 101, 1000.0, 5.0, 4.0);
  if (function == 22) return std::make_unique<Gallagher>(std::move(ground), 21, 1e6, 4.9, 3.92);
  place_optimum(function, ground);
  return std::make_unique<Plain>(std::move(ground), rows[function - 1].formula);
}

const char* bbob_name(int function) {
  return rows[function - 1].name;
}

}  // namespace hone::search_bench
