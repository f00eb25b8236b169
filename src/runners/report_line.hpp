/// Lines by which a program reports: `hone: {"step": 3, "value": 0.91}`, or, of programs that cannot be changed, lines
/// in which a regular expression finds a number.
#pragma once
#include <regex.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// Bytes of a line that anybody looks at.
inline constexpr std::size_t report_line_max = 64 << 10;

/// What one line says. A report has a step; a line with values but no step is the result.
struct ReportLine {
  std::optional<std::int64_t> step;
  std::vector<double> values = {};  ///< (objectives), or none; NaN and infinite ones as they are
  std::optional<std::vector<double>> constraints = std::nullopt;
  std::optional<double> cost = std::nullopt;  ///< of this start so far, >= 0
  std::string attributes = {};                ///< an object of JSON, or ""
};

/// The part after "hone:" if the line begins so.
std::optional<std::string_view> report_text(std::string_view line);

/// `max_step`: 0 if trials have no steps in particular. The error says what is wrong with the line, for people.
std::expected<ReportLine, std::string> parse_report(std::string_view text, std::span<const std::string> metrics,
                                                    std::int64_t max_step);

/// A POSIX extended regular expression whose first group is the number; \d stands for a digit. Thread safe.
class MetricPattern {
 public:
  /// Errors: no regular expression, one without a group.
  static Result<MetricPattern> make(const std::string& expression);
  /// The number in the line's first match; NaN where the group holds something else; nothing without a match.
  std::optional<double> find(std::string_view line) const;

 private:
  struct Free {
    void operator()(regex_t* compiled) const {
      ::regfree(compiled);
      delete compiled;
    }
  };
  std::unique_ptr<regex_t, Free> compiled_;
};

}  // namespace hone
