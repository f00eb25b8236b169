/// `hone launch status`.
#include <fmt/format.h>

#include <array>
#include <map>

#include "base/text.hpp"
#include "cli/launched_jobs.hpp"
#include "cli/study_reading.hpp"
#include "cluster/slurm.hpp"

namespace hone {
namespace {

/// "3 RUNNING (n1, n2), 5 PENDING (Resources)": by state, with nodes or reasons.
std::string tasks_text(const std::vector<SlurmTask>& tasks) {
  std::map<std::string, std::pair<std::int64_t, std::vector<std::string>>> by_state;
  for (const SlurmTask& task : tasks) {
    auto& [count, where] = by_state[task.state];
    ++count;
    const std::string& place = task.node.empty() ? task.reason : task.node;
    if (!place.empty() && place != "None" && std::ranges::find(where, place) == where.end()) where.push_back(place);
  }
  std::vector<std::string> parts;
  for (const auto& [state, found] : by_state)
    parts.push_back(fmt::format("{} {}{}", found.first, state,
                                found.second.empty() ? "" : fmt::format(" ({})", join(found.second, ", "))));
  return parts.empty() ? "none that Slurm still knows" : join(parts, ", ");
}

Result<int> show_status(const Arguments& arguments) {
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  HONE_TRY(const auto jobs, launched_jobs(*study.store, study.record.id));
  if (jobs.empty())
    return fail(
        Error::Kind::not_found,
        fmt::format("nothing was launched for study '{}': `hone launch slurm` does that", quoted(study.record.name)));
  HONE_TRY(const auto tasks, slurm_tasks(jobs));
  HONE_TRY(const auto workers, study.store->workers(study.record.id));
  const TrialCounts counts = count_trials(study.trials);
  fmt::print("jobs        {}\n", join(jobs, ", "));
  fmt::print("tasks       {}\n", tasks_text(tasks));
  fmt::print("workers     {} at work by the storage\n", workers.size());
  fmt::print("trials      {} complete, {} pruned, {} failed, {} running, {} paused, {} waiting\n", counts.complete,
             counts.pruned, counts.failed, counts.running, counts.paused, counts.waiting);
  if (const TrialRecord* best = best_trial(study.record, study.trials))
    fmt::print("best        {}, trial {}\n", number_text(best->values[0]), best->number);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = show_status(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone launch status digits", "What Slurm says of its tasks, and the storage of its workers."}};

}  // namespace

constinit const CommandInfo launch_status_command_info{
    .name = "launch status",
    .summary = "how the workers of a study are doing on the cluster",
    .description =
        "Shows the tasks that Slurm knows of the jobs launched for a study, and the workers and trials by "
        "what the storage knows.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
