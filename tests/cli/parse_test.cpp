#include "cli/parse.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace hone {
namespace {

int nothing(const Arguments&) {
  return 0;
}

constexpr PositionalRow positionals[] = {{"DATA", true, "the data"}, {"MORE", false, "more of it"}};
constexpr FlagRow flags[] = {
    {.name = "--time", .value_name = "TIME", .help = "how long"},
    {.name = "--jobs", .short_name = "-j", .value_name = "N", .help = "how many at once"},
    {.name = "--rate", .value_name = "X", .help = "a number"},
    {.name = "--format", .short_name = "-f", .value_name = "FORMAT", .help = "how"},
    {.name = "--columns", .value_name = "NAME=KIND", .help = "which", .repeatable = true},
    {.name = "--fresh", .help = "a switch"},
};
constexpr ExampleRow examples[] = {{"hone try x", "tries"}};
constexpr CommandInfo command{.name = "try",
                              .summary = "tries",
                              .description = "Tries.",
                              .positionals = positionals,
                              .flags = flags,
                              .examples = examples,
                              .rest = "COMMAND ...",
                              .run = nothing};

using Words = std::vector<std::string>;

Result<Arguments> parse(const Words& words) {
  return parse_arguments(command, words);
}

std::string refusal(const Words& words) {
  const auto parsed = parse(words);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().kind, Error::Kind::invalid_argument);
  return parsed.error().message;
}

