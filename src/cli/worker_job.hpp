/// What a worker does for a study, from what the storage knows of it alone.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "engine/study.hpp"
#include "trial/runner.hpp"

namespace hone {

struct WorkerJob {
  StudyRecord record;
  std::shared_ptr<const Space> space;
  StudyOptions options;                ///< with `checkpoints`
  std::optional<double> time_seconds;  ///< total of the study
  std::int64_t jobs = 1;
  std::function<Result<std::unique_ptr<Runner>>()> runner;
};

/// `jobs`: trials at once, else what the study says. `files`: the study's folder, which exists. Errors: a study that
/// only its own program can work on; a command or data that are not there; data that are others by their hash.
Result<WorkerJob> worker_job(Store& store, const StudyRecord& record, std::optional<std::int64_t> jobs,
                             const std::filesystem::path& files);

}  // namespace hone
