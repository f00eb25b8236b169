/// `hone study show`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "cli/study_reading.hpp"
#include "report/curve.hpp"
#include "report/progress.hpp"

namespace hone {
namespace {

constexpr std::size_t events_shown = 8;

std::string state_text(const TrialCounts& counts) {
  if (counts.total() == 0) return "created, no trial yet";
  if (counts.running > 0) return fmt::format("running: {} trials are held by a worker", counts.running);
  if (counts.waiting + counts.paused > 0) return "stopped: the same command goes on where it stopped";
  return "every trial has finished; the same command with a larger budget continues it";
}

std::string counts_text(const TrialCounts& counts) {
  return fmt::format("{}: {} complete, {} pruned, {} failed, {} running, {} paused, {} waiting", counts.total(),
                     counts.complete, counts.pruned, counts.failed, counts.running, counts.paused, counts.waiting);
}

/// "tpe 15, qmc 8, default 1": how many trials each arm proposed, most first.
std::string arms_text(std::span<const TrialRecord> trials) {
  std::map<std::string, std::int64_t> counts;
  for (const TrialRecord& trial : trials) ++counts[trial.arm.empty() ? "?" : trial.arm];
  std::vector<std::pair<std::string, std::int64_t>> arms(counts.begin(), counts.end());
  std::ranges::stable_sort(arms, std::ranges::greater{}, [](const auto& arm) { return arm.second; });
  std::vector<std::string> texts;
  for (const auto& [name, count] : arms) texts.push_back(fmt::format("{} {}", name, count));
  return join(texts, ", ");
}

/// "12m of processors, up to 3.1 GiB": what the trials' programs took, by the journal; "" if it says nothing.
std::string usage_text(std::span<const Event> events) {
  double seconds = 0, peak_bytes = 0;
  bool any = false;
  for (const Event& event : events) {
    if (event.kind != "usage") continue;
    any = true;
    for (const std::string& word : split(event.detail, ' ')) {
      const double number = parse_number(word.substr(word.find('=') + 1)).value_or(0);
      if (word.starts_with("cpu_seconds=")) seconds += number;
      if (word.starts_with("peak_bytes=")) peak_bytes = std::max(peak_bytes, number);
    }
  }
  if (!any) return "";
  return fmt::format("{} of processors{}", duration_text(seconds),
                     peak_bytes > 0 ? ", up to " + bytes_text(peak_bytes) : "");
}

/// Best so far in the order in which the trials finished.
std::vector<double> curve_of(const OpenedStudy& study) {
  std::vector<const TrialRecord*> complete;
  for (const TrialRecord& trial : study.trials)
    if (trial.state == TrialState::complete && trial.values.size() == 1) complete.push_back(&trial);
  std::ranges::sort(complete, {}, &TrialRecord::finished);
  std::vector<double> values;
  for (const TrialRecord* trial : complete) values.push_back(trial->values[0]);
  return best_so_far(values, study.record.directions[0] == "maximize");
}

void print_best(const OpenedStudy& study, bool unicode) {
  const TrialRecord* best = best_trial(study.record, study.trials);
  if (!best) return;
  fmt::print("best        {}, trial {}\n", number_text(best->values[0]), best->number);
  for (const auto& [name, value] : best->configuration.entries())
    fmt::print("            {} = {}\n", name, value_text(value));
  const auto curve = curve_of(study);
  if (curve.size() >= 2)
    for (const std::string& line : curve_plot(curve, 48, 4, unicode)) fmt::print("            {}\n", line);
}

void print_events(std::span<const Event> events) {
  if (events.empty()) return;
  const auto shown = events.last(std::min(events.size(), events_shown));
  fmt::print("last events ({} of {})\n", shown.size(), events.size());
  for (const Event& event : shown) {
    fmt::print("  {}  {}", utc_time(event.at_ms), event.kind);
    if (event.trial >= 0) fmt::print(" trial {}", event.trial);
    if (event.step > 0) fmt::print(" step {}", event.step);
    fmt::print("{}{}\n", event.detail.empty() ? "" : ": ", quoted(event.detail, 200));
  }
}

Result<int> show_study(const Arguments& arguments) {
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  HONE_TRY(const auto events, study.store->events(study.record.id));
  const StudyRecord& record = study.record;
  const TrialCounts counts = count_trials(study.trials);
  std::vector<std::string> objectives;
  for (std::size_t i = 0; i < record.directions.size(); ++i)
    objectives.push_back(record.directions[i] + " " + (i < record.metrics.size() ? record.metrics[i] : "value"));
  double seconds = 0;
  for (const TrialRecord& trial : study.trials) seconds += trial.seconds;

  fmt::print("study       {} ({})\n", record.name, record.kind);
  fmt::print("storage     {}\n", study.store->url());
  fmt::print("objective   {}\n", join(objectives, ", "));
  fmt::print("seed        {}\n", record.seed);
  if (record.max_step > 0) fmt::print("max step    {}\n", record.max_step);
  fmt::print("created     {}, last change {}\n", utc_time(record.created_ms), utc_time(record.updated_ms));
  fmt::print("state       {}\n", state_text(counts));
  fmt::print("trials      {}\n", counts_text(counts));
  if (counts.total() > 0) {
    fmt::print("arms        {}\n", arms_text(study.trials));
    fmt::print("time        {} in trials\n", duration_text(seconds));
    if (const std::string usage = usage_text(events); !usage.empty()) fmt::print("usage       {}\n", usage);
  }
  if (const auto audit = audit_of(record, study.trials, events))
    fmt::print("audit       {}\n", prune_audit_text(*audit));
  print_best(study, utf8_locale());
  print_events(events);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = show_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study show fit-train-1a2b3c4d", "State, counts, best parameters, arms and the last events."}};

}  // namespace

constinit const CommandInfo study_show_command_info{
    .name = "study show",
    .summary = "one study: state, best, what proposed the trials, last events",
    .description =
        "Shows what a study is, how far it got, its best trial with a curve of the best value so far, which "
        "part of the sampler proposed how many trials, and the end of its journal.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
