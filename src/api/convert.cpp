#include "api/convert.hpp"

namespace hone::api {
namespace {

hone::Value value_in(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return hone::Null{};
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::get<std::string>(value);
}

Value value_out(const hone::Value& value) {
  if (std::holds_alternative<hone::Null>(value)) return std::monostate{};
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::get<std::string>(value);
}

template <class Options>
void add_common(hone::Parameter& parameter, const Options& options) {
  parameter.repeat = options.repeat;
  parameter.when = options.when;
}

void fill(hone::Parameter& parameter, const SpaceBuilder::Float& domain) {
  parameter.type = hone::ParameterType::float_;
  parameter.low = domain.low;
  parameter.high = domain.high;
  parameter.log = domain.options.log;
  parameter.step = domain.options.step;
  for (const double value : domain.options.defaults) parameter.defaults.emplace_back(value);
  add_common(parameter, domain.options);
}

void fill(hone::Parameter& parameter, const SpaceBuilder::Int& domain) {
  parameter.type = hone::ParameterType::int_;
  parameter.low = static_cast<double>(domain.low);
  parameter.high = static_cast<double>(domain.high);
  parameter.log = domain.options.log;
  parameter.step = domain.options.step == 1 ? 0 : static_cast<double>(domain.options.step);
  for (const std::int64_t value : domain.options.defaults) parameter.defaults.emplace_back(value);
  add_common(parameter, domain.options);
}

void fill(hone::Parameter& parameter, const SpaceBuilder::Choice& domain) {
  parameter.type = domain.ordered ? hone::ParameterType::ordinal : hone::ParameterType::categorical;
  for (const Value& value : domain.choices) parameter.choices.push_back(value_in(value));
  for (const Value& value : domain.options.defaults) parameter.defaults.push_back(value_in(value));
  add_common(parameter, domain.options);
}

void fill(hone::Parameter& parameter, const SpaceBuilder::Boolean& domain) {
  parameter.type = hone::ParameterType::boolean;
  parameter.choices = {false, true};
  for (const Value& value : domain.options.defaults) parameter.defaults.push_back(value_in(value));
  add_common(parameter, domain.options);
}

FailureKind kind_of(hone::Error::Kind kind) {
  switch (kind) {
    case hone::Error::Kind::invalid_argument:
      return FailureKind::invalid_argument;
    case hone::Error::Kind::not_found:
      return FailureKind::not_found;
    case hone::Error::Kind::conflict:
      return FailureKind::conflict;
    case hone::Error::Kind::unavailable:
      return FailureKind::unavailable;
    case hone::Error::Kind::corrupt:
      return FailureKind::corrupt;
    case hone::Error::Kind::interrupted:
      return FailureKind::interrupted;
    case hone::Error::Kind::failed:
      break;
  }
  return FailureKind::failed;
}

}  // namespace

Failure failure_of(hone::Error error) {
  return {kind_of(error.kind), std::move(error.message)};
}

hone::Result<hone::Space> space_of(const SpaceBuilder& builder) {
  std::vector<hone::Parameter> parameters;
  for (const SpaceBuilder::Parameter& declared : builder.parameters()) {
    hone::Parameter parameter;
    parameter.name = declared.name;
    std::visit([&](const auto& domain) { fill(parameter, domain); }, declared.domain);
    parameters.push_back(std::move(parameter));
  }
  return hone::Space::make(std::move(parameters), builder.forbidden());
}

hone::Configuration configuration_in(const Configuration& configuration) {
  hone::Configuration converted;
  for (const auto& [name, value] : configuration) converted.set(name, value_in(value));
  return converted;
}

Configuration configuration_out(const hone::Configuration& configuration) {
  Configuration converted;
  for (const auto& [name, value] : configuration.entries()) converted.emplace_back(name, value_out(value));
  return converted;
}

TrialResult result_of(const hone::TrialRecord& record) {
  TrialResult result;
  result.number = record.number;
  result.state = static_cast<TrialState>(record.state);
  static_assert(static_cast<int>(TrialState::failed) == static_cast<int>(hone::TrialState::failed));
  result.configuration = configuration_out(record.configuration);
  result.values = record.values;
  if (!record.runs.empty()) {
    const hone::Run& run = record.runs[0];
    const std::size_t further = run.reports.empty() ? 0 : run.further_values.size() / run.reports.size();
    auto at = run.further_values.begin();
    for (const hone::Report& report : run.reports) {
      Report& converted = result.reports.emplace_back(Report{report.step, report.value, {report.value}});
      converted.values.insert(converted.values.end(), at, at + static_cast<std::ptrdiff_t>(further));
      at += static_cast<std::ptrdiff_t>(further);
    }
  }
  result.arm = record.arm;
  result.seconds = record.seconds;
  result.cost = record.cost;
  result.reason = record.reason;
  return result;
}

}  // namespace hone::api
