/// Help texts, drawn from the rows of the commands. Pure.
#pragma once
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace hone {

/// `hone --help`: every command with its summary.
std::string overview_help();
/// `hone study --help`: the commands whose first word is `group`.
std::string group_help(std::string_view group);
/// `hone fit --help`: usage, description, arguments, options, examples, at most 100 columns wide.
std::string command_help(const CommandInfo& command);
/// "hone fit DATA [options]"
std::string usage_line(const CommandInfo& command);

}  // namespace hone
