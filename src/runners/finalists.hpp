/// Cross-validation of a study's best trials: where the validation part is small, the best value of many is luck.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "data/dataset.hpp"
#include "nn/metric.hpp"
#include "space/value.hpp"

namespace hone {

constexpr std::int64_t finalist_folds = 4;

struct Finalist {
  std::int64_t trial = 0;
  Configuration configuration;
  std::int64_t epochs = 0;  ///< that each of its networks is trained
};

struct FinalistScore {
  std::int64_t trial = 0;
  double mean = 0;          ///< of the metric over the folds, after `epochs` epochs
  double deviation = 0;     ///< between the folds (n - 1)
  std::int64_t epochs = 0;  ///< after which the mean is best
};

struct FinalistsRequest {
  std::uint64_t study_seed = 0;
  std::vector<Finalist> finalists;  ///< the best first
  Configuration fixed;
  std::int64_t max_step = 0;  ///< what the schedule spans
  std::int64_t jobs = 1;      ///< networks at once, one thread each
  /// Asked after every epoch, from any thread: true ends it, and what was not finished is left out. May be empty.
  std::function<bool()> should_stop;
  /// Networks that have been trained, and all of them; from any thread, one at a time. May be empty.
  std::function<void(std::int64_t done, std::int64_t all)> progress;
};

/// Each finalist's network trained finalist_folds times on the rows of training and validation but one fold, and judged
/// by that fold; the folds are the same for all, drawn by the study's seed (see deal_folds()). One score for each
/// finalist that was finished and did not fail, in the order given. Deterministic, whatever `jobs` is.
/// Errors: `interrupted` after a signal.
Result<std::vector<FinalistScore>> cross_validate(const Dataset& dataset, const Metric& metric,
                                                  const FinalistsRequest& request);

/// How many of the best trials, at most `wanted`, are compared if that may take as many epochs as the search has
/// trained. `epochs`: of each trial, the best first. Less than 2: none.
std::size_t finalists_within(std::span<const std::int64_t> epochs, std::size_t wanted);

}  // namespace hone
