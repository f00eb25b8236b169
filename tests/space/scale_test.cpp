#include "space/scale.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "space/random_space.hpp"

namespace hone {
namespace {

constexpr std::uint64_t cases = 400;

TEST(ScaleProperty, EveryGridValueSurvivesTheUnitCube) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 10);
    const Parameter parameter = random_parameter(rng);
    const Scale scale(parameter);
    ASSERT_TRUE(validate(parameter).has_value()) << validate(parameter).error().message;
    double before = -1;
    for (std::size_t cell = 0; cell < scale.levels(); ++cell) {
      const double unit = scale.cell_unit(cell);
      const Value value = scale.decode(unit);
      EXPECT_EQ(scale.cell(unit), cell);
      const auto back = scale.encode(value);
      ASSERT_TRUE(back.has_value()) << back.error().message;
      EXPECT_EQ(*back, unit) << value_text(value);
      EXPECT_EQ(scale.decode(*back), value);
      EXPECT_GT(unit, before) << "monotone";
      before = unit;
    }
  }
}

TEST(ScaleProperty, ContinuousValuesSurviveTheUnitCube) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 11);
    const Parameter parameter = random_float(rng);
    const Scale scale(parameter);
    if (scale.levels() > 0) continue;
    double unit_before = 0, before = value_number(scale.decode(0));
    EXPECT_EQ(before, parameter.low);
    EXPECT_EQ(value_number(scale.decode(1)), parameter.high);
    for (int i = 0; i < 20; ++i) {
      const double unit = unit_before + (1 - unit_before) * 0.2 * rng.uniform();
      const double value = value_number(scale.decode(unit));
      EXPECT_GE(value, before);
      EXPECT_NEAR(scale.encode(value).value(), unit, 1e-9);
      before = value;
      unit_before = unit;
    }
  }
}

TEST(ScaleProperty, CellsTileTheIntervalWithTheirMass) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 12);
    const Parameter parameter = random_parameter(rng);
    const Scale scale(parameter);
    double end = 0;
    const double log_range = std::log(parameter.high + 0.5) - std::log(parameter.low - 0.5);
    for (std::size_t cell = 0; cell < scale.levels(); ++cell) {
      const auto [low, high] = scale.cell_bounds(cell);
      EXPECT_DOUBLE_EQ(low, end);
      end = high;
      double mass = 1 / static_cast<double>(scale.levels());
      if (parameter.log) {
        const double value = value_number(scale.decode(scale.cell_unit(cell)));
        mass = std::log((value + 0.5) / (value - 0.5)) / log_range;
      }
      EXPECT_NEAR(high - low, mass, 1e-12);
      const double inside = low + (high - low) * (0.001 + 0.998 * rng.uniform());
      EXPECT_EQ(scale.cell(inside), cell) << inside;
    }
    EXPECT_EQ(end, scale.levels() > 0 ? 1 : 0);
  }
}

TEST(ScaleProperty, RoundingIsThatOfTheWrittenNumber) {
  Rng rng(5, RngPurpose::simulation, 1);
  const auto written = [](double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.14e", number);
    return std::strtod(text, nullptr);
  };
  for (int i = 0; i < 300'000; ++i) {
    double number = (rng.uniform() - 0.5) * std::pow(10.0, static_cast<double>(rng.below(40)) - 20);
    const std::uint32_t kind = rng.below(5);
    if (kind == 0) number = written(number);  // short already
    if (kind == 1) number = std::nextafter(written(number), rng.below(2) ? 1e300 : -1e300);
    if (kind == 2) number = std::round(number * 1e3) / 2e3;  // halves are where rounding is hard
    EXPECT_EQ(rounded_to_15_digits(number), written(number)) << number;
  }
  for (int power = -12; power <= 18; ++power)
    for (const double at : {1 - 1e-16, 1 - 4e-16, 1.0, 1 + 3e-16}) {
      const double number = at * std::pow(10.0, power);
      EXPECT_EQ(rounded_to_15_digits(number), written(number)) << number;
    }
  for (const double number : {0.0, -0.0, 5e-324, 1e308, 0.5, 123456789012345.5, 99999999999999.95})
    EXPECT_EQ(rounded_to_15_digits(number), written(number)) << number;
}

