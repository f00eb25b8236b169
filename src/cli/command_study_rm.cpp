/// `hone study rm`.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <limits>

#include "base/presence.hpp"
#include "cli/study_reading.hpp"

namespace hone {
namespace {

/// Nobody works on the study as long as this lives: neither in its search nor in its final training.
Result<Presence> alone_with(const OpenedStudy& study, const std::filesystem::path& files) {
  if (files.empty()) return Presence();
  auto presence = Presence::enter_alone(files);
  if (!presence && presence.error().kind == Error::Kind::conflict)
    return fail(Error::Kind::conflict,
                fmt::format("study '{}' is being worked on by {}; stop that process first (Ctrl-C "
                            "saves), or use --force to remove the study all the same",
                            study.record.name, presence.error().message));
  return presence;
}

Result<int> remove_study(const Arguments& arguments) {
  HONE_TRY(OpenedStudy study, open_study(arguments));
  HONE_TRY(const auto files, study_files_folder(study.store->url(), study.record.name));
  TrialCounts counts = count_trials(study.trials);
  Presence alone;
  if (!arguments.has("--force")) {
    HONE_TRY(alone, alone_with(study, files));
  }
  if (counts.running > 0 && !arguments.has("--force")) {
    // Trials of dead workers go back to waiting; what is still running after that has somebody who may be alive.
    HONE_TRY(const auto freed, study.store->reclaim(study.record.id, std::numeric_limits<std::int64_t>::max()));
    counts.running -= static_cast<std::int64_t>(freed.size());
    if (counts.running > 0)
      return fail(Error::Kind::conflict,
                  fmt::format("study '{}' is being worked on ({} running trials); stop that process first (Ctrl-C "
                              "saves), or use --force if it is gone for good",
                              study.record.name, counts.running));
  }
  HONE_TRY_VOID(study.store->remove_study(study.record.id));
  remove_study_files(study.record, files);
  fmt::print("removed study '{}' with {} trials ({} complete) from {}\n", study.record.name, study.trials.size(),
             counts.complete, study.store->url());
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = remove_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {
    FlagRow{.name = "--force",
            .help = "even if a process is at work on it, or a worker that cannot be proved dead holds a trial"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study rm fit-train-1a2b3c4d", "Removes that study and its trials, for good."}};

}  // namespace

constinit const CommandInfo study_rm_command_info{
    .name = "study rm",
    .summary = "remove a study with everything in it",
    .description =
        "Removes a study and its trials from the storage, for good: `hone study export` keeps a copy. "
        "Refused while somebody works on it.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
