/// The study loop: worker threads ask, run and tell; the calling thread watches.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "engine/study.hpp"
#include "trial/runner.hpp"

namespace hone {

struct RunLoopOptions {
  std::int64_t jobs = 1;  ///< trials at once, one thread each
  /// Called by the calling thread every `tick_seconds`; true ends the search: running trials are handed back.
  std::function<bool()> should_stop;
  /// Called once by the calling thread when running trials are to be handed back.
  std::function<void()> on_stop = nullptr;
  double tick_seconds = 0.1;
  /// Called by the calling thread with what a person should know: a trial that went to another worker.
  std::function<void(const std::string&)> note = {};
};

/// Runs until the study is done or `should_stop` says so. Returns "trials", "cost", "exhausted", "stopped", or "halted"
/// if somebody halted the study. A trial whose lease was lost meanwhile is dropped; it is somebody else's.
/// Errors: the first error of the store or of the runner; running trials are handed back first.
Result<std::string> run_study(Study& study, Runner& runner, const RunLoopOptions& options);

}  // namespace hone
