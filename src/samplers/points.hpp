/// Points that need no model: uniform and scrambled Sobol. Used by several samplers.
#pragma once
#include "samplers/sampler.hpp"

namespace hone {

/// Independent uniform coordinates, keyed by (study seed, trial, attempt).
Point random_point(const Space& space, const AskContext& context);

/// Coordinates of scrambled Sobol point `index`, keyed by (study seed, attempt). Categories and grids are equal cells
/// of their axis, so the canonical point has the same low discrepancy.
Point qmc_point(const Space& space, const AskContext& context, std::int64_t index);

}  // namespace hone
