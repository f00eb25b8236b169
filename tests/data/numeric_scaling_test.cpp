#include "data/numeric_scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "data/cell.hpp"

namespace hone {
namespace {

TEST(NumericScaling, MissingValuesStandAtTheMedian) {
  const NumericScaling scaling = NumericScaling::fit({5, 1, 3, 2, 4});
  EXPECT_DOUBLE_EQ(scaling.center, 3);
  EXPECT_EQ(scaling.apply(3), 0.0f);
  EXPECT_LT(scaling.apply(2), 0.0f);
}

TEST(NumericScaling, StandardisesWhatHasNoHeavyTail) {
  std::vector<double> numbers;
  for (int i = 0; i < 500; ++i) numbers.push_back(1000 + i * i * 0.01);
  const NumericScaling scaling = NumericScaling::fit(numbers);
  EXPECT_EQ(scaling.bend, 0);
  double sum = 0, squares = 0;
  for (const double number : numbers) {
    sum += scaling.apply(number);
    squares += std::pow(scaling.apply(number), 2);
  }
  EXPECT_NEAR(sum / 500, 0, 1e-5);
  EXPECT_NEAR(squares / 500, 1, 1e-5);
}

TEST(NumericScaling, HeavyTailsAreBent) {
  std::vector<double> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(std::exp(i * 0.02));
  const NumericScaling scaling = NumericScaling::fit(numbers);
  EXPECT_GT(scaling.bend, 0);
  for (std::size_t i = 1; i < numbers.size(); ++i) EXPECT_LE(scaling.apply(numbers[i - 1]), scaling.apply(numbers[i]));
  EXPECT_GT(scaling.apply(numbers[900]) - scaling.apply(numbers[100]), 1.0f);  // not pressed together by the largest
}

TEST(NumericScaling, RangeIsLimitedWithinTheOrder) {
  const NumericScaling linear = NumericScaling::fit({1, 2, 3, 4, 5, 6, 7}),
                       bent = NumericScaling::fit({1, 2, 3, 4, 5, 6, 1e9});
  for (const NumericScaling& scaling : {linear, bent})
    for (const double far : {1e12, 1e300, -1e300}) {
      EXPECT_LE(std::abs(scaling.apply(far)), static_cast<float>(numeric_limit));
      EXPECT_TRUE(scaling.is_far(far));
    }
  EXPECT_FALSE(linear.is_far(7));
  EXPECT_FALSE(bent.is_far(7));
}

TEST(NumericScaling, RobustEndsSmoothlyAtThree) {
  std::vector<double> numbers;
  for (int i = 0; i <= 100; ++i) numbers.push_back(i);
  const NumericScaling scaling = NumericScaling::fit(numbers, ScalingKind::robust);
  EXPECT_EQ(scaling.center, 50);
  EXPECT_EQ(scaling.deviation, 50);
  EXPECT_FLOAT_EQ(scaling.apply(75), static_cast<float>(0.5 / std::sqrt(1 + 0.25 / 9)));
  EXPECT_FLOAT_EQ(scaling.apply(1e300), 3);
  EXPECT_FLOAT_EQ(scaling.apply(-1e300), -3);
  EXPECT_FALSE(scaling.is_far(1e300));
  const NumericScaling few = NumericScaling::fit({0, 0, 0, 0, 0, 0, 8}, ScalingKind::robust);
  EXPECT_EQ(few.deviation, 4) << "half of the whole range";
  EXPECT_EQ(NumericScaling::fit({7, 7}, ScalingKind::robust).apply(7), 0);
}

TEST(NumericScaling, QuantilesBecomeNormal) {
  std::vector<double> numbers;
  for (int i = 0; i < 5000; ++i) numbers.push_back(std::exp(i * 0.01));
  const NumericScaling scaling = NumericScaling::fit(numbers, ScalingKind::quantile);
  EXPECT_LE(scaling.knots.size(), quantile_knots_max);
  EXPECT_NEAR(scaling.apply(numbers[2500]), 0, 2e-3);
  EXPECT_NEAR(scaling.apply(numbers[4207]), 1, 5e-3);  // 84.1 %
  EXPECT_NEAR(scaling.apply(numbers[114]), -2, 2e-2);  // 2.28 %
  EXPECT_NEAR(scaling.apply(-1e300), -3.719, 1e-3) << "half a row of 5,000";
  EXPECT_EQ(scaling.apply(1e300), -scaling.apply(-1e300));
  for (std::size_t i = 1; i < numbers.size(); ++i) EXPECT_LE(scaling.apply(numbers[i - 1]), scaling.apply(numbers[i]));

  // Nine of ten are equal: they stand in the middle of their share.
  std::vector<double> heavy(90, 1.0);
  for (int i = 0; i < 10; ++i) heavy.push_back(2 + i);
  const NumericScaling usual = NumericScaling::fit(heavy, ScalingKind::quantile);
  EXPECT_NEAR(usual.apply(1), -0.1257, 1e-3) << "45 %";
  EXPECT_GT(usual.apply(2), 1.2f);
  EXPECT_EQ(NumericScaling::fit({7, 7}, ScalingKind::quantile).apply(7), 0);
}

TEST(NumericScaling, OneAbsurdValueLeavesRoomForTheOthers) {
  std::vector<double> numbers{cell_number_max};
  for (int i = 0; i < 59; ++i) numbers.push_back(i);
  const NumericScaling scaling = NumericScaling::fit(numbers);
  EXPECT_TRUE(scaling.is_far(cell_number_max));
  EXPECT_GT(scaling.apply(58) - scaling.apply(0), 0.5f);
}

TEST(NumericScaling, UsualValue) {
  EXPECT_EQ(NumericScaling::fit({0, 0, 0, 5, 9}).usual, 0.0);
  EXPECT_EQ(NumericScaling::fit({0, 7, 7, 7, 9}).usual, 7.0);
  EXPECT_EQ(NumericScaling::fit({1, 2, 9, 9, 9}).usual, 9.0);
  EXPECT_FALSE(NumericScaling::fit({0, 0, 0, 5, 5}).usual);  // two values: the number says it already
  EXPECT_FALSE(NumericScaling::fit({5, 9, 9, 9, 5}).usual);
  EXPECT_FALSE(NumericScaling::fit({0, 0, 3, 5}).usual);  // half is not most
}

TEST(NumericScaling, DegenerateColumns) {
  EXPECT_EQ(NumericScaling::fit({7}).apply(7), 0.0f);
  const NumericScaling mostly_zero = NumericScaling::fit({0, 0, 0, 0, 0, 0, 0, 0, 0, 100});
  EXPECT_GT(mostly_zero.apply(100) - mostly_zero.apply(0), 1.0f);
  const NumericScaling huge = NumericScaling::fit({-cell_number_max, 0, cell_number_max, 1, 2, 3});
  for (const double value : {-cell_number_max, 0.0, 3.0, cell_number_max})
    EXPECT_TRUE(std::isfinite(huge.apply(value)));
  const NumericScaling wide = NumericScaling::fit({-cell_number_max, 0, cell_number_max});
  EXPECT_LT(wide.apply(-1e299), wide.apply(1e299));
  const NumericScaling tiny = NumericScaling::fit({5e-324, 1e-323, 2e-323, 0});
  EXPECT_TRUE(std::isfinite(tiny.apply(cell_number_max)));
}

TEST(NumericScaling, OrderOfRowsDoesNotMatter) {
  const NumericScaling a = NumericScaling::fit({3, 1, 4, 1, 5, 9, 2, 6}),
                       b = NumericScaling::fit({9, 6, 5, 4, 3, 2, 1, 1});
  EXPECT_EQ(a.center, b.center);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.deviation, b.deviation);
}

}  // namespace
}  // namespace hone
