#include "space/value.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

TEST(Value, TextsAreShortestAndTyped) {
  EXPECT_EQ(value_text(0.1), "0.1");
  EXPECT_EQ(value_text(1.0), "1");
  EXPECT_EQ(value_json(1.0), "1.0");
  EXPECT_EQ(value_json(1e22), "1e+22");
  EXPECT_EQ(value_json(std::int64_t{1}), "1");
  EXPECT_EQ(value_json(Null{}), "null");
  EXPECT_EQ(value_toml(Null{}), "{none = true}");
  EXPECT_EQ(value_json(std::string("a\"b\\c\n\x01\x7f")), "\"a\\\"b\\\\c\\n\\u0001\\u007f\"");
}

TEST(Value, ReadsBackWhatWasWritten) {
  const std::vector<Value> all = {Null{},
                                  true,
                                  false,
                                  std::int64_t{-3},
                                  0.1,
                                  1.0,
                                  -0.0,
                                  5e-324,
                                  1.7976931348623157e308,
                                  std::string(),
                                  std::string("null"),
                                  std::string("1")};
  for (const Value& value : all) EXPECT_EQ(value_from(value_type_name(value), value_text(value)).value(), value);
  EXPECT_EQ(value_from("int", "1.5").error().kind, Error::Kind::corrupt);
  EXPECT_EQ(value_from("float", "inf").error().kind, Error::Kind::corrupt);
  EXPECT_EQ(value_from("color", "red").error().kind, Error::Kind::corrupt);
}

TEST(Value, Numbers) {
  EXPECT_EQ(value_number(true), 1);
  EXPECT_EQ(value_number(std::int64_t{3}), 3);
  EXPECT_TRUE(std::isnan(value_number(std::string("3"))));
}

TEST(Configuration, KeepsOrderAndReplaces) {
  Configuration configuration;
  configuration.set("learning_rate", 0.5);
  configuration.set("layers", std::int64_t{2});
  configuration.set("learning_rate", 0.01);
  EXPECT_EQ(configuration.text(), "learning_rate=0.01 layers=2");
  EXPECT_EQ(configuration.json(), "{\"learning_rate\":0.01,\"layers\":2}");
  EXPECT_EQ(configuration.find("none"), nullptr);
}

}  // namespace
}  // namespace hone
