/// `hone study stop`.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/study_reading.hpp"
#include "engine/study.hpp"

namespace hone {
namespace {

Result<int> stop_study(const Arguments& arguments) {
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const StudyRecord study, find_study(*store, arguments.positional("STUDY")));
  HONE_TRY(const bool before, is_halted(*store, study.id));
  HONE_TRY_VOID(halt_study(*store, study.id, true));
  HONE_TRY(const auto workers, store->workers(study.id));
  fmt::print(
      "study '{}' {}: its {} worker{} will hand their trials back and end within seconds. `hone study resume {}` "
      "lets it go on\n",
      study.name, before ? "was stopped already" : "is stopped", workers.size(), workers.size() == 1 ? "" : "s",
      shell_word(study.name));
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = stop_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study stop digits", "Ends every worker of the study, wherever it runs; nothing is lost."}};

}  // namespace

constinit const CommandInfo study_stop_command_info{
    .name = "study stop",
    .summary = "end the work on a study, on every machine",
    .description =
        "No trial of the study is started any more. Its workers notice within seconds, hand their running trials back "
        "and end; so does a `hone fit` or `hone tune` that is at work on it. Until `hone study resume` nobody can go "
        "on.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
