#include "math/normal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace hone {
namespace {

double between(double low, double high) {
  return low + (high - low) * (static_cast<double>(*rc::gen::inRange(0, 1'000'001)) / 1e6);
}

TEST(Normal, CdfAgreesWithTheLibrary) {
  for (double x = -37; x <= 9; x += 0.0137) {
    const double expected = 0.5 * std::erfc(-x / std::numbers::sqrt2);
    EXPECT_NEAR(normal_cdf(x) / expected, 1, 2e-13 * (1 + x * x / 100)) << x;
  }
  EXPECT_EQ(normal_cdf(-100), 0);
  EXPECT_EQ(normal_cdf(100), 1);
  EXPECT_TRUE(std::isnan(normal_cdf(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Normal, LogCdfGoldenValuesFarOut) {  // mpmath.log(mpmath.ncdf(x)), 30 digits
  EXPECT_NEAR(log_normal_cdf(-1), -1.84102164500926, 1e-13);
  EXPECT_NEAR(log_normal_cdf(-10), -53.2312851505124702, 1e-11);
  EXPECT_NEAR(log_normal_cdf(-40), -804.608442013753931, 1e-9);
  EXPECT_NEAR(log_normal_cdf(-1000), -500007.826694812184, 1e-6);
  EXPECT_NEAR(log_normal_cdf(8) / -6.2209605742717841e-16, 1, 1e-9);
}

TEST(Normal, QuantileGoldenValues) {  // Wichura's own checks, AS 241
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167814, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-14);
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_EQ(normal_quantile(0), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(normal_quantile(1), std::numeric_limits<double>::infinity());
}

RC_GTEST_PROP(Normal, QuantileUndoesCdf, ()) {
  const double x = between(-37, 5);
  RC_ASSERT(std::abs(normal_quantile(normal_cdf(x)) - x) < 1e-9 * (1 + (x > 0 ? std::exp(x * x / 2) * 1e-6 : 0)));
}

RC_GTEST_PROP(Normal, MassOfTwoPartsIsTheMassOfTheWhole, ()) {
  const double low = between(-60, 60), middle = low + between(1e-3, 3), high = middle + between(1e-3, 3);
  const double whole = log_normal_mass(low, high);
  const double left = log_normal_mass(low, middle), right = log_normal_mass(middle, high);
  RC_ASSERT(std::isfinite(whole));
  RC_ASSERT(std::abs(std::exp(left - whole) + std::exp(right - whole) - 1) < 1e-8);
  RC_ASSERT(std::abs(log_normal_mass(-high, -low) - whole) < 1e-8 * (1 + std::abs(whole)));
}

RC_GTEST_PROP(UnitNormal, DensityIntegratesToOne, ()) {
  const UnitNormal kernel(between(0, 1), std::exp(between(std::log(0.01), 0)));
  constexpr int n = 20'000;  // midpoint rule
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double z = ((i + 0.5) / n - kernel.center) / kernel.sigma;
    sum += std::exp(kernel.log_constant() - z * z / 2) / n;
  }
  RC_ASSERT(std::abs(sum - 1) < 1e-4);
}

RC_GTEST_PROP(UnitNormal, CellsShareTheMass, ()) {
  const UnitNormal kernel(between(0, 1), std::exp(between(std::log(0.01), 0)));
  const int cells = *rc::gen::inRange(1, 65);
  double sum = 0;
  for (int i = 0; i < cells; ++i) {
    const double low = static_cast<double>(i) / cells, high = static_cast<double>(i + 1) / cells;
    sum += std::exp(kernel.log_cell_density(low, high)) * (high - low);
  }
  RC_ASSERT(std::abs(sum - 1) < 1e-9);
}

RC_GTEST_PROP(UnitNormal, QuantileStaysInsideAndGrows, ()) {
  const UnitNormal kernel(between(0, 1), std::exp(between(std::log(1e-3), 0)));
  const double p = between(0, 1), q = between(0, 1);
  const double x = kernel.quantile(std::min(p, q)), y = kernel.quantile(std::max(p, q));
  RC_ASSERT(0 <= x && x <= y && y <= 1);
  // The mass below x is p.
  if (x > 1e-6 && x < 1 - 1e-6)
    RC_ASSERT(std::abs(std::exp(kernel.log_cell_density(0, x)) * x - std::min(p, q)) < 1e-6);
}

}  // namespace
}  // namespace hone
