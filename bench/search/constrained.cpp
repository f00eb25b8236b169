/// Problems with outcome constraints whose best feasible point is known (declared in problems.hpp).
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/rng.hpp"
#include "bbob.hpp"
#include "problems.hpp"
#include "samplers/lab.hpp"

namespace hone::search_bench {
namespace {

using Vector = std::vector<double>;

std::shared_ptr<const Space> box(int dimension) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < dimension; ++i) parameters.push_back(float_parameter(fmt::format("x{}", i), -5, 5));
  return make_space(std::move(parameters));
}

Vector in_box(const Point& point) {
  Vector x;
  for (const double u : point) x.push_back(10 * u - 5);
  return x;
}

double normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.uniform())) * std::cos(2 * std::numbers::pi * rng.uniform());
}

Vector direction(std::size_t dimension, Rng& rng) {
  Vector a(dimension);
  double square = 0;
  for (double& x : a) x = normal(rng), square += x * x;
  for (double& x : a) x /= std::sqrt(square);
  return a;
}

/// a (x - at): how far x is beyond the plane through `at`.
double beyond(const Vector& a, const Vector& x, const Vector& at) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * (x[i] - at[i]);
  return sum;
}

/// A function of BBOB whose optimum lies on `planes` planes that cut off about half of the box each; measured in units
/// that differ from plane to plane.
Problem cut(int function, int dimension, int planes, std::uint32_t instance) {
  const std::shared_ptr<const Bbob> bbob = make_bbob(function, dimension, instance + 30);
  const Vector optimum(bbob->optimum().begin(), bbob->optimum().end());
  Rng rng(11, RngPurpose::simulation, static_cast<std::uint32_t>(100 * function + dimension), instance);
  std::vector<Vector> normals;
  for (int j = 0; j < planes; ++j) normals.push_back(direction(optimum.size(), rng));
  return {fmt::format("cut {} d{} m{} i{}", function, dimension, planes, instance),
          "constrained",
          instance % 2 == 1,
          box(dimension),
          [=](const Point& point, const Mask&) { return bbob->regret(in_box(point)); },
          0,
          {},
          [=](const Point& point, const Mask&) {
            Vector g;
            for (const Vector& a : normals)
              g.push_back((beyond(a, in_box(point), optimum) - 0.05) * std::pow(10.0, static_cast<double>(g.size())));
            return g;
          }};
}

/// The distance from a centre outside of a ball that x has to stay in: the best point is where the ball is nearest. A
/// second constraint, a wave, leaves stripes of the ball, the best point among them.
Problem ball(int dimension, bool stripes, std::uint32_t instance) {
  Rng rng(12, RngPurpose::simulation, static_cast<std::uint32_t>(dimension), instance);
  const auto n = static_cast<std::size_t>(dimension);
  const double radius = 2.5, centre_distance = 4;
  const Vector a = direction(n, rng), zero(n, 0.0);
  Vector centre(n), best(n);
  for (std::size_t i = 0; i < n; ++i) centre[i] = centre_distance * a[i], best[i] = radius * a[i];
  return {fmt::format("ball{} d{} i{}", stripes ? " stripes" : "", dimension, instance),
          "constrained",
          instance % 2 == 1,
          box(dimension),
          [=](const Point& point, const Mask&) {
            const Vector x = in_box(point);
            double square = 0;
            for (std::size_t i = 0; i < n; ++i) square += (x[i] - centre[i]) * (x[i] - centre[i]);
            return square - (centre_distance - radius) * (centre_distance - radius);
          },
          0,
          {},
          [=](const Point& point, const Mask&) {
            const Vector x = in_box(point);
            double square = 0;
            for (const double u : x) square += u * u;
            Vector g = {square - radius * radius};
            if (stripes) g.push_back(-0.3 - std::cos(3 * (beyond(a, x, best) + 0.2)));
            return g;
          }};
}

}  // namespace

std::vector<Problem> constrained_problems() {
  std::vector<Problem> all;
  for (std::uint32_t i = 0; i < 2; ++i) {
    for (const int function : {1, 2, 8, 15})
      for (const auto& [dimension, planes] : {std::pair{3, 1}, {5, 2}, {10, 3}})
        all.push_back(cut(function, dimension, planes, i));
    for (const int dimension : {2, 5}) {
      all.push_back(ball(dimension, false, i));
      all.push_back(ball(dimension, true, i));
    }
  }
  return all;
}

}  // namespace hone::search_bench
