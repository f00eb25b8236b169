// ln of the expected improvement. Golden values: mpmath with 60 digits, log(npdf(z) + z ncdf(z)) and ncdf(z) over that;
// from -40 downwards by erfc, at -1e7 by the asymptotic series.
#include "math/improvement.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

TEST(LogImprovement, IsPreciseInItsTail) {
  const double golden[][3] = {
      {5.0, 1.6094379231264314, 0.19999994053122005},    {0.5, -0.35982768374506382, 0.99092271800410996},
      {0.0, -0.91893853320467274, 1.2533141373155003},   {-0.9999, -2.4849306021991763, 1.9041990361771942},
      {-1.0, -2.4851210257126413, 1.9042712333296918},   {-1.0001, -2.4853114564458833, 1.9043434317165274},
      {-3.0, -7.8696860596030285, 3.5323375176251605},   {-10.0, -55.553122036122356, 10.194383033412553},
      {-19.99, -206.71689563670067, 20.089311741758029}, {-20.01, -207.11888089308224, 20.109213928288666},
      {-40.0, -808.29856835661996, 40.049906657648518},  {-1000.0, -500014.73445209116, 1000.001999994},
      {-1e7, -50000000000033.155, 10000000.0000002}};
  for (const auto& [z, value, slope] : golden) {
    const LogImprovement found = log_improvement(z);
    EXPECT_NEAR(found.value, value, 1e-10 + 1e-15 * std::abs(value)) << z;
    EXPECT_NEAR(found.slope, slope, 1e-9 * slope) << z;
  }
}

TEST(LogImprovement, GrowsAndItsSlopeIsItsDerivative) {
  for (double z = -60; z < 8; z += 0.37) {
    const double h = 1e-5;
    const double difference = log_improvement(z + h).value - log_improvement(z - h).value;
    EXPECT_GT(difference, 0) << z;
    EXPECT_NEAR(difference / (2 * h), log_improvement(z).slope, 2e-6 * (1 + std::abs(z))) << z;
  }
}

}  // namespace
}  // namespace hone
