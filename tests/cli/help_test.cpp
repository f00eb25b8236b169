#include "cli/help.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "cli/parse.hpp"
#include "report/text_width.hpp"

namespace hone {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The words after "hone NAME", up to a shell redirection.
std::vector<std::string> example_arguments(const CommandInfo& command, std::string_view line) {
  const std::string start = "hone " + std::string(command.name);
  EXPECT_TRUE(line.starts_with(start)) << line;
  std::vector<std::string> words = words_of(line.substr(start.size()));
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == ">" || words[i] == "|") words.resize(i);
  return words;
}

TEST(Help, names_are_unique_and_rows_complete) {
  std::set<std::string_view> names;
  for (const CommandInfo* command : all_commands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    EXPECT_FALSE(command->summary.empty()) << command->name;
    EXPECT_FALSE(command->description.empty()) << command->name;
    EXPECT_NE(command->run, nullptr);
    std::set<std::string_view> flags = {"-h", "--help"};
    for (const FlagRow& row : command->flags) {
      EXPECT_TRUE(row.name.starts_with("--")) << command->name << " " << row.name;
      EXPECT_TRUE(flags.insert(row.name).second) << command->name << " " << row.name;
      EXPECT_TRUE(row.short_name.empty() || flags.insert(row.short_name).second) << command->name << row.short_name;
      EXPECT_FALSE(row.help.empty()) << command->name << " " << row.name;
    }
    bool optional_seen = false;
    for (const PositionalRow& row : command->positionals) {
      EXPECT_FALSE(row.required && optional_seen) << command->name << ": optional positionals come last";
      optional_seen |= !row.required;
      EXPECT_FALSE(row.help.empty()) << command->name << " " << row.name;
    }
  }
}

TEST(Help, every_example_is_accepted_by_the_parser) {
  for (const CommandInfo* command : all_commands()) {
    ASSERT_FALSE(command->examples.empty()) << command->name;
    for (const ExampleRow& example : command->examples) {
      const auto parsed = parse_arguments(*command, example_arguments(*command, example.line));
      EXPECT_TRUE(parsed) << example.line << ": " << parsed.error().message;
    }
  }
}

TEST(Help, says_every_row_and_fits_a_page) {
  for (const CommandInfo* command : all_commands()) {
    const std::string help = command_help(*command);
    for (const FlagRow& row : command->flags) EXPECT_NE(help.find(row.name), std::string::npos) << row.name;
    for (const PositionalRow& row : command->positionals) EXPECT_NE(help.find(row.name), std::string::npos) << row.name;
    for (const ExampleRow& row : command->examples) EXPECT_NE(help.find(row.line), std::string::npos) << row.line;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(text_width(line), 110u) << line;
    EXPECT_NE(overview_help().find(command->name), std::string::npos);
  }
}

TEST(Help, of_a_group) {
  const std::string help = group_help("study");
  EXPECT_NE(help.find("study list"), std::string::npos);
  EXPECT_EQ(help.find("doctor"), std::string::npos);
}

TEST(Help, golden) {
  static constexpr FlagRow flags[] = {
      {.name = "--jobs", .short_name = "-j", .value_name = "N", .help = "trials at once", .otherwise = "all cores"},
      {.name = "--columns", .value_name = "NAME=KIND", .help = "a column's kind", .repeatable = true}};
  static constexpr PositionalRow positionals[] = {{"DATA", true, "the data"}};
  static constexpr ExampleRow examples[] = {{"hone try x.csv", "Tries it."}};
  const CommandInfo command{.name = "try",
                            .summary = "",
                            .description = "Tries.\n\nAgain.",
                            .positionals = positionals,
                            .flags = flags,
                            .examples = examples,
                            .rest = "",
                            .run = nullptr};
  EXPECT_EQ(command_help(command),
            "usage: hone try DATA [options]\n"
            "\n"
            "Tries.\n"
            "\n"
            "Again.\n"
            "\n"
            "Arguments\n"
            "  DATA  the data\n"
            "\n"
            "Options\n"
            "  -j, --jobs N                 trials at once [default: all cores]\n"
            "      --columns NAME=KIND ...  a column's kind\n"
            "  -h, --help                   this text\n"
            "\n"
            "Example\n"
            "  hone try x.csv\n"
            "      Tries it.\n");
}

}  // namespace
}  // namespace hone
