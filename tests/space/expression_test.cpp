#include "space/expression.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/value.hpp"

namespace hone {
namespace {

std::vector<Parameter> parameters() {
  using enum ParameterType;
  const auto texts = [](std::initializer_list<const char*> list) {
    std::vector<Value> values;
    for (const char* text : list) values.emplace_back(std::string(text));
    return values;
  };
  return {
      {.name = "layers", .type = int_, .low = 1, .high = 5},
      {.name = "rate", .low = 0, .high = 1},
      {.name = "optimizer", .type = categorical, .choices = texts({"sgd", "adam"})},
      {.name = "other", .type = categorical, .choices = texts({"lion", "adam"})},
      {.name = "third", .type = categorical, .choices = texts({"x"})},
      {.name = "size", .type = ordinal, .choices = texts({"s", "m", "l"})},
      {.name = "shuffle", .type = boolean},
      {.name = "mixed", .type = categorical, .choices = {Null{}, std::int64_t{-1}, 1.0, true, std::string("it's")}},
      {.name = "units", .type = int_, .low = 1, .high = 9, .repeat = "layers"},
  };
}

Result<Expression> parse(std::string_view text, Expression::Arithmetic arithmetic = Expression::Arithmetic::allowed) {
  static const std::vector<Parameter> all = parameters();
  return Expression::parse(text, all, arithmetic);
}

bool holds(std::string_view text, const Configuration& at) {
  const auto expression = parse(text);
  if (!expression) {
    ADD_FAILURE() << text << ": " << expression.error().message;
    return false;
  }
  return expression->evaluate([&](const std::string& name) { return at.find(name); });
}

Configuration example() {
  Configuration at;
  at.set("layers", std::int64_t{3});
  at.set("rate", 0.25);
  at.set("optimizer", std::string("adam"));
  at.set("other", std::string("adam"));
  at.set("size", std::string("m"));
  at.set("shuffle", true);
  at.set("mixed", std::string("it's"));
  at.set("units.2", std::int64_t{7});
  return at;
}

TEST(Expression, True) {
  for (const char* text : {"layers == 3",
                           "layers == 3.0",
                           "3 == layers",
                           "4 > layers",
                           "rate < layers",
                           "optimizer == 'adam'",
                           "optimizer == \"adam\"",
                           "'adam' == optimizer",
                           "optimizer != 'sgd'",
                           "optimizer == other",
                           "size < 'l'",
                           "size >= 'm'",
                           "'s' < size",
                           "size in ['s', 'm']",
                           "layers in [1, 2, 3.0,]",
                           "shuffle == true",
                           "not shuffle == false",
                           "mixed == 'it\\'s'",
                           "not mixed == 1.0",
                           "mixed != -1",
                           "mixed != null",
                           "units.2 == 7",
                           "layers * rate == 0.75",
                           "layers + 1 > 2 * 1.5",
                           "(layers + 1) * 2 == 8",
                           "-layers < 0",
                           "- 1 < layers",
                           "layers - 1 - 1 == 1",
                           "12 / layers / 2 == 2",
                           "layers / 0 > 1",
                           "layers == 1 or layers == 3 and rate < 1",
                           "not (layers == 1 or layers == 2)",
                           "not not layers == 3",
                           "(optimizer == 'adam') and (layers) > 2",
                           "layers == 3\n and\r\n\trate == .25",
                           "layers > 1e-3"})
    EXPECT_TRUE(holds(text, example())) << text;
}

TEST(Expression, False) {
  for (const char* text : {"layers == 2", "layers != 3", "size > 'm'", "optimizer in ['sgd']", "mixed == true",
                           "(layers == 1 or layers == 3) and rate > 1", "not layers == 3", "layers == 2.5"})
    EXPECT_FALSE(holds(text, example())) << text;
}

TEST(Expression, WhatMentionsAnInactiveParameterDoesNotApply) {
  for (const char* text : {"units.3 > 1", "not units.3 > 1", "units.3 != 1", "not not units.3 == 1", "units.3 in [1]",
                           "layers == 3 and units.3 > 1", "not (layers == 3 and units.3 > 1)", "units.3 + layers > 0",
                           "not (layers == 2 or units.3 > 1)", "third == 'x'", "rate / 0 - rate / 0 != 1"})
    EXPECT_FALSE(holds(text, example())) << text;
  EXPECT_TRUE(holds("layers == 3 or units.3 > 1", example()));
  EXPECT_TRUE(holds("units.3 > 1 or layers == 3", example()));
  EXPECT_TRUE(holds("not (layers == 2 and units.3 > 1)", example()));
}

TEST(Expression, RefusesWithPlaceAndCure) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "line 1, column 1: the expression is empty"},
      {"layer > 2", "line 1, column 1: unknown parameter 'layer', did you mean 'layers'?"},
      {"layers > 2 and\n  lyers < 3", "line 2, column 3: unknown parameter 'lyers'"},
      {"optimizer == sgd", "line 1, column 14: unknown parameter 'sgd'; for the text write 'sgd' in quotes"},
      {"optimizer == 'sdg'", "column 14: 'sdg' (string) is not a choice of 'optimizer'; known: 'sgd', 'adam'"},
      {"optimizer in ['sgd', 'x']", "column 22: 'x' (string) is not a choice"},
      {"optimizer < 'sgd'", "column 11: 'optimizer' is categorical: only == and !="},
      {"shuffle > false", "column 9: 'shuffle' is a bool"},
      {"shuffle == 1", "1 (int) is not a choice of 'shuffle'; known: false, true"},
      {"mixed == 1", "1 (int) is not a choice of 'mixed'"},
      {"layers == 'three'", "column 11: expected a number, got 'three' (string)"},
      {"layers == true", "expected a number, got true (bool)"},
      {"layers == optimizer", "cannot compare 'optimizer' (categorical) with 'layers' (int)"},
      {"size == optimizer", "cannot compare"},
      {"optimizer == third", "they share no choice"},
      {"optimizer + 1 > 2", "expected a number, got 'optimizer' (categorical)"},
      {"size * 2 > 2", "expected a number, got 'size' (ordinal)"},
      {"shuffle", "'shuffle' alone is neither true nor false, write for example shuffle == VALUE"},
      {"layers and rate > 0", "column 1: expected a comparison"},
      {"not layers", "column 5: expected a comparison"},
      {"1 < 2", "column 3: this compares two constants"},
      {"1 + 1 < 2 * 3", "this compares two constants"},
      {"1 < layers < 3", "column 12: comparisons cannot be chained"},
      {"layers = 3", "column 8: a comparison is written =="},
      {"layers == 3 && rate > 0", "write 'and' for &&"},
      {"layers == 3 || rate > 0", "write 'or' for ||"},
      {"!shuffle == true", "write 'not' for !"},
      {"layers not in [3]", "'not' goes before the comparison"},
      {"layers in 3", "expected '[' after 'in', got 3"},
      {"layers in [3", "expected ',' or ']', got the end"},
      {"layers in []", "expected a parameter, a number or text in quotes, got ']'"},
      {"layers in [rate]", "literals only"},
      {"layers + 1 in [3]", "'in' needs a parameter on its left"},
      {"(layers == 3", "column 13: expected ')', got the end"},
      {"layers == 3 rate", "column 13: expected 'and', 'or' or the end, got 'rate'"},
      {"optimizer == 'sgd", "column 14: this string has no closing '"},
      {"optimizer == 'a\\x'", "column 16: a backslash must be followed by"},
      {"layers == 3x", "'3x' is not a number"},
      {"layers == 1e999", "'1e999' is not a number"},
      {"layers == 3 ; rate", "column 13: ';' has no meaning here"},
      {"layers == ü", "column 11: a character beyond ASCII"},
      {"optimizer == 'ü' and x > 1", "column 14"},
      {"mixed == 'it\\'s' and ü", "column 22"},
      {"units > 2", "'units' is repeated; name one instance, such as units.1"},
      {"layers.1 > 2", "'layers' is not repeated; write layers"},
      {"units.9 > 2", "there is no 'units.9': 'layers' goes up to 5"},
      {"units.0 > 2", "'units.0' is not a parameter's name"},
      {"-'a' == optimizer", "'a' has no negative"},
      {"layers >", "column 9: expected a parameter, a number or text in quotes, got the end"},
  };
  for (const auto& [text, part] : table) {
    const auto expression = parse(text);
    ASSERT_FALSE(expression.has_value()) << text;
    EXPECT_NE(expression.error().message.find(part), std::string::npos)
        << text << "\n"
        << expression.error().message << "\nlacks: " << part;
  }
}

