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
  double violation = 0;  ///< the largest of the trials there; 0: feasible
};

/// Rows that may tell something, in the order in which they finished.
std::vector<std::uint32_t> finished_rows(const View& view);

/// Finished trials with a usable result, in the order in which they finished, the first `limit` of them; several
/// objectives are made one by `weights` (augmented Tchebycheff over values scaled to 0 .. 1: ParEGO, Knowles 2006).
/// A failed trial has the worst value of all (an infeasible one its own), and a pruned one its last rung's value, but
/// at least the median: it was stopped because it was no better. Empty before the first complete trial.
std::vector<GpObservation> gp_observations(const View& view, std::size_t limit, const std::vector<double>& weights);

/// The weights with which `gp_observations` tells one objective alone: its values up to a shift and a factor.
std::vector<double> only_objective(std::size_t objectives, std::size_t which);

}  // namespace hone
