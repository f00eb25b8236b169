#include "samplers/points.hpp"

#include "base/rng.hpp"
#include "math/sobol.hpp"

namespace hone {

Point random_point(const Space& space, const AskContext& context) {
  Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
          static_cast<std::uint32_t>(context.attempt));
  Point point(space.axes().size());
  for (double& unit : point) unit = rng.uniform();
  return point;
}

Point qmc_point(const Space& space, const AskContext& context, std::int64_t index) {
  // Drawn again, the same place of the sequence comes from another scrambling.
  const std::uint64_t seed = context.study_seed + 0x9E3779B97F4A7C15u * static_cast<std::uint64_t>(context.attempt);
  Point point(space.axes().size());
  for (std::size_t axis = 0; axis < point.size(); ++axis)
    point[axis] = scrambled_sobol(seed, static_cast<std::uint32_t>(index), axis);
  return point;
}

}  // namespace hone
