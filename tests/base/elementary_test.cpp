#include "base/elementary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.hpp"

namespace hone {
namespace {

/// Distance in units of the last place of `right`.
double ulps(double value, long double right) {
  const double nearest = static_cast<double>(right);
  const double ulp = std::nextafter(std::abs(nearest), HUGE_VAL) - std::abs(nearest);
  return static_cast<double>(std::abs(static_cast<long double>(value) - right)) / ulp;
}

TEST(Elementary, LogIsWithinOneUlp) {
  Rng rng(1, RngPurpose::simulation, 0);
  double worst = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double x = std::ldexp(0.5 + rng.uniform(), static_cast<int>(rng.below(2000)) - 1000);
    worst = std::max(worst, ulps(portable_log(x), std::log(static_cast<long double>(x))));
    const double near_one = 0.5 + rng.uniform();
    worst = std::max(worst, ulps(portable_log(near_one), std::log(static_cast<long double>(near_one))));
  }
  EXPECT_LE(worst, 1.0);
}

TEST(Elementary, ExpIsWithinFiveQuarterUlps) {
  Rng rng(1, RngPurpose::simulation, 1);
  double worst = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double x = (rng.uniform() - 0.5) * 1400, small = rng.uniform() - 0.5;
    worst = std::max(worst, ulps(portable_exp(x), std::exp(static_cast<long double>(x))));
    worst = std::max(worst, ulps(portable_exp(small), std::exp(static_cast<long double>(small))));
  }
  EXPECT_LE(worst, 1.25);
}

TEST(Elementary, EdgesAreExact) {
  EXPECT_EQ(portable_log(1), 0);
  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_EQ(portable_exp(-1e308), 0);
  EXPECT_EQ(portable_exp(1e308), HUGE_VAL);
  EXPECT_EQ(portable_log(0), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(portable_log(-1)));
  EXPECT_TRUE(std::isnan(portable_exp(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_NEAR(portable_log(5e-324), std::log(5e-324), 1e-12);
}

}  // namespace
}  // namespace hone
