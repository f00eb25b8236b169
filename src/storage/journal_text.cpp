#include "storage/journal_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

constexpr std::string_view before_constraints = " | ";

}  // namespace

std::string asked_detail(const NewTrial& trial) {
  return trial.given.empty() ? trial.arm : trial.given.json();
}

Result<Configuration> read_given(std::string_view detail) {
  if (!detail.starts_with('{')) return Configuration();
  return read_configuration(detail);
}

std::string reported_detail(std::span<const double> values) {
  return point_text(values);
}

Result<std::vector<double>> read_reported(std::string_view detail) {
  HONE_TRY(std::vector<double> values, read_point(detail));
  if (values.empty()) return fail(Error::Kind::corrupt, "a report has no value");
  return values;
}

std::string cost_detail(double cost) {
  return number_text(cost);
}

Result<double> read_cost(std::string_view detail) {
  const auto cost = parse_number(detail);
  if (!cost || !(*cost >= 0)) return fail(Error::Kind::corrupt, fmt::format("a cost is '{}'", quoted(detail)));
  return *cost;
}

std::string told_detail(const Outcome& outcome) {
  std::string text(state_name(outcome.state));
  if (outcome.state == TrialState::complete) text += " " + point_text(outcome.values);
  if (!outcome.constraints.empty()) text.append(before_constraints).append(point_text(outcome.constraints));
  return text;
}

Result<Outcome> read_told(std::string_view detail) {
  Outcome outcome;
  std::string_view rest = detail;
  if (const auto bar = rest.find(before_constraints); bar != std::string_view::npos) {
    HONE_TRY(outcome.constraints, read_point(rest.substr(bar + before_constraints.size())));
    rest = rest.substr(0, bar);
  }
  const auto space = rest.find(' ');
  HONE_TRY(outcome.state, state_from(rest.substr(0, space)));
  if (space != std::string_view::npos) {
    HONE_TRY(outcome.values, read_point(rest.substr(space + 1)));
  }
  if (!is_finished(outcome.state))
    return fail(Error::Kind::corrupt, fmt::format("an outcome is '{}', not a finished state", quoted(detail)));
  return outcome;
}

}  // namespace hone
