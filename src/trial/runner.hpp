/// The abstract runner: evaluates configurations and reports on the way. Native networks, external commands and
/// in-process functions all stand behind it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trial/trial.hpp"

namespace hone {

/// One run to be done, from `from_step` (0: anew, else resume the checkpoint) to `until_step`. A runner that has a
/// later state in memory, at most of `reported_step`, goes on from that.
struct RunRequest {
  std::int64_t trial = 0;
  std::int64_t run = 0;
  std::uint64_t study_seed = 0;
  std::uint64_t seed = 0;  ///< what the run's randomness is keyed by
  Configuration configuration;
  std::int64_t from_step = 0;
  std::int64_t until_step = 0;
  std::int64_t max_step = 0;          ///< R: learning-rate schedules span it
  std::int64_t reported_step = 0;     ///< the store's last one: a state beyond it must not be used
  std::filesystem::path checkpoints;  ///< folder for `checkpoint_file`s; "" if there is no place for them
};

/// Where the state of a run after `step` is kept. The step is part of the name, so a file never says more than the
/// store knows.
std::filesystem::path checkpoint_file(const std::filesystem::path& folder, std::int64_t trial, std::int64_t step);
/// Where the files of a run are: in `folder` itself of run 0, in a folder of its own within it of the others.
std::filesystem::path run_folder(const std::filesystem::path& folder, std::int64_t run);
/// Where a program that is not ours keeps the state of a trial: a folder, in which it does as it likes.
std::filesystem::path program_folder(const std::filesystem::path& folder, std::int64_t trial);
/// The last step of `trial` that has a file in `folder`, at most `at_most`; 0 if there is none. A program's folder says
/// nothing of steps: with anything in it, it stands for `at_most`.
std::int64_t latest_checkpoint(const std::filesystem::path& folder, std::int64_t trial, std::int64_t at_most);
/// Removes the files of `trial` except the one of step `keep` (0: all of them, those of other runs and a
/// program's folder too).
void remove_checkpoints(const std::filesystem::path& folder, std::int64_t trial, std::int64_t keep);

/// What to do after a report: go on, pause (with a checkpoint), stop for good, or hand the trial back because the
/// worker ends (with a checkpoint; somebody goes on later).
enum class Decision { go_on, pause, stop, hand_back };

/// What a run tells while it goes. Called from the thread that runs it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// `index` into the span of requests; `values`: (objectives) as measured. An error (storage gone, interrupted) ends
  /// the run at once.
  virtual Result<Decision> report(std::size_t index, std::int64_t step, std::span<const double> values) = 0;
  /// The same for a study with one objective.
  Result<Decision> report(std::size_t index, std::int64_t step, double value) {
    return report(index, step, std::span<const double>(&value, 1));
  }
  /// What this start of the run has cost so far, in the study's unit.
  virtual Result<void> cost(std::size_t index, double so_far) {
    (void)index, (void)so_far;
    return {};
  }
  /// A line for the study's journal about this run: "usage", "attrs".
  virtual Result<void> note(std::size_t index, std::string_view kind, const std::string& detail) {
    (void)index, (void)kind, (void)detail;
    return {};
  }
};

struct RunOutcome {
  TrialState state = TrialState::failed;  ///< complete, paused, pruned, failed; waiting when interrupted
  std::vector<double> values;             ///< when complete
  std::int64_t step = 0;                  ///< last step that was reported
  bool started_anew = false;              ///< it had been further, and no state of that could be used
  std::string reason;                     ///< when failed
  std::vector<double> constraints = {};   ///< feasible when all <= 0
};

class Runner {
 public:
  virtual ~Runner() = default;
  /// Evaluates the requests together (today's callers send one; a fused runner may take several) and returns one
  /// outcome each. Errors are for what makes going on pointless (data gone, out of memory), not for a failed run.
  /// The state of a paused run is kept, in memory or as its checkpoint; resuming it gives the reports an uninterrupted
  /// run would have given, bit for bit. A state that was in memory only is lost with the process: the run goes on from
  /// an earlier file, or anew, to the same reports. A runner removes older files of a trial when it has written one.
  /// Thread safe.
  virtual Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) = 0;

  /// No run will follow in this process: writes the states of `trials` that are in memory, so that the next process
  /// goes on from there. Errors: of writing; the others have been written all the same.
  virtual Result<void> save_paused(std::span<const std::int64_t> trials) {
    (void)trials;
    return {};
  }
  /// No run of `trial` will follow: what is kept of it may go.
  virtual void forget(std::int64_t trial) { (void)trial; }
};

/// The outcomes of `one(request, index)`, one request after another: for runners that do not fuse them.
template <class One>
Result<std::vector<RunOutcome>> run_each(std::span<const RunRequest> requests, One&& one) {
  std::vector<RunOutcome> outcomes;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    HONE_TRY(RunOutcome outcome, one(requests[i], i));
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace hone
