#include "report/json_out.hpp"

#include <fmt/format.h>

#include <ctime>
#include <set>

#include "base/text.hpp"
#include "report/json_text.hpp"

namespace hone {
namespace {

/// The last step reported, 0 before the first.
std::int64_t steps_of(const TrialRecord& trial) {
  return trial.runs.empty() || trial.runs[0].reports.empty() ? 0 : trial.runs[0].reports.back().step;
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value(Null{}) : Value(text);
}

std::string counts_json(const TrialCounts& counts) {
  return JsonObject()
      .integer("complete", counts.complete)
      .integer("pruned", counts.pruned)
      .integer("failed", counts.failed)
      .integer("running", counts.running)
      .integer("paused", counts.paused)
      .integer("waiting", counts.waiting)
      .text();
}

/// What a trial has in every listing; the export adds to it.
JsonObject trial_object(const TrialRecord& trial, std::size_t objectives) {
  JsonObject object;
  object.integer("trial", trial.number)
      .raw("state", json_string(state_name(trial.state)))
      .raw("params", json_object(trial.configuration));
  const bool valued = trial.state == TrialState::complete;
  if (objectives == 1)
    object.number("value", valued && !trial.values.empty() ? std::optional(trial.values[0]) : std::nullopt);
  else
    object.raw("values", valued ? json_array(trial.values) : "null");
  object.raw("constraints", json_array(trial.constraints))
      .integer("steps", steps_of(trial))
      .text_or_null("arm", trial.arm)
      .text_or_null("started", utc_time(trial.started_ms))
      .number("seconds", trial.seconds)
      .text_or_null("reason", trial.reason);
  if (trial.cost > 0) object.number("cost", trial.cost);
  return object;
}

JsonObject study_object(const StudyLine& study) {
  JsonObject object;
  object.raw("name", json_string(study.name));
  if (study.directions.size() == 1)
    object.raw("direction", json_string(study.directions[0]));
  else
    object.raw("directions", json_array(study.directions));
  return object.raw("trials", counts_json(study.trials))
      .number("best", study.best)
      .text_or_null("created", utc_time(study.created_ms))
      .text_or_null("updated", utc_time(study.updated_ms));
}

}  // namespace

std::string result_json(const SearchResult& result) {
  JsonObject object;
  object.raw("study", json_string(result.study))
      .raw("storage", json_string(result.storage))
      .raw("seed", std::to_string(result.seed))
      .number("seconds", result.seconds)
      .raw("trials", JsonObject()
                         .integer("complete", result.complete)
                         .integer("pruned", result.pruned)
                         .integer("failed", result.failed)
                         .text());
  if (result.best)
    object.raw("best", JsonObject()
                           .integer("trial", result.best->trial)
                           .number("value", result.best->value)
                           .raw("params", json_object(result.best->parameters))
                           .text());
  else
    object.raw("best", "null");
  object.raw("metric", json_string(result.metric)).number("validation", result.validation);
  if (const auto& of = result.cross_validation)
    object.raw("cross_validation", JsonObject()
                                       .number("mean", of->mean)
                                       .number("deviation", of->deviation)
                                       .integer("folds", of->folds)
                                       .integer("finalists", of->finalists)
                                       .text());
  else
    object.raw("cross_validation", "null");
  if (result.test) {
    JsonObject metrics;
    for (const auto& [name, value] : result.test->metrics) metrics.number(name, value);
    object.raw("test", JsonObject()
                           .number("value", result.test->value)
                           .raw("metrics", metrics.text())
                           .integer("looks", result.test->looks)
                           .text());
  } else {
    object.raw("test", "null");
  }
  if (const auto& of = result.audit)
    object.raw("audit", JsonObject()
                            .integer("audited", of->audited)
                            .integer("promising", of->promising)
                            .integer("best", of->best)
                            .number("steps_saved", of->steps_saved)
                            .number("steps_spent", of->steps_spent)
                            .text());
  object.text_or_null("model", result.model).number("overhead_ms_per_trial", result.overhead_ms_per_trial);
  return object.text();
}

std::string trial_json(const TrialRecord& trial, std::size_t objectives) {
  return trial_object(trial, objectives).text();
}

std::string trials_json(std::span<const TrialRecord> trials, std::size_t objectives) {
  std::vector<std::string> all;
  for (const TrialRecord& trial : trials) all.push_back(trial_json(trial, objectives));
  return json_lines(all);
}

TextTable trials_table(std::span<const TrialRecord> trials, std::span<const std::string> metrics, bool for_people) {
  std::vector<std::string> parameters;
  std::set<std::string> known;
  if (!for_people)
    for (const TrialRecord& trial : trials)
      for (const auto& entry : trial.configuration.entries())
        if (known.insert(entry.first).second) parameters.push_back(entry.first);

  TextTable table;
  table.columns = {{"trial", "trial"}, {"state", "state"}};
  for (const std::string& metric : metrics) table.columns.push_back({metric, metric});
  for (const std::string& name : parameters) table.columns.push_back({name, name});
  table.columns.insert(table.columns.end(), {{"steps", "steps"}, {"arm", "arm"}});
  if (!for_people) table.columns.push_back({"started", "started"});
  table.columns.push_back({"seconds", "seconds"});
  if (for_people) table.columns.push_back({"params", "parameters", true});
  table.columns.push_back({"reason", "reason", true});
  const bool cost_anything = std::ranges::any_of(trials, [](const TrialRecord& trial) { return trial.cost > 0; });
  if (cost_anything) table.columns.push_back({"cost", "cost"});

  for (const TrialRecord& trial : trials) {
    auto& row = table.rows.emplace_back();
    row = {trial.number, std::string(state_name(trial.state))};
    for (std::size_t m = 0; m < metrics.size(); ++m)
      row.push_back(trial.state == TrialState::complete && m < trial.values.size() ? Value(trial.values[m])
                                                                                   : Value(Null{}));
    for (const std::string& name : parameters) {
      const Value* value = trial.configuration.find(name);
      row.push_back(value ? *value : Value(Null{}));
    }
    row.insert(row.end(), {steps_of(trial), text_or_null(trial.arm)});
    if (!for_people) row.push_back(text_or_null(utc_time(trial.started_ms)));
    row.push_back(trial.seconds);
    if (for_people) row.push_back(trial.configuration.text());
    row.push_back(text_or_null(trial.reason));
    if (cost_anything) row.push_back(trial.cost);
  }
  return table;
}

std::string trials_csv(std::span<const TrialRecord> trials, std::span<const std::string> metrics) {
  return table_csv(trials_table(trials, metrics, false));
}

std::string studies_json(std::span<const StudyLine> studies) {
  std::vector<std::string> all;
  for (const StudyLine& study : studies) all.push_back(study_object(study).text());
  return json_lines(all);
}

TextTable studies_table(std::span<const StudyLine> studies, bool for_people) {
  TextTable table;
  table.columns = {{"name", "name", true}, {"kind", "kind"},       {"direction", "direction"}, {"metric", "metric"},
                   {"complete", "done"},   {"pruned", "pruned"},   {"failed", "failed"},       {"running", "running"},
                   {"paused", "paused"},   {"waiting", "waiting"}, {"best", "best"},           {"created", "created"},
                   {"updated", "updated"}};
  const auto when = [&](std::int64_t ms) {
    const std::string time = utc_time(ms);  // people get minutes: 2026-11-23 20:15
    return text_or_null(for_people && !time.empty() ? time.substr(0, 10) + " " + time.substr(11, 5) : time);
  };
  for (const StudyLine& study : studies)
    table.rows.push_back({study.name, study.kind, join(study.directions, " "), join(study.metrics, " "),
                          study.trials.complete, study.trials.pruned, study.trials.failed, study.trials.running,
                          study.trials.paused, study.trials.waiting, study.best ? Value(*study.best) : Value(Null{}),
                          when(study.created_ms), when(study.updated_ms)});
  return table;
}

std::string export_json(const StudyLine& study, const std::string& study_file, const std::string& open_space,
                        std::span<const TrialRecord> trials) {
  std::vector<std::string> all;
  for (const TrialRecord& trial : trials) {
    std::vector<std::string> runs;
    for (const Run& run : trial.runs) {
      std::vector<std::string> reports;
      const std::size_t further = run.reports.empty() ? 0 : run.further_values.size() / run.reports.size();
      for (std::size_t i = 0; i < run.reports.size(); ++i) {
        std::string text = fmt::format("[{},{}", run.reports[i].step, json_number(run.reports[i].value));
        for (std::size_t m = 0; m < further; ++m) text += "," + json_number(run.further_values[i * further + m]);
        reports.push_back(text + "]");
      }
      runs.push_back(JsonObject()
                         .integer("run", run.index)
                         .raw("seed", std::to_string(run.seed))
                         .raw("state", json_string(state_name(run.state)))
                         .raw("values", json_array(run.values))
                         .raw("reports", "[" + join(reports, ",") + "]")
                         .text());
    }
    all.push_back(trial_object(trial, study.directions.size())
                      .raw("origin", json_string(origin_name(trial.origin)))
                      .integer("attempt", trial.attempt)
                      .integer("seen", trial.seen)
                      .raw("runs", "[" + join(runs, ", ") + "]")
                      .text());
  }
  std::string trials_text = json_lines(all);
  trials_text.pop_back();
  JsonObject whole;
  whole.integer("format", 1).raw("study", study_object(study).raw("metrics", json_array(study.metrics)).text());
  whole.raw("study_file", json_string(study_file));
  if (!open_space.empty()) whole.raw("open_space", json_string(open_space));
  return whole.raw("trials", trials_text).text() + "\n";
}

std::string utc_time(std::int64_t unix_ms) {
  if (unix_ms == 0) return "";
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace hone
