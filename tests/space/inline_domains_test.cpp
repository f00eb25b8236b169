// Domains in a command line.
#include "space/inline_domains.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

using std::string;

Parameter one(const string& word) {
  const auto command = inline_domains(std::vector<string>{word});
  EXPECT_TRUE(command.has_value()) << word << (command ? "" : command.error().message);
  return command && command->parameters.size() == 1 ? command->parameters[0] : Parameter{};
}

TEST(InlineDomains, WhatTheyMean) {
  const Parameter lr = one("--lr={lr:1e-5..1e-1:log}");
  EXPECT_EQ(lr.name, "lr");
  EXPECT_EQ(lr.type, ParameterType::float_);
  EXPECT_TRUE(lr.log);
  EXPECT_EQ(lr.low, 1e-5);
  EXPECT_EQ(lr.high, 1e-1);
  EXPECT_EQ(one("{n:1..5}").type, ParameterType::int_);
  EXPECT_TRUE(one("{n:1..5:log}").log);
  EXPECT_EQ(one("{n:1..5.0}").type, ParameterType::float_);
  EXPECT_EQ(one("{n:-3..-1}").low, -3);
  const Parameter choice = one("{c:sgd|2|0.5|2.0|true|}");
  EXPECT_EQ(choice.type, ParameterType::categorical);
  EXPECT_EQ(choice.choices, (std::vector<Value>{"sgd", std::int64_t{2}, 0.5, "2.0", true, ""}));
}

TEST(InlineDomains, TheRestOfTheCommandStays) {
  const std::vector<string> words = {"p", "{a:0..1}x{b:u|v}", "{a}", "{{k:1..2}}", "{a:0..1}", "}", "{open"};
  const auto command = inline_domains(words);
  ASSERT_TRUE(command.has_value()) << command.error().message;
  EXPECT_EQ(command->words, (std::vector<string>{"p", "{a}x{b}", "{a}", "{{k:1..2}}", "{a}", "}", "{open"}));
  EXPECT_EQ(command->parameters.size(), 2u);
}

}  // namespace
}  // namespace hone
