/// `hone worker`.
#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/common_flags.hpp"
#include "cli/search_watch.hpp"
#include "cli/study_place.hpp"
#include "cli/tune_setup.hpp"
#include "cli/worker_job.hpp"
#include "storage/patient_store.hpp"

namespace hone {
namespace {

std::string done_text(const std::string& ended) {
  if (ended == "time") return "the study's time is used up";
  if (ended == "hopeless") return "nothing but failures came, so this worker gives up";
  if (ended == "cost") return "the study has cost its budget";
  return "the study is finished";
}

/// SIGTERM is how clusters ask for the machine: the trials are handed back, and that is success. Ctrl-C is a person.
int interrupted_code(Study& study) {
  fmt::print(stderr, "hone: {}; the trials of this worker were handed back\n",
             signalled() ? "interrupted" : "the study was stopped: `hone study resume` lets it go on");
  (void)study.leave();
  return signalled() && !terminated() ? exit_interrupted : exit_done;
}

Result<int> work(const Arguments& arguments) {
  const double started = system_clock().monotonic_seconds();
  install_interrupt_handler();
  HONE_TRY(const auto name, arguments.text("--study"));
  if (!name) return refuse("which study? --study NAME; `hone study list` shows them");
  HONE_TRY(const auto patience_seconds, arguments.duration("--patience"));
  Progress progress(progress_options_for(stderr));
  HONE_TRY(auto opened, open_storage(arguments, false));
  const auto store =
      patient_store(std::move(opened), patience_of_commands(patience_seconds.value_or(default_patience_seconds)));
  HONE_TRY(const StudyRecord record, find_study(*store, *name));
  HONE_TRY(const auto jobs, arguments.integer("--jobs", 1, 4096));
  StudyPlace place(store->url(), record.name);
  HONE_TRY_VOID(place.enter());
  HONE_TRY(const WorkerJob job, worker_job(*store, record, jobs, place.folder()));
  if (!job.options.checkpoints.empty()) HONE_TRY_VOID(make_folder(job.options.checkpoints));
  HONE_TRY(const auto study, place.open(*store, job.record, job.space, job.options));
  HONE_TRY(const auto runner, job.runner());
  if (const std::int64_t swept = sweep_leftovers(); swept > 0)
    progress.note(fmt::format("ended {} processes that a hone which was killed had left running", swept));
  progress.note(
      fmt::format("worker on study {} in {}: {} at once", record.name, without_password(store->url()), job.jobs));

  SearchWatch watch{.study = *study,
                    .progress = progress,
                    .jobs = job.jobs,
                    .trials = job.options.trials,
                    .time_seconds = job.time_seconds,
                    .cost = job.options.cost,
                    .started_seconds = started};
  auto ended = watch.run(*runner, {});
  progress.finish();
  if (!ended && ended.error().kind == Error::Kind::interrupted) return interrupted_code(*study);
  if (!ended) return std::unexpected(as_failure(std::move(ended).error()));
  const TrialCounts counts = study->counts();
  fmt::print("{}: {} trials, {} complete, {} pruned, {} failed\n", done_text(*ended), counts.total(), counts.complete,
             counts.pruned, counts.failed);
  return *ended == "hopeless" ? exit_without_result : exit_done;
}

int run(const Arguments& arguments) {
  const auto code = work(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {
    FlagRow{.name = "--study", .value_name = "NAME", .help = "the study to work on; `hone study list` shows them"},
    FlagRow{.name = "--jobs",
            .short_name = "-j",
            .value_name = "N",
            .help = "trials at once",
            .otherwise = "the study file's [search] parallel; else one for each of its gpus; else 1"},
    FlagRow{.name = "--patience",
            .value_name = "TIME",
            .help = "how long to wait for a storage that does not answer",
            .otherwise = "10m"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone worker --study digits", "Works on a study of ./hone.db, beside whoever else does."},
    ExampleRow{"hone worker --storage postgresql://hone@db/lab --study digits -j 4", "The same from any machine."}};

}  // namespace

constinit const CommandInfo worker_command_info{
    .name = "worker",
    .summary = "work on a study from another process or machine",
    .description =
        "Runs trials of a study that `hone tune` has made, from what the storage knows of it: its command must be "
        "there "
        "on this machine. Workers may join and leave at any time; the study's budget is shared exactly. A worker ends "
        "when the study does, when `hone study stop` says so, or on SIGTERM: then it hands its trials back and exits "
        "0.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
