#include "report/curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "report/text_width.hpp"

namespace hone {
namespace {

using Lines = std::vector<std::string>;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Curve, ascii_rises_with_the_values) {
  const double values[] = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(curve_plot(values, 8, 2, false), (Lines{"    _.-'", "_.-'    "}));
}

TEST(Curve, braille_draws_jumps_as_strokes) {
  const double values[] = {0, 0, 3, 3};
  // Dots from below: 0, 0, then a stroke from 1 to 3, then 3.
  EXPECT_EQ(curve_plot(values, 2, 1, true), (Lines{"⣀⠏"}));
}

TEST(Curve, thins_by_the_last_value_of_each_stretch) {
  std::vector<double> values(1000, 0.0);
  values.back() = 1;
  EXPECT_EQ(curve_plot(values, 4, 1, false), (Lines{"___'"}));
}

TEST(Curve, spreads_a_short_series) {
  const double values[] = {0, 3};
  EXPECT_EQ(curve_plot(values, 4, 1, false), (Lines{"__''"}));
}

TEST(Curve, gaps_infinities_and_constants) {
  EXPECT_EQ(curve_plot(std::vector{nan, 0.0, 3.0}, 3, 1, false), (Lines{" _'"}));
  EXPECT_EQ(curve_plot(std::vector{infinity, 0.0, 3.0, -infinity}, 4, 1, false), (Lines{"'_'_"}));
  EXPECT_EQ(curve_plot(std::vector{2.0, 2.0}, 2, 1, false), (Lines{"__"}));
}

TEST(Curve, nothing_to_draw) {
  EXPECT_TRUE(curve_plot({}, 10, 2, true).empty());
  EXPECT_TRUE(curve_plot(std::vector{nan, infinity}, 10, 2, true).empty());
  EXPECT_TRUE(curve_plot(std::vector{1.0}, 0, 2, true).empty());
}

TEST(Curve, has_the_size_asked_for) {
  std::vector<double> values(77);
  std::iota(values.begin(), values.end(), -30.0);
  for (const bool unicode : {false, true}) {
    const Lines lines = curve_plot(values, 13, 3, unicode);
    ASSERT_EQ(lines.size(), 3u);
    for (const std::string& line : lines) EXPECT_EQ(text_width(line), 13u);
  }
}

TEST(Curve, best_so_far_in_both_directions) {
  const double values[] = {nan, 2, 3, nan, 1};
  const auto up = best_so_far(values, true), down = best_so_far(values, false);
  EXPECT_TRUE(std::isnan(up[0]));
  EXPECT_EQ(std::vector(up.begin() + 1, up.end()), (std::vector<double>{2, 3, 3, 3}));
  EXPECT_EQ(std::vector(down.begin() + 1, down.end()), (std::vector<double>{2, 2, 2, 1}));
}

}  // namespace
}  // namespace hone
