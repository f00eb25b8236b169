/// `hone study best`.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/study_reading.hpp"

namespace hone {
namespace {

/// For people: the trial and its parameters, one on each line, ready to be copied.
void print_best(const OpenedStudy& study, const TrialRecord& best) {
  fmt::print("{} {}, trial {} of {}\n", study.record.metrics.empty() ? "value" : study.record.metrics[0],
             number_text(best.values[0]), best.number, study.trials.size());
  for (const auto& [name, value] : best.configuration.entries()) fmt::print("  {} = {}\n", name, value_text(value));
  const std::int64_t measured = count_trials(study.trials).complete;
  if (measured > 1) fmt::print("This value is optimistic: the best of {} measurements was picked by it.\n", measured);
}

Result<int> show_best(const Arguments& arguments) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  if (study.record.directions.size() != 1)
    return refuse(
        fmt::format("study '{}' has {} objectives and so no single best trial; `hone study trials {}` shows all",
                    study.record.name, study.record.directions.size(), study.record.name));
  const TrialRecord* best = best_trial(study.record, study.trials);
  if (!best) {
    fmt::print(stderr, "hone: study '{}' has no complete trial yet\n", study.record.name);
    return exit_without_result;
  }
  switch (format) {
    case ListFormat::json:
      fmt::print("{}\n", trial_json(*best));
      break;
    case ListFormat::csv:
      print_table(trials_table({best, 1}, study.record.metrics, false), format);
      break;
    case ListFormat::table:
      print_best(study, *best);
      break;
  }
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = show_best(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag, list_format_flag};
constexpr std::array examples = {ExampleRow{"hone study best fit-train-1a2b3c4d", "The best trial and its parameters."},
                                 ExampleRow{"hone study best fit-train-1a2b3c4d -f json", "The same for a program."}};

}  // namespace

constinit const CommandInfo study_best_command_info{
    .name = "study best",
    .summary = "the best trial of a study",
    .description = "Shows the complete trial with the best value. Exit code 3 if no trial is complete.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
