#include "engine/run_loop.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/interrupt.hpp"

namespace hone {
namespace {

/// Passes one run's reports to the study.
class StudyObserver final : public RunObserver {
 public:
  StudyObserver(Study& study, const Assignment& assignment) : study_(study), assignment_(assignment) {}
  Result<Decision> report(std::size_t, std::int64_t step, std::span<const double> values) override {
    return study_.report(assignment_, step, values);
  }
  Result<void> cost(std::size_t, double so_far) override { return study_.cost(assignment_, so_far); }
  Result<void> note(std::size_t, std::string_view kind, const std::string& detail) override {
    return study_.note(assignment_, kind, detail);
  }

 private:
  Study& study_;
  const Assignment& assignment_;
};

/// What the workers and the watching thread share.
class Workers {
 public:
  Workers(Study& study, Runner& runner) : study_(study), runner_(runner) {}

  void run() {
    if (auto ended = work(); !ended) stop(std::move(ended).error());
    {
      const std::scoped_lock lock(mutex_);
      ++finished_;
    }
    changed_.notify_all();
  }
  void stop(std::optional<Error> why) {
    {
      const std::scoped_lock lock(mutex_);
      if (why && !error_) error_ = std::move(why);
      if (stopping_) return;
      stopping_ = true;
    }
    study_.stop_soon();
    set_interrupted(true);
  }
  /// True once all workers have ended.
  bool wait(double seconds, std::size_t workers) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return finished_ == workers; });
  }
  bool stopping() {
    const std::scoped_lock lock(mutex_);
    return stopping_;
  }
  std::optional<Error> error() {
    const std::scoped_lock lock(mutex_);
    return error_;
  }
  std::vector<std::string> take_notes() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(notes_, {});
  }
  std::string done_reason() {
    const std::scoped_lock lock(mutex_);
    return done_reason_;
  }

 private:
  Result<void> work() {
    while (!stopping()) {
      HONE_TRY(const Work work, study_.next());
      if (const auto* done = std::get_if<StudyDone>(&work)) {
        for (const std::int64_t trial : done->given_up) runner_.forget(trial);
        const std::scoped_lock lock(mutex_);
        done_reason_ = done->reason;
        return {};
      }
      if (const auto* assignment = std::get_if<Assignment>(&work)) {
        HONE_TRY_VOID(run_one(*assignment));
      } else {
        study_.wait_for_change(0.2);  // other processes do not wake us
      }
    }
    return {};
  }

  Result<void> run_one(const Assignment& assignment) {
    StudyObserver observer(study_, assignment);
    const double start = system_clock().monotonic_seconds();
    auto outcomes = runner_.run({&assignment.request, 1}, observer);
    const double seconds = system_clock().monotonic_seconds() - start;
    if (!outcomes && is_lost(outcomes.error())) return drop(assignment, outcomes.error());
    if (!outcomes) {
      RunOutcome handed_back;
      handed_back.state = TrialState::waiting;
      (void)study_.finish(assignment, handed_back, seconds);  // the runner's error is the one to tell
      return std::unexpected(std::move(outcomes).error());
    }
    auto finished = study_.finish(assignment, outcomes->front(), seconds);
    if (!finished && is_lost(finished.error())) return drop(assignment, finished.error());
    return finished;
  }

  static bool is_lost(const Error& error) {
    return error.kind == Error::Kind::conflict || error.kind == Error::Kind::not_found;
  }
  /// Our lease was over, and somebody else has the trial: what we measured of it does not count.
  Result<void> drop(const Assignment& assignment, const Error& why) {
    study_.lose(assignment);
    runner_.forget(assignment.request.trial);
    const std::scoped_lock lock(mutex_);
    notes_.push_back(fmt::format("trial {} was taken away from here: {}", assignment.request.trial, why.message));
    return {};
  }

  Study& study_;
  Runner& runner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t finished_ = 0;
  bool stopping_ = false;
  std::optional<Error> error_;
  std::string done_reason_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<std::string> run_study(Study& study, Runner& runner, const RunLoopOptions& options) {
  Workers workers(study, runner);
  const auto jobs = static_cast<std::size_t>(options.jobs);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([&] { workers.run(); });
    double ticked = system_clock().monotonic_seconds();
    while (!workers.wait(options.tick_seconds, jobs)) {
      if (const double now = system_clock().monotonic_seconds(); now - ticked >= 1) {
        ticked = now;
        (void)study.tick();  // what lasts will meet the workers, too
      }
      for (const std::string& note : workers.take_notes())
        if (options.note) options.note(note);
      const bool halted = study.is_halted();
      if (workers.stopping()) continue;
      if (!interrupted() && !halted && !(options.should_stop && options.should_stop())) continue;
      workers.stop(std::nullopt);
      if (options.on_stop) options.on_stop();
    }
  }
  set_interrupted(false);
  // Only somebody who stopped the study is likely to go on with it. Writing hundreds of states at the end of a budget
  // took seconds of it; if it is extended later, they are trained again.
  if (signalled()) {
    std::vector<std::int64_t> going_on;
    for (const TrialRecord& trial : study.trials())
      if (trial.state == TrialState::paused || trial.state == TrialState::waiting) going_on.push_back(trial.number);
    (void)runner.save_paused(going_on);  // what cannot be written costs training, not a result
  }
  if (auto error = workers.error()) return std::unexpected(std::move(*error));
  if (study.is_halted() && !signalled()) return "halted";
  return workers.done_reason().empty() ? "stopped" : workers.done_reason();
}

}  // namespace hone
