/// Evaluates a configuration by an external program: started with it, heard line by line, ended when it is time
/// (docs/formats/program.md).
#pragma once
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/process.hpp"
#include "runners/command_environment.hpp"
#include "runners/command_template.hpp"
#include "runners/report_line.hpp"
#include "trial/runner.hpp"

namespace hone {

struct ExternalCommandOptions {
  CommandTemplate command;
  CommandEnvironment environment;
  std::string owner;                     ///< as in the environment's HONE_OWNER
  std::filesystem::path folder;          ///< where the program runs; "" is the current one
  std::vector<std::string> metrics;      ///< names of the objectives
  std::optional<MetricPattern> pattern;  ///< of programs that print no `hone:` lines
  std::optional<double> timeout_seconds;
  double grace_seconds = 10;  ///< from SIGTERM to SIGKILL
  std::optional<std::int64_t> memory_bytes_max;
  std::vector<std::string> gpus;  ///< one trial at a time for each; none: as many as there are threads
  std::filesystem::path logs;     ///< folder for trial-N.log; "" keeps none
};

/// One process tree per run. What the program's folder for checkpoints holds decides whether a trial can go on; it is
/// removed with the trial's checkpoints. Notes "usage" (`cpu_seconds=1.5 peak_bytes=1048576`, of one start), "attrs"
/// and "ignored" (a report that was not understood) go to the observer. Errors: no further process can be started.
class ExternalCommandRunner final : public Runner {
 public:
  explicit ExternalCommandRunner(ExternalCommandOptions options, ProgramStarter& programs = system_programs(),
                                 const Clock& clock = system_clock());
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override;

 private:
  Result<RunOutcome> run_one(const RunRequest& request, std::size_t index, RunObserver& observer);
  std::string take_gpu();
  void give_back(const std::string& gpu);

  ExternalCommandOptions options_;
  ProgramStarter& programs_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable gpu_free_;
  std::vector<std::string> free_gpus_;
};

}  // namespace hone
