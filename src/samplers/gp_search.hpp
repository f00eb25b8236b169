/// Where the acquisition is largest: a pool of candidates, then local searches from the best of them.
#pragma once
#include "samplers/gp_surface.hpp"
#include "samplers/sampler.hpp"

namespace hone {

struct GpSearchOptions {
  std::size_t candidates = 512;  ///< of the pool: half of them Sobol points, half near the best trials
  std::size_t starts = 4;        ///< local searches
  int iterations = 20;           ///< of L-BFGS on the continuous axes, between the sweeps over the discrete ones
};

/// Candidates from the best to the worst, at least one; none of them is in `points`. `weights`: (axes) 1 / length^2,
/// how far from these points the others are drawn. `near`: the best trials' points.
/// Discrete axes of at most 16 values and categories are tried value by value, never rounded from a continuous optimum.
std::vector<GpCandidate> search_acquisition(const Space& space, const GpPoints& points, const Acquisition& acquisition,
                                            std::span<const double> weights, std::span<const Point> near,
                                            const AskContext& context, const GpSearchOptions& options);

}  // namespace hone
