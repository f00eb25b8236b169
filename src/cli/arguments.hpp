/// What was typed after a command's name, checked against its rows: typed getters whose errors name the flag, the value
/// seen and what is allowed.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

struct CommandInfo;

/// Asking for a flag or positional that the command does not declare is a programmer error (HONE_CHECK).
/// Every getter of a value answers nothing if the flag was not given; errors are `invalid_argument`.
class Arguments {
 public:
  explicit Arguments(const CommandInfo& command) : command_(&command) {}

  const CommandInfo& command() const { return *command_; }

  /// A flag with or without value: was it given?
  bool has(std::string_view flag) const;
  /// An empty value is refused.
  Result<std::optional<std::string>> text(std::string_view flag) const;
  /// One of `allowed`; errors name the nearest.
  Result<std::optional<std::string>> choice(std::string_view flag, std::span<const std::string> allowed) const;
  Result<std::optional<std::int64_t>> integer(std::string_view flag, std::int64_t low, std::int64_t high) const;
  Result<std::optional<double>> number(std::string_view flag, double low, double high) const;
  /// Seconds, > 0, from "90s", "10m", "2h", "1d".
  Result<std::optional<double>> duration(std::string_view flag) const;
  /// 0 to 2^53, so that every JSON reader can hold it.
  Result<std::optional<std::uint64_t>> seed(std::string_view flag) const;
  /// A repeatable flag: every value, in order.
  std::vector<std::string> texts(std::string_view flag) const;
  /// A repeatable flag of the form KEY=VALUE; a key given twice is refused.
  Result<std::map<std::string, std::string>> pairs(std::string_view flag) const;

  /// The positional's text, "" if it was not given (the parser has refused missing required ones).
  const std::string& positional(std::string_view name) const;
  /// The words after `--`, untouched.
  std::span<const std::string> rest() const { return rest_; }

  // The parser fills these in.
  void add(std::string_view flag, std::string value);
  void add_positional(std::string value) { positionals_.push_back(std::move(value)); }
  void set_rest(std::vector<std::string> words) { rest_ = std::move(words); }
  std::size_t positional_count() const { return positionals_.size(); }

 private:
  const std::string* last(std::string_view flag) const;  // null if not given

  const CommandInfo* command_;
  std::map<std::string, std::vector<std::string>, std::less<>> flags_;
  std::vector<std::string> positionals_, rest_;
};

}  // namespace hone
