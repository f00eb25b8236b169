/// `hone launch cancel`.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/launched_jobs.hpp"
#include "cli/study_reading.hpp"
#include "cluster/slurm.hpp"

namespace hone {
namespace {

Result<int> cancel(const Arguments& arguments) {
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const StudyRecord study, find_study(*store, arguments.positional("STUDY")));
  HONE_TRY(const auto jobs, launched_jobs(*store, study.id));
  if (jobs.empty())
    return fail(Error::Kind::not_found,
                fmt::format("nothing was launched for study '{}': `hone launch slurm` does that", quoted(study.name)));
  HONE_TRY_VOID(cancel_in_slurm(jobs));
  fmt::print(
      "cancelled {}: running workers hand their trials back; the study goes on with `hone launch slurm` or `hone "
      "worker`\n",
      join(jobs, ", "));
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = cancel(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag};
constexpr std::array examples = {ExampleRow{"hone launch cancel digits", "Ends its workers; nothing is lost."}};

}  // namespace

constinit const CommandInfo launch_cancel_command_info{
    .name = "launch cancel",
    .summary = "end the workers of a study on the cluster",
    .description = "Cancels the jobs launched for a study. Workers get SIGTERM and hand their running trials back.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
