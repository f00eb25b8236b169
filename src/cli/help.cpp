#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/text_width.hpp"

namespace hone {
namespace {

constexpr std::size_t help_width = 100;
constexpr std::size_t left_max = 30;  // a longer left part gets a line of its own

using Row = std::pair<std::string, std::string>;

/// Two columns, the right one wrapped.
std::string two_columns(const std::vector<Row>& rows) {
  std::size_t left = 0;
  for (const Row& row : rows)
    if (row.first.size() <= left_max) left = std::max(left, row.first.size());
  std::string all;
  for (const auto& [name, text] : rows) {
    std::string start = "  " + pad_right(name, left);
    if (name.size() > left_max) {
      all += start + "\n";
      start = std::string(2 + left, ' ');
    }
    for (const std::string& line : wrap_text(text, help_width - left - 4)) {
      all += start + (line.empty() ? "" : "  ") + line + "\n";
      start = std::string(2 + left, ' ');
    }
  }
  return all;
}

std::string flag_left(const FlagRow& row) {
  std::string left = row.short_name.empty() ? "    " : std::string(row.short_name) + ", ";
  left += row.name;
  if (!row.value_name.empty()) left += fmt::format(" {}", row.value_name);
  if (row.repeatable) left += " ...";
  return left;
}

std::string command_rows(std::string_view group) {
  std::vector<Row> rows;
  for (const CommandInfo* command : all_commands())
    if (group.empty() || command->name.substr(0, command->name.find(' ')) == group)
      rows.emplace_back(command->name, command->summary);
  return two_columns(rows);
}

}  // namespace

std::string usage_line(const CommandInfo& command) {
  std::string line = fmt::format("hone {}", command.name);
  for (const PositionalRow& row : command.positionals)
    line += row.required ? fmt::format(" {}", row.name) : fmt::format(" [{}]", row.name);
  if (!command.flags.empty()) line += " [options]";
  if (!command.rest.empty()) line += fmt::format(" [-- {}]", command.rest);
  return line;
}

std::string overview_help() {
  return fmt::format(
      "hone tunes and trains networks, and finds good hyperparameters for any program.\n"
      "\n"
      "usage: hone COMMAND [arguments]\n"
      "\n"
      "Commands\n{}"
      "\n"
      "  hone COMMAND --help   what a command does, its options, and an example\n"
      "  hone --version        the version\n",
      command_rows(""));
}

std::string group_help(std::string_view group) {
  return fmt::format(
      "usage: hone {0} COMMAND [arguments]\n\nCommands\n{1}\n  hone {0} COMMAND --help   more about one\n", group,
      command_rows(group));
}

std::string command_help(const CommandInfo& command) {
  std::string all = fmt::format("usage: {}\n\n", usage_line(command));
  for (const std::string& line : wrap_text(command.description, help_width)) all += line + "\n";
  std::vector<Row> rows;
  for (const PositionalRow& row : command.positionals) rows.emplace_back(row.name, row.help);
  if (!rows.empty()) all += "\nArguments\n" + two_columns(rows);
  rows.clear();
  for (const FlagRow& row : command.flags)
    rows.emplace_back(flag_left(row), row.otherwise.empty() ? std::string(row.help)
                                                            : fmt::format("{} [default: {}]", row.help, row.otherwise));
  rows.emplace_back("-h, --help", "this text");
  all += "\nOptions\n" + two_columns(rows);
  all += command.examples.size() == 1 ? "\nExample\n" : "\nExamples\n";
  for (const ExampleRow& example : command.examples) {
    all += fmt::format("  {}\n", example.line);
    for (const std::string& line : wrap_text(example.what, help_width - 6)) all += "      " + line + "\n";
  }
  return all;
}

}  // namespace hone