TEST(Expression, ConditionsDoNotCompute) {
  const auto refused = Expression::Arithmetic::refused;
  EXPECT_EQ(parse("layers + 1 > 2", refused).error().message,
            "line 1, column 8: '+' may be used in forbid only; a condition compares");
  EXPECT_FALSE(parse("-layers > 2", refused).has_value());
  EXPECT_TRUE(parse("layers > -2", refused).has_value());
}

TEST(Expression, NestingIsBounded) {
  const std::string deep(64, '('), closed(64, ')');
  EXPECT_TRUE(parse(deep + "layers > 1" + closed).has_value());
  EXPECT_FALSE(parse('(' + deep + "layers > 1" + closed + ')').has_value());
  std::string nots, minuses, all = "layers > 1";
  for (int i = 0; i < 65; ++i) nots += "not ";
  EXPECT_NE(parse(nots + "layers > 1").error().message.find("nested deeper than 64"), std::string::npos);
  EXPECT_FALSE(parse(std::string(65, '-') + "layers > 1").has_value());
  for (int i = 0; i < 2000; ++i) all += " and layers > 1";
  EXPECT_TRUE(holds(all, example())) << "long is not deep";
  std::string worst;  // as many pending values per level as the grammar can leave
  for (int i = 0; i < 63; ++i) worst += "layers + 1 * (";
  worst += "1" + std::string(63, ')') + " > 0";
  EXPECT_TRUE(holds("layers == 9 or layers == 3 and " + worst, example()));
}

TEST(Expression, MentionsEachNameOnce) {
  const auto expression = parse("units.2 > layers and units.2 < 9 or layers == 1").value();
  EXPECT_EQ(expression.names(), (std::vector<std::string>{"units.2", "layers"}));
  ASSERT_EQ(expression.mentions().size(), 2u);
  EXPECT_EQ(expression.mentions()[0].parameter, 8u);
  EXPECT_EQ(expression.mentions()[0].instance, 2u);
  EXPECT_TRUE(expression.holds(std::vector<double>{7, 3}));
  EXPECT_FALSE(expression.holds(std::vector<double>{7, 8}));
  EXPECT_TRUE(expression.holds(std::vector<double>{std::nan(""), 1}));
}

}  // namespace
}  // namespace hone
