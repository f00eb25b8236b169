// Minima of smooth functions in a box.
#include "math/minimize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hone {
namespace {

/// Rosenbrock's valley.
double valley(std::span<const double> x, std::span<double> g) {
  double sum = 0;
  for (double& value : g) value = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    sum += 100 * a * a + b * b;
    g[i] += -400 * a * x[i] - 2 * b;
    g[i + 1] += 200 * a;
  }
  return sum;
}

TEST(Minimize, FollowsAValleyToItsEnd) {
  for (const std::size_t n : {2, 5, 12}) {
    MinimizeOptions options;
    options.iterations = 500;
    options.value_end = 0;
    const std::vector<double> low(n, -5), high(n, 5);
    const Minimum found = minimize(valley, std::vector<double>(n, -1.2), low, high, options);
    EXPECT_LT(found.value, n == 2 ? 1e-10 : 4) << "from five dimensions on there is a second minimum, near 4";
    EXPECT_LT(found.evaluations, 2000);
  }
}

TEST(Minimize, StopsAtTheEdgeOfTheBox) {
  const auto bowl = [](std::span<const double> x, std::span<double> g) {
    g[0] = 2 * (x[0] - 3);
    g[1] = 20 * (x[1] + 0.5);
    return (x[0] - 3) * (x[0] - 3) + 10 * (x[1] + 0.5) * (x[1] + 0.5);
  };
  const std::vector<double> low = {0, -1}, high = {1, 1};
  const Minimum found = minimize(bowl, {0.2, 0.9}, low, high);
  EXPECT_EQ(found.x[0], 1);
  EXPECT_NEAR(found.x[1], -0.5, 1e-5);
  EXPECT_EQ(minimize(bowl, {7, 7}, low, high).x[0], 1) << "a start outside is clipped";
}

TEST(Minimize, NeverEndsWorseAndKeepsAwayFromWhatIsNotFinite) {
  const auto walled = [](std::span<const double> x, std::span<double> g) {
    g[0] = 2 * (x[0] - 0.9);
    return x[0] > 0.5 ? std::numeric_limits<double>::infinity() : (x[0] - 0.9) * (x[0] - 0.9);
  };
  const std::vector<double> low = {0}, high = {1};
  const Minimum found = minimize(walled, {0.1}, low, high);
  EXPECT_LE(found.x[0], 0.5);
  EXPECT_LE(found.value, 0.64);
  const auto nowhere = [](std::span<const double>, std::span<double> g) {
    g[0] = 1;
    return std::nan("");
  };
  const Minimum none = minimize(nowhere, {0.3}, low, high);
  EXPECT_EQ(none.x[0], 0.3);
  EXPECT_EQ(none.iterations, 0);
}

}  // namespace
}  // namespace hone
