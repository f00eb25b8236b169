#include "runners/report_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "space/json_line.hpp"

namespace hone {
namespace {

constexpr std::string_view prefix = "hone:";

LineResult<ReportLine> read_report(std::string_view text, std::span<const std::string> metrics, std::int64_t max_step) {
  static const std::vector<std::string> known = {"step", "value", "values", "constraints", "cost", "attrs"};
  const auto fault = [](std::string message, std::size_t at) {
    return std::unexpected(LineFault{std::move(message), at});
  };
  HONE_TRY(const JsonNode line, parse_json_line(text));
  if (line.kind != JsonNode::Kind::object)
    return fault(fmt::format("an object is needed, such as {{\"value\": 0.5}}, got {}", kind_name(line.kind)), line.at);
  for (const JsonNode& member : line.members)
    if (std::ranges::find(known, member.key) == known.end())
      return fault(fmt::format("unknown key '{}'; {}", quoted(member.key), suggest_name(member.key, known)), member.at);
  ReportLine report;
  const JsonNode* value = line.find("value");
  const JsonNode* values = line.find("values");
  if (value && values) return fault("\"value\" or \"values\", not both", values->at);
  if (value || values) {
    HONE_TRY(report.values, objective_values(value ? *value : *values, metrics, "report"));
  }
  if (const JsonNode* step = line.find("step")) {
    HONE_TRY(report.step, integer_of(*step));
    if (*report.step < 1 || (max_step > 0 && *report.step > max_step))
      return fault(max_step > 0 ? fmt::format("'step' must be from 1 to {} (max_step), got {}", max_step, *report.step)
                                : fmt::format("'step' must be 1 or more, got {}", *report.step),
                   step->at);
    if (report.values.empty()) return fault("a report has a step and a value", step->at);
  }
  if (const JsonNode* constraints = line.find("constraints")) {
    HONE_TRY(report.constraints, numbers_of(*constraints));
    if (std::ranges::any_of(*report.constraints, [](double c) { return std::isnan(c); }))
      return fault("a constraint is a number, feasible when it is at most 0; NaN says nothing", constraints->at);
  }
  if (const JsonNode* cost = line.find("cost")) {
    HONE_TRY(report.cost, cost_of(*cost));
  }
  if (const JsonNode* attributes = line.find("attrs")) {
    if (attributes->kind != JsonNode::Kind::object)
      return fault(fmt::format("'attrs' must be an object, got {}", kind_name(attributes->kind)), attributes->at);
    if (!attributes->members.empty()) report.attributes = json_text(*attributes);
  }
  return report;
}

/// \d, \D as POSIX has them; everything else stays.
std::string posix(std::string_view expression) {
  std::string all;
  bool in_brackets = false;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i], next = i + 1 < expression.size() ? expression[i + 1] : '\0';
    if (c == '\\' && (next == 'd' || next == 'D')) {
      all += next == 'D' ? "[^0-9]" : in_brackets ? "0-9" : "[0-9]";
      ++i;
    } else if (c == '\\' && !in_brackets) {
      all += c;
      if (next != '\0') all += next, ++i;
    } else {
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      all += c;
    }
  }
  return all;
}

}  // namespace

std::optional<std::string_view> report_text(std::string_view line) {
  if (!line.starts_with(prefix)) return std::nullopt;
  return trim(line.substr(prefix.size()));
}

std::expected<ReportLine, std::string> parse_report(std::string_view text, std::span<const std::string> metrics,
                                                    std::int64_t max_step) {
  auto report = read_report(text, metrics, max_step);
  if (report) return std::move(*report);
  return std::unexpected(fmt::format("`hone: {}`: {}", quoted(text, 100), report.error().message));
}

Result<MetricPattern> MetricPattern::make(const std::string& expression) {
  const auto no = [&](std::string_view what) {
    return refuse(fmt::format("'metric_regex' in [run] is '{}': {}; write it such as 'accuracy=([0-9.]+)'",
                              quoted(expression), what));
  };
  if (expression.find('\0') != std::string::npos) return no("it holds a zero byte");
  MetricPattern pattern;
  auto compiled = std::make_unique<regex_t>();
  if (const int error = ::regcomp(compiled.get(), posix(expression).c_str(), REG_EXTENDED); error != 0) {
    std::array<char, 200> why;
    ::regerror(error, compiled.get(), why.data(), why.size());
    return no(fmt::format("no regular expression ({})", why.data()));
  }
  pattern.compiled_.reset(compiled.release());
  if (pattern.compiled_->re_nsub == 0) return no("it has no group ( ) around the number");
  return pattern;
}

std::optional<double> MetricPattern::find(std::string_view line) const {
  std::array<regmatch_t, 2> match;
  match[0].rm_so = 0;
  match[0].rm_eo = static_cast<regoff_t>(std::min(line.size(), report_line_max));
  if (::regexec(compiled_.get(), line.data(), match.size(), match.data(), REG_STARTEND) != 0) return std::nullopt;
  if (match[1].rm_so < 0) return std::numeric_limits<double>::quiet_NaN();
  const std::string_view found =
      line.substr(static_cast<std::size_t>(match[1].rm_so), static_cast<std::size_t>(match[1].rm_eo - match[1].rm_so));
  return parse_number(found).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace hone
