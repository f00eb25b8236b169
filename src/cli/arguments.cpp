#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"

namespace hone {
namespace {

const FlagRow& row_of(const CommandInfo& command, std::string_view flag) {
  for (const FlagRow& row : command.flags)
    if (row.name == flag || (!row.short_name.empty() && row.short_name == flag)) return row;
  HONE_CHECK(false, "a command asks for a flag that its rows do not declare");
}

constexpr std::int64_t whole_limit = std::int64_t{1} << 53;  // where doubles stop holding every integer

}  // namespace

void Arguments::add(std::string_view flag, std::string value) {
  flags_[std::string(row_of(*command_, flag).name)].push_back(std::move(value));
}

const std::string* Arguments::last(std::string_view flag) const {
  const auto found = flags_.find(row_of(*command_, flag).name);
  return found == flags_.end() ? nullptr : &found->second.back();
}

bool Arguments::has(std::string_view flag) const {
  return last(flag) != nullptr;
}

Result<std::optional<std::string>> Arguments::text(std::string_view flag) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  if (given->empty()) return refuse(fmt::format("{} must not be empty", flag));
  return *given;
}

Result<std::optional<std::string>> Arguments::choice(std::string_view flag,
                                                     std::span<const std::string> allowed) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  if (std::ranges::find(allowed, *given) != allowed.end()) return *given;
  const auto nearest = nearest_name(*given, allowed);
  return refuse(fmt::format("{} must be one of {}, got '{}'{}", flag, join(allowed, ", "), quoted(*given),
                            nearest ? fmt::format("; did you mean '{}'?", *nearest) : ""));
}

Result<std::optional<std::int64_t>> Arguments::integer(std::string_view flag, std::int64_t low,
                                                       std::int64_t high) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  const auto value = parse_integer(*given);
  if (!value || *value < low || *value > high) {
    const std::string range =
        high >= whole_limit ? fmt::format("at least {}", low) : fmt::format("from {} to {}", low, high);
    return refuse(fmt::format("{} must be a whole number, {}; got '{}'", flag, range, quoted(*given)));
  }
  return *value;
}

Result<std::optional<double>> Arguments::number(std::string_view flag, double low, double high) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  const auto value = parse_number(*given);
  if (!value || !(*value >= low && *value <= high))
    return refuse(fmt::format("{} must be a number from {} to {}, got '{}'", flag, number_text(low), number_text(high),
                              quoted(*given)));
  return *value;
}

Result<std::optional<double>> Arguments::duration(std::string_view flag) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  auto seconds = parse_duration(*given);
  if (!seconds) return refuse(fmt::format("{}: {}", flag, seconds.error().message));
  return *seconds;
}

Result<std::optional<std::uint64_t>> Arguments::seed(std::string_view flag) const {
  const std::string* given = last(flag);
  if (!given) return std::nullopt;
  const auto value = parse_integer(*given);
  if (!value || *value < 0 || *value > whole_limit)
    return refuse(fmt::format("{} must be a whole number from 0 to {}, got '{}'", flag, whole_limit, quoted(*given)));
  return static_cast<std::uint64_t>(*value);
}

std::vector<std::string> Arguments::texts(std::string_view flag) const {
  const auto found = flags_.find(row_of(*command_, flag).name);
  return found == flags_.end() ? std::vector<std::string>{} : found->second;
}

Result<std::map<std::string, std::string>> Arguments::pairs(std::string_view flag) const {
  std::map<std::string, std::string> all;
  for (const std::string& given : texts(flag)) {
    const auto equals = given.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == given.size())
      return refuse(fmt::format("{} needs NAME=VALUE, got '{}'", flag, quoted(given)));
    const std::string key = given.substr(0, equals);
    if (!all.emplace(key, given.substr(equals + 1)).second)
      return refuse(fmt::format("{} names '{}' twice; say it once", flag, quoted(key)));
  }
  return all;
}

const std::string& Arguments::positional(std::string_view name) const {
  static const std::string none;
  for (std::size_t i = 0; i < command_->positionals.size(); ++i)
    if (command_->positionals[i].name == name) return i < positionals_.size() ? positionals_[i] : none;
  HONE_CHECK(false, "a command asks for a positional that its rows do not declare");
}

}  // namespace hone