TEST(Parse, every_way_to_write_a_flag) {
  for (const Words& words : {Words{"d", "-j", "4"}, Words{"d", "-j4"}, Words{"-j4", "d"}, Words{"d", "--jobs", "4"},
                             Words{"d", "--jobs=4"}, Words{"--jobs=4", "d"}, Words{"d", "-j=4"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->integer("--jobs", 1, 9).value(), 4);
    EXPECT_EQ(parsed->integer("-j", 1, 9).value(), 4);
    EXPECT_EQ(parsed->positional("DATA"), "d");
    EXPECT_EQ(parsed->positional("MORE"), "");
  }
}

TEST(Parse, numbers_and_a_lone_dash_are_not_flags) {
  const auto parsed = parse({"-1.5", "-", "--rate", "-2e3"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->positional("DATA"), "-1.5");
  EXPECT_EQ(parsed->positional("MORE"), "-");
  EXPECT_EQ(parsed->number("--rate", -1e9, 1e9).value(), -2000);
}

TEST(Parse, what_follows_two_dashes_is_left_alone) {
  const Words rest = {"python3", "train.py", "--lr", "{lr:1e-5..1e-1:log}", "[1,2]", "--", "--help", ""};
  Words words = {"d", "--fresh", "--"};
  words.insert(words.end(), rest.begin(), rest.end());
  const auto parsed = parse(words);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(Words(parsed->rest().begin(), parsed->rest().end()), rest);
  EXPECT_TRUE(parsed->has("--fresh"));
}

TEST(Parse, brackets_and_commas_before_the_dashes_stay_one_word) {
  const auto parsed = parse({"[1,2]", "--columns", "a=[x, y]"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->positional("DATA"), "[1,2]");
  EXPECT_EQ(parsed->texts("--columns"), Words{"a=[x, y]"});
}

TEST(Parse, refusals_name_what_is_wrong_and_the_cure) {
  EXPECT_EQ(refusal({"d", "--tiem", "9"}), "hone try has no option '--tiem'; did you mean '--time'?");
  EXPECT_EQ(refusal({"d", "--tiem=9"}), "hone try has no option '--tiem'; did you mean '--time'?");
  EXPECT_EQ(refusal({}), "DATA is missing (the data); usage: hone try DATA [MORE] [options] [-- COMMAND ...]");
  EXPECT_NE(refusal({"a", "b", "c"}).find("'c' is one word too many"), std::string::npos);
  EXPECT_EQ(refusal({"d", "--time"}), "--time needs a value TIME");
  EXPECT_EQ(refusal({"d", "--time", "--fresh"}),
            "--time needs a value TIME; if it begins with '-', write --time=--fresh");
  EXPECT_EQ(refusal({"d", "--fresh=yes"}), "--fresh takes no value, got 'yes'");
  EXPECT_EQ(refusal({"d", "-j1", "-j2"}), "--jobs is given twice; say it once");
  EXPECT_NE(refusal({"d", "-x"}).find("no option '-x'"), std::string::npos);
}

TEST(Parse, a_command_without_rest_refuses_one) {
  CommandInfo strict = command;
  strict.rest = "";
  const Words words = {"d", "--", "ls"};
  const auto parsed = parse_arguments(strict, words);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "hone try takes nothing after '--'; got 'ls'");
}

RC_GTEST_PROP(Parse, never_throws_and_keeps_every_word, (const Words& words)) {
  const auto parsed = parse(words);
  if (!parsed) return;
  std::size_t kept = parsed->rest().size() + (parsed->positional("DATA").empty() ? 0 : 1);
  RC_ASSERT(kept <= words.size());
}

/// The message with which a getter refuses `--flag=value`, or "accepted".
template <class Getter>
std::string getter_refusal(const std::string& word, Getter getter) {
  const auto parsed = parse({"d", word});
  if (!parsed) return parsed.error().message;
  const auto value = getter(*parsed);
  return value ? "accepted" : value.error().message;
}

TEST(Arguments, integers_name_their_range) {
  const auto jobs = [](const Arguments& a) { return a.integer("--jobs", 1, 4096); };
  EXPECT_EQ(getter_refusal("-j0", jobs), "--jobs must be a whole number, from 1 to 4096; got '0'");
  EXPECT_EQ(getter_refusal("-j4097", jobs), "--jobs must be a whole number, from 1 to 4096; got '4097'");
  EXPECT_EQ(getter_refusal("-j1.5", jobs), "--jobs must be a whole number, from 1 to 4096; got '1.5'");
  EXPECT_EQ(getter_refusal("--jobs=99999999999999999999", jobs),
            "--jobs must be a whole number, from 1 to 4096; got '99999999999999999999'");
  EXPECT_EQ(getter_refusal("-j4096", jobs), "accepted");
}

TEST(Arguments, durations) {
  const auto time = [](const Arguments& a) { return a.duration("--time"); };
  EXPECT_EQ(getter_refusal("--time=0", time), "--time: a duration must be above zero, got '0'");
  EXPECT_NE(getter_refusal("--time=banana", time).find("--time: 'banana' is not a duration"), std::string::npos);
  EXPECT_NE(getter_refusal("--time=", time).find("--time"), std::string::npos);
  EXPECT_EQ(parse({"d", "--time", "1.5m"})->duration("--time").value(), 90);
}

TEST(Arguments, numbers_seeds_and_choices) {
  const auto rate = [](const Arguments& a) { return a.number("--rate", 0, 1); };
  EXPECT_EQ(getter_refusal("--rate=2", rate), "--rate must be a number from 0 to 1, got '2'");
  EXPECT_EQ(getter_refusal("--rate=nan", rate), "--rate must be a number from 0 to 1, got 'nan'");
  const auto seed = [](const Arguments& a) { return a.seed("--rate"); };
  EXPECT_EQ(getter_refusal("--rate=-1", seed), "--rate must be a whole number from 0 to 9007199254740992, got '-1'");
  EXPECT_EQ(parse({"d", "--rate", "7"})->seed("--rate").value(), 7u);
  const std::array<std::string, 2> known = {"table", "json"};
  const auto format = [&](const Arguments& a) { return a.choice("--format", known); };
  EXPECT_EQ(getter_refusal("-fjsno", format), "--format must be one of table, json, got 'jsno'; did you mean 'json'?");
  EXPECT_EQ(getter_refusal("-fjson", format), "accepted");
}

TEST(Arguments, pairs_and_repeats) {
  const auto parsed = parse({"d", "--columns", "zip=categorical", "--columns=a=b=c"});
  ASSERT_TRUE(parsed);
  const std::map<std::string, std::string> expected = {{"a", "b=c"}, {"zip", "categorical"}};
  EXPECT_EQ(parsed->pairs("--columns").value(), expected);
  const auto pairs = [](const Arguments& a) { return a.pairs("--columns"); };
  EXPECT_EQ(getter_refusal("--columns=zip", pairs), "--columns needs NAME=VALUE, got 'zip'");
  EXPECT_EQ(parse({"d", "--columns", "a=1", "--columns", "a=2"})->pairs("--columns").error().message,
            "--columns names 'a' twice; say it once");
}

TEST(Arguments, what_was_not_given_is_nothing) {
  const auto parsed = parse({"d"});
  EXPECT_FALSE(parsed->text("--time").value());
  EXPECT_FALSE(parsed->integer("-j", 1, 2).value());
  EXPECT_FALSE(parsed->duration("--time").value());
  EXPECT_FALSE(parsed->has("--fresh"));
  EXPECT_TRUE(parsed->pairs("--columns")->empty());
}

TEST(ArgumentsDeathTest, asking_for_an_undeclared_flag_is_a_programmer_error) {
  EXPECT_DEATH((void)parse({"d"})->has("--banana"), "do not declare");
  EXPECT_DEATH((void)parse({"d"})->positional("BANANA"), "do not declare");
}

}  // namespace
}  // namespace hone
