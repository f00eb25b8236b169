/// `hone replay`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/clock.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/study_reading.hpp"
#include "engine/replay.hpp"
#include "nn/trainer.hpp"
#include "report/json_text.hpp"
#include "report/progress.hpp"

namespace hone {
namespace {

constexpr std::size_t differences_shown = 10;

/// Shows how far it is; false once the user wants to stop.
class ReplayProgress {
 public:
  ReplayProgress() : progress_(progress_options_for(stderr)), started_(system_clock().monotonic_seconds()) {
    state_.phase = "replay";
    state_.step_name = "trial";
  }
  bool operator()(std::int64_t derived, std::int64_t of) {
    state_.phase_step = derived;
    state_.phase_steps = of;
    state_.elapsed_seconds = seconds();
    progress_.update(state_);
    return !signalled();
  }
  double seconds() const { return system_clock().monotonic_seconds() - started_; }
  void finish() { progress_.finish(); }

 private:
  Progress progress_;
  ProgressState state_;
  double started_;
};

std::string json_of(const StudyRecord& record, const ReplayOutcome& outcome) {
  std::string differences;
  for (const ReplayDifference& difference : outcome.differences)
    differences += (differences.empty() ? "" : ",") + JsonObject()
                                                          .integer("trial", difference.trial)
                                                          .integer("revision", difference.revision)
                                                          .raw("what", json_string(difference.what))
                                                          .text();
  return JsonObject()
             .raw("study", json_string(record.name))
             .integer("suggestions", outcome.suggestions)
             .integer("decisions", outcome.decisions)
             .integer("imported", outcome.imported)
             .integer("not_comparable", outcome.foreign)
             .raw("differences", "[" + differences + "]")
             .text() +
         "\n";
}

void print_differences(const ReplayOutcome& outcome) {
  const std::size_t shown = std::min(outcome.differences.size(), differences_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const ReplayDifference& difference = outcome.differences[i];
    const std::string where = difference.trial < 0 ? "the study" : fmt::format("trial {}", difference.trial);
    fmt::print("  {}{}: {}\n", where, difference.revision > 0 ? fmt::format(", revision {}", difference.revision) : "",
               quoted(difference.what, 300));
  }
  if (shown < outcome.differences.size()) fmt::print("  and {} more\n", outcome.differences.size() - shown);
}

void print_outcome(const StudyRecord& record, const ReplayOutcome& outcome, double seconds) {
  fmt::print("study       {} ({})\n", record.name, record.kind);
  if (outcome.contradicts_itself) {
    fmt::print("DIFFERS     journal and tables contradict each other; nothing was derived\n");
    print_differences(outcome);
    return;
  }
  fmt::print("derived     {} suggestions, {} decisions in {}\n", outcome.suggestions, outcome.decisions,
             duration_text(seconds));
  if (outcome.given > 0)
    fmt::print("given       {} of the suggestions, where only the rest is derived\n", outcome.given);
  if (outcome.imported > 0)
    fmt::print("imported    {} trials: their values were given, so nothing about them is derived\n", outcome.imported);
  if (outcome.foreign > 0)
    fmt::print("not comparable: {} trials were proposed by '{}', this is another binary or processor{}\n",
               outcome.foreign, quoted(outcome.foreign_id),
               outcome.foreign_differences == 0
                   ? "; all the same, nothing about them is different"
                   : fmt::format("; {} things about them are different", outcome.foreign_differences));
  if (outcome.differences.empty()) {
    fmt::print("same        everything that is comparable\n");
  } else {
    fmt::print("DIFFERS     {} of them\n", outcome.differences.size());
    print_differences(outcome);
  }
}

Result<int> replay_study(const Arguments& arguments) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  if (format == ListFormat::csv) return refuse("-f must be table or json, got 'csv'");
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const StudyRecord record, find_study(*store, arguments.positional("STUDY")));
  HONE_TRY(const ReplayInput input, read_replay_input(*store, record));
  install_interrupt_handler();
  ReplayProgress progress;
  ReplayOptions options;
  options.kernel_ids = {HONE_VERSION, fmt::format("{} {}", HONE_VERSION, kernel_name())};
  options.progress = [&](std::int64_t derived, std::int64_t of) { return progress(derived, of); };
  const auto outcome = replay(input, options);
  progress.finish();
  if (!outcome && outcome.error().kind == Error::Kind::interrupted) return exit_interrupted;
  if (!outcome) return std::unexpected(outcome.error());
  if (format == ListFormat::json)
    std::fputs(json_of(record, *outcome).c_str(), stdout);
  else
    print_outcome(record, *outcome, progress.seconds());
  return outcome->differences.empty() ? exit_done : exit_failed;
}

int run(const Arguments& arguments) {
  const auto code = replay_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag, list_format_flag};
constexpr std::array examples = {
    ExampleRow{"hone replay fit-train-1a2b3c4d", "Was every value really proposed from what was known then?"}};

}  // namespace

constinit const CommandInfo replay_command_info{
    .name = "replay",
    .summary = "derive every suggestion and decision of a study again, and compare",
    .description =
        "Plays the study's journal from its first line and derives every proposed value and every pruning decision "
        "again, from what was known at that moment, the stored values hidden. The same binary gives the same bits, "
        "however many workers there were: a difference means that something was changed afterwards, and is named at "
        "its trial. Nothing is trained and nothing is written. Exit code 1 if anything differs.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
