#include "data/cell.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

TEST(Cell, MissingValues) {
  for (const char* text : {"", "NA", "N/A", "n/a", "na", "nan", "NaN", "null", "NULL", "?", "#N/A"})
    EXPECT_TRUE(is_missing(text)) << text;
  for (const char* text : {"0", "none", "None", "-", "NAN1", "unknown"}) EXPECT_FALSE(is_missing(text)) << text;
}

TEST(Cell, Numbers) {
  EXPECT_EQ(cell_number("12"), 12.0);
  EXPECT_EQ(cell_number("+1.5e3"), 1500.0);
  EXPECT_EQ(cell_number("-.5"), -0.5);
  for (const char* text : {"", "1,234", "12a", "0x10", "1 2", "--1", "$5", "e5", "2024-01-02", "+-1", "inform"})
    EXPECT_FALSE(cell_number(text)) << text;
}

TEST(Cell, WhatIsNotFiniteIsMissingAndWhatIsHugeIsCut) {
  for (const char* text : {"inf", "-inf", "Infinity", "+inf", "-nan"}) {
    ASSERT_TRUE(cell_number(text)) << text;
    EXPECT_TRUE(std::isnan(*cell_number(text))) << text;
  }
  EXPECT_EQ(cell_number("1e308"), cell_number_max);
  EXPECT_EQ(cell_number("-1e999"), -cell_number_max);
  EXPECT_EQ(cell_number("1e-999"), 0.0);
}

TEST(Cell, LevelsAreEqualByValue) {
  EXPECT_EQ(level_text("02134"), level_text("2134.0"));
  EXPECT_EQ(level_text("Private"), "Private");
  EXPECT_NE(level_text("1"), level_text("-1"));
}

TEST(Cell, Dates) {
  const auto date = cell_date("2024-02-29", DateOrder::year_first);
  ASSERT_TRUE(date);
  EXPECT_EQ(date->year, 2024);
  EXPECT_EQ(date->month, 2);
  EXPECT_EQ(date->day, 29);
  EXPECT_FALSE(date->has_time);
  EXPECT_EQ(date->weekday(), 3);  // a Thursday
  EXPECT_EQ(cell_date("1970-01-01", DateOrder::year_first)->time_line(), 0.0);
  EXPECT_EQ(cell_date("1969-12-31 23:59", DateOrder::year_first)->time_line(), -60.0);
  EXPECT_EQ(cell_date("2000-01-01", DateOrder::year_first)->weekday(), 5);
}

TEST(Cell, DatesWithTime) {
  for (const char* text : {"2024-01-02T03:04:05", "2024-01-02 03:04:05.250", "2024-01-02 3:04", "2024-01-02T03:04:05Z",
                           "2024-01-02T03:04:05+01:00"}) {
    const auto date = cell_date(text, DateOrder::year_first);
    ASSERT_TRUE(date) << text;
    EXPECT_TRUE(date->has_time);
    EXPECT_EQ(date->hour, 3);
    EXPECT_EQ(date->minute, 4);
  }
}

TEST(Cell, DatesInOtherOrders) {
  EXPECT_EQ(cell_date("31/12/1999", DateOrder::day_first)->month, 12);
  EXPECT_EQ(cell_date("12/31/1999", DateOrder::month_first)->day, 31);
  EXPECT_EQ(cell_date("31.12.1999", DateOrder::day_first)->year, 1999);
  EXPECT_FALSE(cell_date("31/12/1999", DateOrder::month_first));
}

TEST(Cell, WhatIsNoDate) {
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1", "2024-01-32", "20240101", "2024-01/02",
                           "2024-01-02x", "2024-01-02 25:00", "2024-01-02 10", "", "yesterday"})
    EXPECT_FALSE(cell_date(text, DateOrder::year_first)) << text;
}

}  // namespace
}  // namespace hone
