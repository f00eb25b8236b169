/// `hone study trials`.
#include <array>
#include <cstdio>

#include "cli/study_reading.hpp"

namespace hone {
namespace {

Result<int> list_trials(const Arguments& arguments) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  if (format == ListFormat::json)
    std::fputs(trials_json(study.trials, study.record.directions.size()).c_str(), stdout);
  else
    print_table(trials_table(study.trials, study.record.metrics, format == ListFormat::table), format);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = list_trials(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag, list_format_flag};
constexpr std::array examples = {
    ExampleRow{"hone study trials fit-train-1a2b3c4d", "Every trial in order of number."},
    ExampleRow{"hone study trials fit-train-1a2b3c4d -f csv > trials.csv", "One column per parameter, numbers exact."}};

}  // namespace

constinit const CommandInfo study_trials_command_info{
    .name = "study trials",
    .summary = "every trial of a study",
    .description =
        "Lists the trials of a study: state, value, last step, what proposed it, parameters, and the reason "
        "if it failed or was pruned.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
