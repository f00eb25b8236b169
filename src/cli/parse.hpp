/// From the words of the command line to a command and its arguments.
#pragma once
#include <span>
#include <string>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace hone {

/// Checks `words` (without the program's name) against the rows of one command. Flags may stand before, between and
/// after positionals; `--flag VALUE`, `--flag=VALUE`, `-jVALUE` and `-j VALUE` mean the same; a word that is a number
/// ("-1") is never a flag; everything after `--` is left alone. Errors: `invalid_argument` naming the nearest known
/// flag, the missing value or positional, or the word that is too many.
Result<Arguments> parse_arguments(const CommandInfo& command, std::span<const std::string> words);

/// Parses, runs, and returns the exit code. Prints help, version and errors itself; throws nothing.
int run_command_line(std::span<const std::string> words);

}  // namespace hone
