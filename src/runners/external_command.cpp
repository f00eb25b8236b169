#include "runners/external_command.hpp"

#include <fmt/format.h>

#include "base/process_table.hpp"
#include "base/text.hpp"
#include "runners/program_trial.hpp"

namespace hone {

ExternalCommandRunner::ExternalCommandRunner(ExternalCommandOptions options, ProgramStarter& programs,
                                             const Clock& clock)
    : options_(std::move(options)),
      programs_(programs),
      clock_(clock),
      free_gpus_(options_.gpus.rbegin(), options_.gpus.rend()) {}

Result<std::vector<RunOutcome>> ExternalCommandRunner::run(std::span<const RunRequest> requests,
                                                           RunObserver& observer) {
  return run_each(requests, [&](const RunRequest& request, std::size_t i) { return run_one(request, i, observer); });
}

Result<RunOutcome> ExternalCommandRunner::run_one(const RunRequest& request, std::size_t index, RunObserver& observer) {
  const auto failed = [&](std::string reason) {
    RunOutcome outcome;
    outcome.reason = std::move(reason);
    return outcome;
  };
  ProgramStart start;
  start.words = options_.command.words(request.configuration);
  const auto program = find_program(start.words.front(), options_.environment.path(), options_.folder);
  if (!program) return failed(program.error().message);
  start.program = *program;
  start.folder = options_.folder;
  CommandStart own;
  if (request.max_step > 0 && !request.checkpoints.empty()) {
    own.checkpoints = program_folder(request.checkpoints, request.trial);
    std::error_code error;
    std::filesystem::create_directories(own.checkpoints, error);
    if (error)
      return fail(Error::Kind::unavailable, fmt::format("cannot create the folder '{}' for checkpoints: {}",
                                                        own.checkpoints.string(), error.message()));
  }
  own.gpu = take_gpu();
  start.environment = options_.environment.entries(request, own);
  auto running = programs_.start(start);
  if (!running) {
    give_back(own.gpu);
    return std::unexpected(std::move(running).error());
  }
  ProgramTrial trial(options_, request, index, observer, clock_);
  auto outcome = trial.follow(**running, quoted(join(start.words, " "), 4000));
  running->reset();
  // Should its keeper have been killed, what had left the program's group is found by its environment.
  if (trial.keeper_was_lost()) {
    const std::string mine[] = {"HONE_OWNER=" + options_.owner, fmt::format("HONE_TRIAL={}", request.trial)};
    kill_processes_with(mine);
  }
  give_back(own.gpu);
  return outcome;
}

std::string ExternalCommandRunner::take_gpu() {
  if (options_.gpus.empty()) return "";
  std::unique_lock lock(mutex_);
  gpu_free_.wait(lock, [&] { return !free_gpus_.empty(); });
  const std::string gpu = free_gpus_.back();
  free_gpus_.pop_back();
  return gpu;
}

void ExternalCommandRunner::give_back(const std::string& gpu) {
  if (options_.gpus.empty()) return;
  {
    const std::scoped_lock lock(mutex_);
    free_gpus_.push_back(gpu);
  }
  gpu_free_.notify_one();
}

}  // namespace hone
