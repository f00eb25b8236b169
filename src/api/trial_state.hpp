/// What the public handles hold.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "api/convert.hpp"

namespace hone::api {

/// An open study with its store; trials that are out share it.
struct Study::State {
  std::unique_ptr<hone::Store> store;
  std::unique_ptr<hone::Study> study;
  std::jthread keeper;  ///< keeps the lease; ends before the study goes
  mutable std::mutex mutex;
  std::optional<std::string> done;  // guarded by mutex
};

/// An assignment, and what the last report was answered with.
struct Trial::State {
  std::shared_ptr<Study::State> owner;
  hone::Assignment assignment;
  Configuration configuration;
  hone::Decision decision = hone::Decision::go_on;
  std::int64_t step = 0;
  double started_seconds = 0;
  bool ended = false;

  double seconds() const { return hone::system_clock().monotonic_seconds() - started_seconds; }
  hone::Result<void> end(hone::RunOutcome outcome);
};

}  // namespace hone::api
