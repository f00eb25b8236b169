#include "cli/export_optuna.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "base/text.hpp"
#include "cli/optuna_domain.hpp"
#include "report/json_text.hpp"
#include "space/json_line.hpp"
#include "space/study_file.hpp"
#include "storage/optuna_file.hpp"

namespace hone {
namespace {

/// "2026-11-23 20:15:07.123456", local time, as Optuna has it.
std::string local_time(std::int64_t microseconds) {
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, microseconds % 1'000'000);
}

/// Python's JSON, which knows numbers that are not finite.
std::string python_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return json_number(value);
}

OptunaTrial::Attributes members_of(const std::string& json) {
  OptunaTrial::Attributes all;
  const auto node = parse_json_line(json);
  if (node && node->kind == JsonNode::Kind::object)
    for (const JsonNode& member : node->members) all.emplace_back(member.key, json_text(member));
  return all;
}

class OptunaExport {
 public:
  explicit OptunaExport(const OpenedStudy& study) : in_(study) {}

  Result<OptunaStudy> study() {
    out_.name = in_.record.name;
    for (const std::string& direction : in_.record.directions)
      out_.directions.emplace_back(direction == "maximize" ? "MAXIMIZE" : "MINIMIZE");
    if (in_.record.metrics != std::vector<std::string>{"value"})
      out_.system_attributes.emplace_back("study:metric_names", json_array(std::span(in_.record.metrics)));
    HONE_TRY(const auto attributes, in_.store->attribute(in_.record.id, "user_attributes"));
    if (attributes) out_.user_attributes = members_of(*attributes);
    HONE_TRY_VOID(read_domains());
    for (const TrialRecord& trial : in_.trials) HONE_TRY_VOID(add(trial));
    for (const auto& [note, count] : counted_)
      notes.push_back(fmt::format("{} trial{} {}", count, count == 1 ? "" : "s", note));
    return std::move(out_);
  }

  std::vector<std::string> notes;

 private:
  /// Of the space, and what the trials of an open study asked for; and what sessions told beside the values.
  Result<void> read_domains() {
    HONE_TRY(const StudyFile file, parse_study_file(in_.record.study_file, "the study file in the store"));
    HONE_TRY(const Space space, searched_space(file));
    for (const Axis& axis : space.axes()) domains_.emplace(axis.name, space.parameters()[axis.parameter]);
    HONE_TRY(const std::vector<Event> events, in_.store->events(in_.record.id));
    for (const Event& event : events)
      if (event.kind == "attrs") attributes_[event.trial] = members_of(event.detail);
    HONE_TRY(const std::vector<Parameter> asked, asked_parameters(*in_.store, in_.record.id));
    for (const Parameter& parameter : asked) domains_.emplace(parameter.name, parameter);
    bool any_ordinal = false;
    for (const auto& [name, parameter] : domains_) {
      any_ordinal |= parameter.type == ParameterType::ordinal;
      distributions_[name] = optuna_distribution(parameter);
    }
    if (any_ordinal) notes.emplace_back("ordinal parameters are categorical in Optuna: their order is not known there");
    if (!space.forbid().empty())
      notes.emplace_back("Optuna does not know [constraints] forbid: it may propose what they forbid");
    return {};
  }

  Result<void> add(const TrialRecord& trial) {
    OptunaTrial& out = out_.trials.emplace_back();
    out.number = trial.number;
    if (const auto found = attributes_.find(trial.number); found != attributes_.end())
      out.user_attributes = found->second;
    if (!trial.constraints.empty()) {
      std::vector<std::string> numbers;
      for (const double constraint : trial.constraints) numbers.push_back(python_number(constraint));
      out.system_attributes.emplace_back("constraints", "[" + join(numbers, ", ") + "]");
    }
    if (trial.state == TrialState::waiting || trial.state == TrialState::running) {
      out.state = "WAITING";
      if (!trial.configuration.empty()) out.system_attributes.emplace_back("fixed_params", trial.configuration.json());
      if (trial.state == TrialState::running) ++counted_["running here: waiting there, to be started anew"];
      return {};
    }
    out.state = trial.state == TrialState::complete ? "COMPLETE"
                : trial.state == TrialState::failed ? "FAIL"
                                                    : "PRUNED";
    if (trial.state == TrialState::paused) ++counted_["paused here: pruned there"];
    if (!trial.reason.empty() && trial.state == TrialState::failed)
      out.system_attributes.emplace_back("fail_reason", json_string(trial.reason));
    for (const auto& [name, value] : trial.configuration.entries()) {
      const auto domain = domains_.find(name);
      if (domain == domains_.end())
        return fail(Error::Kind::corrupt,
                    fmt::format("trial {}: nobody said what '{}' is", trial.number, quoted(name)));
      out.parameters.push_back({name, value_for_optuna(domain->second, value), distributions_[name]});
    }
    const std::int64_t started = trial.started_ms * 1000;
    out.started = local_time(started);
    out.completed = local_time(started + std::llround(trial.seconds * 1e6));
    add_values(trial, out);
    return {};
  }

  void add_values(const TrialRecord& trial, OptunaTrial& out) {
    const auto& reports = trial.runs.front().reports;
    if (in_.record.directions.size() == 1)
      for (const Report& report : reports) out.reports.emplace_back(report.step, report.value);
    else if (!reports.empty())
      ++counted_["lose their reports: Optuna has none with several objectives"];
    if (trial.state == TrialState::complete)
      out.values = trial.values;
    else if (out.state == "PRUNED" && !out.reports.empty() && !std::isnan(out.reports.back().second))
      out.values = {out.reports.back().second};  // as Optuna itself tells a pruned trial
  }

  const OpenedStudy& in_;
  OptunaStudy out_;
  std::map<std::string, Parameter> domains_;          // by name of the axis
  std::map<std::string, std::string> distributions_;  // the same as JSON
  std::map<std::int64_t, OptunaTrial::Attributes> attributes_;
  std::map<std::string, std::int64_t> counted_;
};

}  // namespace

Result<std::vector<std::string>> export_to_optuna(const OpenedStudy& study, const std::filesystem::path& path) {
  OptunaExport exporting(study);
  HONE_TRY(const OptunaStudy optuna, exporting.study());
  HONE_TRY_VOID(write_optuna(path, optuna));
  return std::move(exporting.notes);
}

}  // namespace hone
