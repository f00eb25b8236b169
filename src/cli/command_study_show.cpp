/// `hone study show`.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/study_reading.hpp"
#include "engine/study.hpp"
#include "report/curve.hpp"
#include "report/progress.hpp"
#include "report/summary.hpp"
#include "report/text_table.hpp"

namespace hone {
namespace {

constexpr std::size_t events_shown = 8;

std::string state_text(const TrialCounts& counts, bool halted, const std::string& name) {
  if (halted)
    return fmt::format("stopped by `hone study stop`: `hone study resume {}` lets it go on", shell_word(name));
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

double cost_of(std::span<const TrialRecord> trials) {
  double cost = 0;
  for (const TrialRecord& trial : trials) cost += trial.cost;
  return cost;
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

std::string best_text(const OpenedStudy& study, bool unicode) {
  const TrialRecord* best = best_trial(study.record, study.trials);
  if (!best) return "";
  std::string text = fmt::format("best        {}, trial {}\n", number_text(best->values[0]), best->number);
  for (const auto& [name, value] : best->configuration.entries())
    text += fmt::format("            {} = {}\n", name, value_text(value));
  const auto curve = curve_of(study);
  if (curve.size() >= 2)
    for (const std::string& line : curve_plot(curve, 48, 4, unicode)) text += fmt::format("            {}\n", line);
  return text;
}

std::string events_text(std::span<const Event> events) {
  if (events.empty()) return "";
  const auto shown = events.last(std::min(events.size(), events_shown));
  std::string text = fmt::format("last events ({} of {})\n", shown.size(), events.size());
  for (const Event& event : shown) {
    text += fmt::format("  {}  {}", utc_time(event.at_ms), event.kind);
    if (event.trial >= 0) text += fmt::format(" trial {}", event.trial);
    if (event.step > 0) text += fmt::format(" step {}", event.step);
    text += fmt::format("{}{}\n", event.detail.empty() ? "" : ": ", quoted(event.detail, 200));
  }
  return text;
}

/// Who works on it: one line each.
std::string workers_text(std::span<const WorkerRecord> workers, std::span<const TrialRecord> trials) {
  std::string text;
  for (const WorkerRecord& worker : workers) {
    const std::string token = worker.owner.text() + "#";
    const auto held = std::ranges::count_if(trials, [&](const TrialRecord& trial) {
      return trial.state == TrialState::running && trial.runs[0].token.starts_with(token);
    });
    text += fmt::format("{}{}, process {}: {} trial{}; joined {}, last seen {}\n",
                        text.empty() ? "workers     " : "            ", quoted(worker.owner.host), worker.owner.process,
                        held, held == 1 ? "" : "s", utc_time(worker.joined_ms), utc_time(worker.seen_ms));
  }
  return text;
}

Result<std::string> study_text(const OpenedStudy& study) {
  HONE_TRY(const auto events, study.store->events(study.record.id));
  HONE_TRY(const auto workers, study.store->workers(study.record.id));
  HONE_TRY(const bool halted, is_halted(*study.store, study.record.id));
  const StudyRecord& record = study.record;
  const TrialCounts counts = count_trials(study.trials);
  std::vector<std::string> objectives;
  for (std::size_t i = 0; i < record.directions.size(); ++i)
    objectives.push_back(record.directions[i] + " " + (i < record.metrics.size() ? record.metrics[i] : "value"));
  double seconds = 0;
  for (const TrialRecord& trial : study.trials) seconds += trial.seconds;

  std::string text = fmt::format("study       {} ({})\n", record.name, record.kind);
  text += fmt::format("storage     {}\n", study.store->url());
  text += fmt::format("objective   {}\n", join(objectives, ", "));
  text += fmt::format("seed        {}\n", record.seed);
  if (record.max_step > 0) text += fmt::format("max step    {}\n", record.max_step);
  text += fmt::format("created     {}, last change {}\n", utc_time(record.created_ms), utc_time(record.updated_ms));
  text += fmt::format("state       {}\n", state_text(counts, halted, record.name));
  text += fmt::format("trials      {}\n", counts_text(counts));
  if (counts.total() > 0) {
    text += fmt::format("arms        {}\n", arms_text(study.trials));
    text += fmt::format("time        {} in trials\n", duration_text(seconds));
    if (const double cost = cost_of(study.trials); cost > 0)
      text += fmt::format("cost        {}\n", short_number(cost));
    if (const std::string usage = usage_text(events); !usage.empty()) text += fmt::format("usage       {}\n", usage);
  }
  if (const auto audit = audit_of(record, study.trials, events))
    text += fmt::format("audit       {}\n", prune_audit_text(*audit));
  text += workers_text(workers, study.trials);
  return text + best_text(study, utf8_locale()) + events_text(events);
}

/// What has changed since, at the cost of what has changed.
Result<void> read_on(OpenedStudy& study) {
  HONE_TRY(auto record, study.store->find_study(study.record.name));
  if (!record || record->id != study.record.id)
    return fail(Error::Kind::not_found, fmt::format("study '{}' was removed meanwhile", study.record.name));
  HONE_TRY(auto changes, study.store->changed_since(study.record.id, study.record.revision));
  if (changes.reread) study.trials.clear();
  for (TrialRecord& trial : changes.trials) {
    const auto number = static_cast<std::size_t>(trial.number);
    if (number >= study.trials.size()) study.trials.resize(number + 1);
    study.trials[number] = std::move(trial);
  }
  study.record = std::move(*record);
  study.record.revision = changes.revision;
  return {};
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// Shows it again whenever it has changed, until Ctrl-C.
Result<int> watch(OpenedStudy& study) {
  install_interrupt_handler();
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  std::string before;
  while (!signalled()) {
    HONE_TRY(const std::string now, study_text(study));
    if (now != before) print((terminal ? "\x1b[H\x1b[2J" : before.empty() ? "" : "\n") + now);
    before = now;
    for (int i = 0; i < 10 && !signalled(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    HONE_TRY_VOID(read_on(study));
  }
  return exit_done;
}

Result<int> show_study(const Arguments& arguments) {
  HONE_TRY(OpenedStudy study, open_study(arguments));
  if (arguments.has("--watch")) return watch(study);
  HONE_TRY(const std::string text, study_text(study));
  print(text);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = show_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {FlagRow{.name = "--watch", .help = "show it again whenever it has changed, until Ctrl-C"},
                              storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study show fit-train-1a2b3c4d", "State, counts, best parameters, arms and the last events."},
    ExampleRow{"hone study show digits --watch", "The same, live."}};

}  // namespace

constinit const CommandInfo study_show_command_info{
    .name = "study show",
    .summary = "one study: state, best, what proposed the trials, last events",
    .description =
        "Shows what a study is, how far it got, its best trial with a curve of the best value so far, which "
        "part of the sampler proposed how many trials, who works on it, and the end of its journal.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
