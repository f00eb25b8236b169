#include "cli/tune_result.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/study_reading.hpp"
#include "report/configuration_text.hpp"
#include "report/json_out.hpp"
#include "report/summary.hpp"

namespace hone {
namespace {

constexpr std::size_t reasons_shown = 3;

void print_json(const TuneOutput& output, SearchWatch& watch, std::span<const TrialRecord> trials) {
  Study& study = watch.study;
  const StudyRecord& record = study.record();
  const TrialCounts counts = count_trials(trials);
  SearchResult out;
  out.study = record.name;
  out.storage = without_password(output.storage_url);
  out.seed = record.seed;
  out.seconds = watch.used_seconds();
  out.complete = counts.complete;
  out.pruned = counts.pruned;
  out.failed = counts.failed;
  if (const TrialRecord* best = best_trial(record, trials)) {
    out.best = {best->number, best->values[0], best->configuration};
    out.validation = best->values[0];
  }
  out.metric = join(record.metrics, ",");
  if (const auto events = study.store().events(record.id)) out.audit = audit_of(record, trials, *events);
  if (counts.total() > 0)
    out.overhead_ms_per_trial = 1e3 * study.overhead_seconds() / static_cast<double>(counts.total());
  std::puts(result_json(out).c_str());
}

void print_best(const StudyRecord& record, std::span<const TrialRecord> trials, const TrialCounts& counts) {
  const TrialRecord* best = best_trial(record, trials);
  if (!best) return;
  const std::size_t width = stdout_width() > 0 ? stdout_width() : width_without_terminal;
  const bool maximize = record.directions[0] == "maximize";
  fmt::print("{}", winners_text(trials, maximize, record.metrics[0], width));
  if (const std::string common = common_parameters(trials, maximize); !common.empty())
    fmt::print("{}", with_heading("in common", common, width));
  fmt::print("\nbest        {} {}, trial {}{}\n", record.metrics[0], short_number(best->values[0]), best->number,
             counts.complete > 1 ? fmt::format(" (optimistic: it is the best of {})", counts.complete) : "");
  for (const auto& [name, value] : best->configuration.entries())
    fmt::print("            {} = {}\n", name, value_text(value));
}

/// Of several objectives: the trials that no other one dominates.
void print_front(const StudyRecord& record, std::span<const TrialRecord> trials) {
  std::vector<bool> maximize;
  for (const std::string& direction : record.directions) maximize.push_back(direction == "maximize");
  std::vector<TrialRecord> front;
  for (const std::size_t at : pareto_front(trials, maximize)) front.push_back(trials[at]);
  fmt::print("front: {} of {} trials, beaten by none in every objective\n\n", front.size(), trials.size());
  print_table(trials_table(front, record.metrics, true), ListFormat::table);
}

void print_summary(const TuneOutput& output, SearchWatch& watch, std::span<const TrialRecord> trials) {
  const StudyRecord& record = watch.study.record();
  const TrialCounts counts = count_trials(trials);
  fmt::print("\n{} in {}\n\n", counts_line(counts), duration_text(watch.used_seconds()));
  if (record.directions.size() == 1)
    print_best(record, trials, counts);
  else
    print_front(record, trials);
  const std::string storage =
      output.storage_url == "sqlite:///hone.db" ? "" : " --storage " + shell_word(without_password(output.storage_url));
  if (output.storage_url.starts_with("memory:")) return;
  const std::vector<NextCommand> next = {
      {"look closer", fmt::format("hone study show {}{}", shell_word(record.name), storage)},
      {"all trials", fmt::format("hone study trials {}{}", shell_word(record.name), storage)},
  };
  fmt::print("\n{}", next_commands_text(next));
}

/// Different reasons of failed trials, the first ones.
std::string reasons_text(std::span<const TrialRecord> trials) {
  std::set<std::string> seen;
  std::string text;
  for (const TrialRecord& trial : trials)
    if (trial.state == TrialState::failed && seen.size() < reasons_shown && seen.insert(trial.reason).second)
      text += fmt::format("\n  trial {}: {}", trial.number, trial.reason);
  return text;
}

}  // namespace

std::string tune_heading(const TuneSetup& setup, const TuneOutput& output, const std::filesystem::path& files) {
  std::vector<std::string> objectives;
  for (std::size_t i = 0; i < setup.record.directions.size(); ++i)
    objectives.push_back(setup.record.directions[i] + " " + setup.record.metrics[i]);
  return fmt::format("study {} in {}: {}, {} at once{}; what the programs print is in {}", setup.record.name,
                     without_password(output.storage_url), join(objectives, ", "), setup.jobs,
                     setup.record.max_step > 0 ? fmt::format(", up to {} steps", setup.record.max_step) : "",
                     (files / "logs").string());
}

Result<int> print_tune_result(const TuneSetup&, const TuneOutput& output, SearchWatch& watch, bool hopeless) {
  const auto trials = watch.study.trials();
  if (output.json)
    print_json(output, watch, trials);
  else
    print_summary(output, watch, trials);
  const TrialCounts counts = count_trials(trials);
  if (counts.complete > 0) return exit_done;
  std::fflush(stdout);
  fmt::print(stderr, "hone: no trial of study '{}' is complete: {} failed, {} pruned, {} to be continued{}{}\n",
             watch.study.record().name, counts.failed, counts.pruned, counts.paused + counts.waiting,
             hopeless ? ", and nothing was ever measured, so the search ended early" : "", reasons_text(trials));
  return exit_without_result;
}

}  // namespace hone
