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
  std::size_t objectives = 1;
  bool copies = false;  ///< every objective is a copy of the first
};

/// Runs the study; after every event `check` may object (a text that is not ""). What is wrong with the pruner's own
/// answers (resuming what is not paused, pausing at the last step, never ending) is found here. Returns "" or what is
/// wrong.
std::string simulate(const Pruner& pruner, const SimOptions& options,
                     const std::function<std::string(const View&)>& check, View* at_the_end = nullptr);

/// Loss of trial `number` at `step`: falls towards a level that differs between trials, with noise.
double curve(std::uint64_t seed, std::int64_t number, std::int64_t step, std::size_t objective = 0);
/// The level it falls to. The further objectives are at odds with the first one.
double final_level(std::uint64_t seed, std::int64_t number, std::size_t objective = 0);

/// A view over rows that a test has made by hand.
View view_of(std::vector<TrialRow> rows, std::size_t objectives = 1);

/// A trial that reported (steps, objectives) at steps 1, 2, ...
TrialRow row_with(TrialState state, const std::vector<std::vector<double>>& reports);

}  // namespace hone
