#include "cli/worker_job.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/fit_search.hpp"
#include "cli/fit_setup.hpp"
#include "cli/tune_setup.hpp"
#include "engine/study_open.hpp"

namespace hone {
namespace {

/// Sampler, pruner and budget may have been changed since the study file was written.
Result<void> take_latest_options(Store& store, const StudyRecord& record, StudyOptions& options) {
  HONE_TRY(const auto text, store.attribute(record.id, "options"));
  if (!text) return {};
  HONE_TRY(const StudyOptions stored, options_from(*text));
  options.sampler = stored.sampler;
  options.pruner = stored.pruner;
  options.options = stored.options;
  options.trials = stored.trials;
  options.cost = stored.cost;
  options.cost_per_hour = stored.cost_per_hour;
  options.audit = stored.audit;
  options.deterministic = stored.deterministic;
  return {};
}

Result<WorkerJob> tune_job(Store& store, const StudyRecord& record, std::optional<std::int64_t> jobs,
                           const std::filesystem::path& files) {
  HONE_TRY(const auto changed, store.attribute(record.id, "study_file"));
  HONE_TRY(const StudyFile file, parse_study_file(changed ? *changed : record.study_file, "the stored study file"));
  TuneWishes wishes;
  wishes.name = record.name;
  wishes.jobs = jobs;
  HONE_TRY(auto made, tune_setup(file, wishes));
  const auto setup = std::make_shared<TuneSetup>(std::move(made));
  WorkerJob job{setup->record, setup->space, setup->options, setup->time_seconds, setup->jobs, nullptr};
  job.options.checkpoints = tune_checkpoints(*setup, files);
  job.runner = [setup, files] { return tune_runner(*setup, files); };
  return job;
}

/// As if somebody typed `hone fit` with that study file.
Result<FitSetup> fit_setup_from(Store& store, const StudyRecord& record, const StudyFile& study,
                                std::optional<std::int64_t> jobs, const std::filesystem::path& files) {
  const std::filesystem::path file = files / fmt::format("worker-{}.toml", ::getpid());
  HONE_TRY_VOID(write_file(file, study_file_toml(study)));
  Arguments typed(fit_command_info);
  typed.add_positional(file.string());
  typed.add("--study", record.name);
  typed.add("--storage", store.url());
  if (jobs) typed.add("--jobs", fmt::format("{}", *jobs));
  auto setup = fit_setup(typed, [](const std::string&) {});
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return setup;
}

Result<WorkerJob> fit_job(Store& store, const StudyRecord& record, std::optional<std::int64_t> jobs,
                          const std::filesystem::path& files) {
  HONE_TRY(StudyFile file, parse_study_file(record.study_file, "the stored study file"));
  HONE_TRY(FitSetup made, fit_setup_from(store, record, file, jobs, files));
  if (made.record.data_hash != record.data_hash) {  // it knows whether the task was said, which the file always does
    file.data.task.reset();
    HONE_TRY(made, fit_setup_from(store, record, file, jobs, files));
  }
  const auto setup = std::make_shared<FitSetup>(std::move(made));
  WorkerJob job{setup->record, setup->space, setup->options, setup->time_seconds, setup->jobs, nullptr};
  job.options.checkpoints = files;
  job.options.counts_time = true;  // a `hone fit` that works on it says its own time anyway
  job.runner = [setup]() -> Result<std::unique_ptr<Runner>> { return fit_runner(*setup); };
  return job;
}

}  // namespace

Result<WorkerJob> worker_job(Store& store, const StudyRecord& record, std::optional<std::int64_t> jobs,
                             const std::filesystem::path& files) {
  const bool is_tune = record.kind == "tune";
  if (!is_tune && record.kind != "fit")
    return refuse(
        fmt::format("study '{}' is of kind '{}': only the program that asks for its trials can run them (`hone "
                    "session`, or the library). Workers are for studies of `hone tune` and `hone fit`",
                    quoted(record.name), quoted(record.kind)));
  HONE_TRY(WorkerJob job, is_tune ? tune_job(store, record, jobs, files) : fit_job(store, record, jobs, files));
  HONE_TRY_VOID(take_latest_options(store, record, job.options));
  return job;
}

}  // namespace hone
