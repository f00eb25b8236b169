/// What a Gaussian process is told of a study: one number for each distinct point that has been tried.
#pragma once
#include <cstdint>
#include <vector>

#include "trial/view.hpp"

namespace hone {

struct GpObservation {
  std::uint32_t row = 0;  ///< the first trial at that point
  double value = 0;       ///< the mean over the trials there, lower is better; finite
  double repeats = 1;
};

/// Finished trials with a usable result, in the order in which they finished, the first `limit` of them; several
/// objectives are made one by `weights` (augmented Tchebycheff over values scaled to 0 .. 1: ParEGO, Knowles 2006).
/// A failed or infeasible trial has the worst value of all, and a pruned one its last rung's value, but at least the
/// median: it was stopped because it was no better. Empty before the first complete and feasible trial.
std::vector<GpObservation> gp_observations(const View& view, std::size_t limit, const std::vector<double>& weights);

}  // namespace hone
