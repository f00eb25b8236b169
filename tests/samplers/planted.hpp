/// A planted conditional problem: which branch is best, and where in it, is known. Shared by the test of TPE and the
/// benchmark of samplers.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lab.hpp"

namespace hone {

/// Some branches with some float parameters (knobs) each; `flat` is the same without its conditions.
inline std::shared_ptr<const Space> planted_space(int branches, int knobs, bool flat) {
  std::vector<std::string> names;
  for (int b = 0; b < branches; ++b) names.push_back("branch" + std::to_string(b));
  std::vector<Parameter> parameters = {choice_parameter("kind", names)};
  for (int b = 0; b < branches; ++b)
    for (int k = 0; k < knobs; ++k) {
      Parameter p = float_parameter("p" + std::to_string(b) + "_" + std::to_string(k));
      if (!flat) p.when = "kind == 'branch" + std::to_string(b) + "'";
      parameters.push_back(std::move(p));
    }
  return make_space(std::move(parameters));
}

/// Each branch has its own optimum; only the parameters of the branch that was chosen count. 0 is the least.
inline double planted_loss(int branches, int knobs, const TrialRow& row) {
  const int branch = std::min(branches - 1, static_cast<int>(row.point[0] * branches));
  double loss = 0.1 * std::abs(branch - 3);
  for (int k = 0; k < knobs; ++k) {
    const double x = row.point[static_cast<std::size_t>(1 + branch * knobs + k)];
    const double optimum = 0.15 + 0.7 * ((branch * 7 + k * 3) % 10) / 9.0;
    loss += (x - optimum) * (x - optimum);
  }
  return loss;
}

}  // namespace hone
