#include "report/text_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "report/text_width.hpp"

namespace hone {
namespace {

TextTable small() {
  return {.columns = {{"rank", "rank"}, {"value", "value"}, {"activation", "activation", true}},
          .rows = {{std::int64_t{1}, 0.8912345678901235, std::string("relu")},
                   {std::int64_t{10}, 0.5, std::string("größer, \"so\"")},
                   {std::int64_t{100}, Null{}, Null{}}}};
}

TEST(TextTable, aligns_numbers_right_and_text_left) {
  EXPECT_EQ(table_text(small()),
            "rank    value  activation\n"
            "   1  0.89123  relu\n"
            "  10      0.5  größer, \"so\"\n"
            " 100        -  -\n");
}

TEST(TextTable, cuts_only_columns_that_may_be_cut) {
  TextTable table = small();
  table.rows[0][2] = std::string(200, 'x');
  std::istringstream lines(table_text(table, 40));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(text_width(line), 40u) << line;
  table.columns[2].cut = false;
  EXPECT_NE(table_text(table, 40).find(std::string(200, 'x')), std::string::npos);
}

TEST(TextTable, control_characters_do_not_reach_the_terminal) {
  const TextTable table{.columns = {{"a", "a"}}, .rows = {{std::string("x\x1b[31m\n")}}};
  const std::string text = table_text(table);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(TextTable, csv_is_exact_and_quoted_where_it_must_be) {
  EXPECT_EQ(table_csv(small()),
            "rank,value,activation\n"
            "1,0.8912345678901235,relu\n"
            "10,0.5,\"größer, \"\"so\"\"\"\n"
            "100,,\n");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_field(" a"), "\" a\"");
}

TEST(TextTable, json_is_exact_and_keeps_types) {
  EXPECT_EQ(table_json(small()),
            "[\n"
            "{\"rank\": 1, \"value\": 0.8912345678901235, \"activation\": \"relu\"},\n"
            "{\"rank\": 10, \"value\": 0.5, \"activation\": \"größer, \\\"so\\\"\"},\n"
            "{\"rank\": 100, \"value\": null, \"activation\": null}\n"
            "]\n");
  EXPECT_EQ(table_json({}), "[]\n");
}

TEST(TextTable, what_is_not_finite) {
  const TextTable table{.columns = {{"v", "v"}}, .rows = {{std::nan("")}, {-std::numeric_limits<double>::infinity()}}};
  EXPECT_EQ(table_json(table), "[\n{\"v\": null},\n{\"v\": null}\n]\n");
  EXPECT_EQ(table_csv(table), "v\nnan\n-inf\n");
}

TEST(TextTable, short_numbers) {
  EXPECT_EQ(short_number(0.891234567), "0.89123");
  EXPECT_EQ(short_number(12000), "12000");
  EXPECT_EQ(short_number(1e-5), "1e-05");
  EXPECT_EQ(short_number(2.0 / 3, 2), "0.67");
  EXPECT_EQ(short_number(std::nan("")), "nan");
}

}  // namespace
}  // namespace hone
