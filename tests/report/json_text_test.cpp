#include "report/json_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace hone {
namespace {

TEST(JsonText, numbers_are_shortest_and_doubles_look_like_doubles) {
  EXPECT_EQ(json_number(1), "1.0");
  EXPECT_EQ(json_number(0.1), "0.1");
  EXPECT_EQ(json_number(1e-7), "1e-07");
  EXPECT_EQ(json_number(std::nan("")), "null");
  EXPECT_EQ(json_number(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(json_value(std::int64_t{1} << 53), "9007199254740992");
  EXPECT_EQ(json_value(true), "true");
  EXPECT_EQ(json_value(Null{}), "null");
}

TEST(JsonText, invalid_utf8_becomes_the_replacement_character) {
  EXPECT_EQ(json_string("a\xff"
                        "b"),
            "\"a\uFFFD"
            "b\"");
  EXPECT_EQ(json_string("\xc0\x80"), "\"\uFFFD\uFFFD\"");            // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");  // surrogate
  EXPECT_EQ(json_string("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(json_string("\xe2\x82"), "\"\uFFFD\uFFFD\"");  // cut off
}

RC_GTEST_PROP(JsonText, every_reader_gets_the_text_back, (const std::string& text)) {
  const auto read = nlohmann::json::parse(json_string(text), nullptr, false);
  RC_ASSERT(read.is_string());
  const bool plain = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain) RC_ASSERT(read.get<std::string>() == text);
}

RC_GTEST_PROP(JsonText, every_reader_gets_the_number_back, (double value)) {
  RC_PRE(std::isfinite(value));
  RC_ASSERT(nlohmann::json::parse(json_number(value)).get<double>() == value);
}

TEST(JsonText, objects_keep_the_order_of_the_calls) {
  EXPECT_EQ(JsonObject().integer("b", 1).text_or_null("a", "").number("c", std::nullopt).raw("d", "[1]").text(),
            R"({"b": 1, "a": null, "c": null, "d": [1]})");
  EXPECT_EQ(JsonObject().text(), "{}");
}

TEST(JsonText, arrays_and_configurations) {
  const std::string texts[] = {"a", "b\""};
  const double numbers[] = {1, std::nan("")};
  EXPECT_EQ(json_array(texts), R"(["a","b\""])");
  EXPECT_EQ(json_array(numbers), "[1.0,null]");
  Configuration configuration;
  configuration.set("units.1", std::int64_t{64});
  configuration.set("rate", 0.5);
  EXPECT_EQ(json_object(configuration), R"({"units.1": 64, "rate": 0.5})");
}

}  // namespace
}  // namespace hone
