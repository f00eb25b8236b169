/// Subcommands as data: each is one file and one line in command_list.inc; parsing, help and checks are drawn from the
/// rows below.
#pragma once
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "cli/arguments.hpp"

namespace hone {

struct FlagRow {
  std::string_view name;             ///< "--time"
  std::string_view short_name = "";  ///< "-j", or ""
  std::string_view value_name = "";  ///< "TIME"; "" for a switch
  std::string_view help = "";        ///< one sentence, small letter first, no full stop
  std::string_view otherwise = "";   ///< what holds when it is not given, for the help text; "" says nothing
  bool repeatable = false;
};

struct PositionalRow {
  std::string_view name;  ///< "DATA"
  bool required = true;   ///< optional ones come last
  std::string_view help = "";
};

struct ExampleRow {
  std::string_view line;  ///< "hone fit train.csv --target income --time 10m"
  std::string_view what;  ///< what it does
};

struct CommandInfo {
  std::string_view name;         ///< "fit", "study list"
  std::string_view summary;      ///< one line in the list of commands
  std::string_view description;  ///< paragraphs for the command's own help; wrapped there
  std::span<const PositionalRow> positionals;
  std::span<const FlagRow> flags;        ///< -h/--help is added to every command
  std::span<const ExampleRow> examples;  ///< at least one
  std::string_view rest;                 ///< what may follow `--` ("COMMAND ..."), or "" if nothing may
  /// Returns the exit code; prints its own errors through `report_error`.
  int (*run)(const Arguments& arguments);
};

#define HONE_COMMAND(id) extern const CommandInfo id##_command_info;
#include "cli/command_list.inc"
#undef HONE_COMMAND

/// Every command, in the order of command_list.inc.
std::span<const CommandInfo* const> all_commands();

/// Exit codes (docs/formats.md).
enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,          ///< it ran and failed
  exit_bad_input = 2,       ///< wrong usage or bad input, nothing was changed
  exit_without_result = 3,  ///< finished without one successful trial
  exit_interrupted = 130,
};
/// failed: 1; interrupted: 130; everything else: 2.
int exit_code(const Error& error);
/// Prints "hone: MESSAGE" to stderr; returns exit_code(error).
int report_error(const Error& error);

}  // namespace hone
