#include "cli/command.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace hone {

std::span<const CommandInfo* const> all_commands() {
#define HONE_COMMAND(id) &id##_command_info,
  static constexpr std::array rows = {
#include "cli/command_list.inc"
  };
#undef HONE_COMMAND
  return rows;
}

int exit_code(const Error& error) {
  switch (error.kind) {
    case Error::Kind::failed:
      return exit_failed;
    case Error::Kind::interrupted:
      return exit_interrupted;
    case Error::Kind::invalid_argument:
    case Error::Kind::not_found:
    case Error::Kind::conflict:
    case Error::Kind::unavailable:
    case Error::Kind::corrupt:
      break;
  }
  return exit_bad_input;
}

int report_error(const Error& error) {
  fmt::print(stderr, "hone: {}\n", error.message);
  return exit_code(error);
}

}  // namespace hone