TEST(Scale, LargestRangesStillTellNeighboursApart) {
  Parameter linear{.name = "n", .type = ParameterType::int_, .low = -0x1p49, .high = 0x1p49 - 1};
  Parameter log{.name = "n", .type = ParameterType::int_, .low = 1, .high = 0x1p40, .log = true};
  for (const Parameter& parameter : {linear, log}) {
    ASSERT_TRUE(validate(parameter).has_value());
    const Scale scale(parameter);
    Rng rng(1, RngPurpose::simulation, 13);
    for (int i = 0; i < 2000; ++i) {
      const std::size_t near_end = rng.below(50), cell = i % 2 == 0 ? near_end : scale.levels() - 1 - near_end;
      EXPECT_EQ(scale.cell(scale.cell_unit(cell)), cell);
      const double unit = scale.cell_unit(scale.cell(rng.uniform()));
      EXPECT_EQ(scale.encode(scale.decode(unit)).value(), unit);
    }
  }
}

TEST(Scale, GridValuesAreShortDecimals) {
  const Scale scale({.name = "x", .low = 0, .high = 1, .step = 0.1});
  std::string all;
  for (std::size_t cell = 0; cell < scale.levels(); ++cell)
    all += value_text(scale.decode(scale.cell_unit(cell))) + ' ';
  EXPECT_EQ(all, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1 ");
  const Scale third({.name = "x", .low = 0, .high = 1, .step = 1.0 / 3});
  EXPECT_EQ(third.levels(), 4u);
  EXPECT_EQ(value_number(third.decode(1)), 1.0);
}

TEST(Scale, ConstantsSitInTheMiddle) {
  for (const bool log : {false, true}) {
    const Scale scale({.name = "x", .low = 3, .high = 3, .log = log});
    EXPECT_EQ(scale.levels(), 1u);
    EXPECT_EQ(scale.encode(3.0).value(), 0.5);
    EXPECT_EQ(scale.decode(0.9), Value(3.0));
  }
}

TEST(Scale, UnitsFromAnywhereAreClipped) {
  const Scale scale({.name = "x", .low = -1, .high = 1});
  EXPECT_EQ(scale.decode(7), Value(1.0));
  EXPECT_EQ(scale.decode(-7), Value(-1.0));
  EXPECT_EQ(scale.decode(std::nan("")), Value(-1.0));
}

TEST(Scale, RefusesForeignValues) {
  const Scale count({.name = "n", .type = ParameterType::int_, .low = 0, .high = 10, .step = 5});
  EXPECT_EQ(count.encode(2.0).error().message, "must be a whole number such as 0, got 2.0 (float)");
  EXPECT_EQ(count.encode(std::int64_t{7}).error().message, "must be 0 plus a multiple of 5, got 7; the nearest is 5");
  const Scale kind({.name = "k", .type = ParameterType::categorical, .choices = {std::int64_t{1}, std::string("1")}});
  EXPECT_EQ(kind.encode(1.0).error().message, "must be one of 1, '1'; got 1.0, a float");
  EXPECT_NE(kind.encode(std::int64_t{1}).value(), kind.encode(std::string("1")).value());
  const Scale rate({.name = "r", .low = 0, .high = 1});
  EXPECT_EQ(rate.encode(std::string("0.5")).error().message, "must be a number, got \"0.5\" (string)");
  EXPECT_EQ(rate.encode(std::int64_t{1}).value(), 1.0);
  EXPECT_FALSE(rate.encode(std::nan("")).has_value());
}

}  // namespace
}  // namespace hone
