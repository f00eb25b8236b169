// Lines of JSON and the columns of what is wrong in them.
#include "space/json_line.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

TEST(JsonLine, KnowsWhereEverythingStands) {
  const auto line = parse_json_line(R"( {"tell": 12, "values": [0.5, -3, NaN], "x\"": {"y": null, "z": "a"}})");
  ASSERT_TRUE(line) << line.error().message;
  ASSERT_EQ(line->members.size(), 3u);
  EXPECT_EQ(line->members[0].key, "tell");
  EXPECT_EQ(line->members[0].integer, 12);
  EXPECT_EQ(line->members[0].at, 3u);
  const JsonNode* values = line->find("values");
  ASSERT_NE(values, nullptr);
  EXPECT_EQ(values->at, 15u);
  ASSERT_EQ(values->members.size(), 3u);
  EXPECT_EQ(values->members[0].at, 26u);
  EXPECT_EQ(values->members[1].at, 31u);
  EXPECT_EQ(values->members[2].at, 35u);
  EXPECT_TRUE(std::isnan(*number_of(values->members[2])));
  const JsonNode* other = line->find("x\"");
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->at, 41u);
  EXPECT_EQ(other->find("z")->text, "a");
}

TEST(JsonLine, NumbersThatAreNotFinite) {
  const auto line = parse_json_line(R"([NaN, Infinity, -Infinity, "nan", "Inf", "-inf", "NaN \" NaN"])");
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_TRUE(std::isnan(*number_of(line->members[0])));
  EXPECT_EQ(*number_of(line->members[1]), INFINITY);
  EXPECT_EQ(*number_of(line->members[2]), -INFINITY);
  EXPECT_TRUE(std::isnan(*number_of(line->members[3])));
  EXPECT_EQ(*number_of(line->members[4]), INFINITY);
  EXPECT_EQ(*number_of(line->members[5]), -INFINITY);
  EXPECT_FALSE(number_of(line->members[6]));
  EXPECT_EQ(line->members[6].text, "NaN \" NaN") << "inside a string nothing is changed";
}

TEST(JsonLine, FaultsNameTheirColumn) {
  const struct {
    std::string_view line;
    std::size_t at;
    std::string_view said;
  } cases[] = {
      {"", 1, "not JSON"},
      {"hello", 1, "not JSON"},
      {R"({"ask": {})", 11, "not JSON"},
      {R"({"ask": {}} {)", 13, "not JSON"},
      {R"({"ask": 1, "ask": 2})", 12, "twice"},
      {R"({"ask": 01})", 10, "not JSON"},
      {R"({"a": NaN, "b": })", 17, "not JSON"},
      {"[[[[[[[[[[[[[[[[[[[[", 17, "levels"},
      {"{\"a\": \"\xff\"}", 8, "not JSON"},
      {R"({"a": 1e999})", 11, "not JSON"},
  };
  for (const auto& each : cases) {
    const auto line = parse_json_line(each.line);
    ASSERT_FALSE(line) << each.line;
    EXPECT_EQ(line.error().at, each.at) << each.line << ": " << line.error().message;
    EXPECT_NE(line.error().message.find(each.said), std::string::npos) << line.error().message;
  }
}

TEST(JsonLine, GoesBackToText) {
  const std::string text = R"({"a":[1,2.5,"x\"y",null,true],"b":{}})";
  EXPECT_EQ(json_text(*parse_json_line(text)), text);
}

TEST(JsonLine, WholeNumbersBeyond64BitsAreReals) {
  const auto line = parse_json_line("[18446744073709551615, -9223372036854775808, 3.0]");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->members[0].kind, JsonNode::Kind::real);
  EXPECT_EQ(line->members[1].integer, INT64_MIN);
  EXPECT_EQ(*integer_of(line->members[2]), 3);
  EXPECT_FALSE(integer_of(line->members[0]));
}

}  // namespace
}  // namespace hone
