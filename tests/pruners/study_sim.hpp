/// A simulated study for tests of pruners: seeded learning curves, several workers, and whatever a pruner decides.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "pruners/pruner.hpp"

namespace hone {

struct SimOptions {
  std::uint64_t seed = 1;
  std::int64_t max_step = 27;
  std::size_t workers = 1;
  std::int64_t trials = 60;
  std::uint32_t failures = 0;        ///< one step in that many fails its trial; 0: none
  std::uint32_t bad_reports = 0;     ///< one report in that many is not finite; 0: none
  bool starts_with_default = false;  ///< trial 0 is the default configuration
  bool delayed_decisions = false;    ///< other workers report between a report and the decision about it
};

/// Runs the study; after every event `check` may object (a text that is not ""). What is wrong with the pruner's own
/// answers (resuming what is not paused, pausing at the last step, never ending) is found here. Returns "" or what is
/// wrong.
std::string simulate(const Pruner& pruner, const SimOptions& options,
                     const std::function<std::string(const View&)>& check, View* at_the_end = nullptr);

/// Loss of trial `number` at `step`: falls towards a level that differs between trials, with noise.
double curve(std::uint64_t seed, std::int64_t number, std::int64_t step);
/// The level it falls to.
double final_level(std::uint64_t seed, std::int64_t number);

/// A view over rows that a test has made by hand.
View view_of(std::vector<TrialRow> rows);

}  // namespace hone
