/// What samplers are compared on: functions whose best value is known, over spaces of every kind.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "space/space.hpp"

namespace hone::search_bench {

struct Problem {
  std::string name;    ///< "bbob 8 d5 i1"
  std::string family;  ///< "continuous 2" ... "continuous 20", "mixed", "conditional", "noisy", "cliff",
                       ///< "tables", "constrained"
  bool sealed;         ///< of the half that constants are never tuned on
  std::shared_ptr<const Space> space;
  /// How far above the smallest value a canonical point is.
  std::function<double(const Point&, const Mask&)> regret;
  double noise = 0;  ///< deviation of what is told beside the regret
  /// What is told instead, where that is another thing: of a canonical point in a study with that seed.
  std::function<double(const Point&, std::uint32_t seed)> told = {};
  std::function<std::vector<double>(const Point&, const Mask&)> constraints = {};  ///< told besides; feasible: all <= 0
};

/// All of them, always in this order. Cost: the instances are made when they are first evaluated.
std::vector<Problem> all_problems();
/// Those over tables/: the value of one training is told, the regret is that of the mean over three.
std::vector<Problem> table_problems();
/// Those with outcome constraints: the smallest value is that of the feasible points.
std::vector<Problem> constrained_problems();

}  // namespace hone::search_bench
