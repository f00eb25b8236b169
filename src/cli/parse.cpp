#include "cli/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "cli/help.hpp"

namespace hone {
namespace {

/// A word that names a flag: "-" alone is a positional (standard input), "-1" is a number.
bool looks_like_flag(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word != "--" && !parse_number(word);
}

/// A flag as typed, taken apart: "--time=10m" and "-j4" carry their value.
struct TypedFlag {
  const FlagRow* row = nullptr;  // null: unknown
  std::string name;              // as typed, without the value
  std::optional<std::string> value;
};

TypedFlag take_apart(const CommandInfo& command, const std::string& word) {
  TypedFlag typed;
  typed.name = word.substr(0, word.find('='));
  if (typed.name.size() < word.size()) typed.value = word.substr(typed.name.size() + 1);
  for (const FlagRow& row : command.flags)
    if (typed.name == row.name || typed.name == row.short_name) typed.row = &row;
  if (typed.row || word.starts_with("--")) return typed;
  for (const FlagRow& row : command.flags)
    if (!row.short_name.empty() && !row.value_name.empty() && word.starts_with(row.short_name))
      return {&row, std::string(row.short_name), word.substr(row.short_name.size())};
  return typed;
}

std::unexpected<Error> unknown_flag(const CommandInfo& command, const std::string& name) {
  std::vector<std::string> known;
  for (const FlagRow& row : command.flags) known.emplace_back(row.name);
  known.emplace_back("--help");
  return refuse(fmt::format("hone {} has no option '{}'; {}", command.name, quoted(name), suggest_name(name, known)));
}

std::unexpected<Error> unknown_command(const std::string& typed) {
  std::vector<std::string> known;
  for (const CommandInfo* command : all_commands()) {
    known.emplace_back(command->name);
    if (command->name.ends_with(" " + typed))
      return refuse(fmt::format("unknown command '{}'; did you mean '{}'?", quoted(typed), command->name));
  }
  return refuse(fmt::format("unknown command '{}'; {}", quoted(typed), suggest_name(typed, known)));
}

/// What the first words select: a command, a group ("study"), or neither.
struct Selected {
  const CommandInfo* command = nullptr;
  bool group = false;     // the first word is the name of a group
  std::size_t words = 0;  // how many words the name took
};

Selected select(std::span<const std::string> words) {
  Selected selected;
  for (const CommandInfo* command : all_commands()) {
    const std::size_t space = command->name.find(' ');
    if (words[0] != command->name.substr(0, space)) continue;
    if (space == std::string_view::npos) return {command, false, 1};
    selected.group = true;
    selected.words = 1;
    if (words.size() > 1 && words[1] == command->name.substr(space + 1)) return {command, true, 2};
  }
  return selected;
}

bool wants_help(std::span<const std::string> words) {
  const auto end = std::ranges::find(words, "--");
  return std::any_of(words.begin(), end, [](const std::string& word) { return word == "-h" || word == "--help"; });
}

int print_out(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return exit_done;
}

int wrong_usage(const Error& error, std::string_view help_of) {
  report_error(error);
  fmt::print(stderr, "see 'hone {}{}--help'\n", help_of, help_of.empty() ? "" : " ");
  return exit_bad_input;
}

int dispatch(std::span<const std::string> words) {
  if (words.empty()) {
    std::fputs(overview_help().c_str(), stderr);
    return exit_bad_input;
  }
  if (words[0] == "--version" || words[0] == "-V") return print_out("hone " HONE_VERSION "\n");
  if (words[0] == "-h" || words[0] == "--help") return print_out(overview_help());
  const bool asked = words[0] == "help";  // `hone help fit` is `hone fit --help`
  if (asked) words = words.subspan(1);
  if (words.empty()) return print_out(overview_help());

  const Selected selected = select(words);
  const std::span<const std::string> rest = words.subspan(selected.words);
  const bool help = asked || wants_help(rest);
  if (selected.command) {
    if (help) return print_out(command_help(*selected.command));
    const auto arguments = parse_arguments(*selected.command, rest);
    if (!arguments) return wrong_usage(arguments.error(), selected.command->name);
    return selected.command->run(*arguments);
  }
  if (selected.group) {
    if (!rest.empty() && !looks_like_flag(rest[0]))
      return wrong_usage(unknown_command(words[0] + " " + rest[0]).error(), words[0]);
    if (help) return print_out(group_help(words[0]));
    std::fputs(group_help(words[0]).c_str(), stderr);
    return exit_bad_input;
  }
  return wrong_usage(unknown_command(words[0]).error(), "");
}

}  // namespace

Result<Arguments> parse_arguments(const CommandInfo& command, std::span<const std::string> words) {
  Arguments arguments(command);
  if (const auto end = std::ranges::find(words, "--"); end != words.end()) {
    const auto length = static_cast<std::size_t>(end - words.begin());
    if (command.rest.empty())
      return refuse(fmt::format("hone {} takes nothing after '--'; got {}", command.name,
                                length + 1 < words.size() ? "'" + quoted(words[length + 1]) + "'" : "'--'"));
    arguments.set_rest({end + 1, words.end()});
    words = words.first(length);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!looks_like_flag(word)) {
      if (arguments.positional_count() == command.positionals.size())
        return refuse(fmt::format("'{}' is one word too many; usage: {}", quoted(word), usage_line(command)));
      arguments.add_positional(word);
      continue;
    }
    TypedFlag typed = take_apart(command, word);
    if (!typed.row) return unknown_flag(command, typed.name);
    const FlagRow& row = *typed.row;
    if (row.value_name.empty() && typed.value)
      return refuse(fmt::format("{} takes no value, got '{}'", row.name, quoted(*typed.value)));
    if (!row.value_name.empty() && !typed.value) {
      if (i + 1 == words.size() || looks_like_flag(words[i + 1]))
        return refuse(fmt::format("{} needs a value {}{}", typed.name, row.value_name,
                                  i + 1 == words.size() ? std::string()
                                                        : fmt::format("; if it begins with '-', write {}={}", row.name,
                                                                      quoted(words[i + 1]))));
      typed.value = words[++i];
    }
    if (!row.repeatable && arguments.has(row.name))
      return refuse(fmt::format("{} is given twice; say it once", row.name));
    arguments.add(row.name, typed.value.value_or(""));
  }
  if (arguments.positional_count() < command.positionals.size()) {
    const PositionalRow& missing = command.positionals[arguments.positional_count()];
    if (missing.required)
      return refuse(fmt::format("{} is missing ({}); usage: {}", missing.name, missing.help, usage_line(command)));
  }
  return arguments;
}

int run_command_line(std::span<const std::string> words) {
  int code = exit_failed;
  try {
    code = dispatch(words);
  } catch (const std::bad_alloc&) {
    std::fputs("hone: out of memory\n", stderr);
  } catch (const std::exception& error) {  // none is expected: rooms return Results
    fmt::print(stderr, "hone: unexpected error: {}\n", error.what());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fputs("hone: the output could not be written\n", stderr);
    if (code == exit_done) code = exit_failed;
  }
  return code;
}

}  // namespace hone
