/// Problems with several objectives, for the samplers that are to find their fronts.
#pragma once
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lab.hpp"
#include "math/pareto.hpp"

namespace hone {

inline std::shared_ptr<const Space> cube(int axes) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < axes; ++i) parameters.push_back(float_parameter("x" + std::to_string(i)));
  return make_space(std::move(parameters));
}

/// ZDT1 (convex) and ZDT2 (concave), Zitzler, Deb, Thiele, 2000.
inline std::vector<double> zdt(const Point& x, bool concave) {
  double g = 0;
  for (std::size_t i = 1; i < x.size(); ++i) g += x[i];
  g = 1 + 9 * g / static_cast<double>(x.size() - 1);
  const double ratio = x[0] / g;
  return {x[0], g * (1 - (concave ? ratio * ratio : std::sqrt(ratio)))};
}

/// DTLZ2, Deb et al., 2002: the front is a sphere of radius 1.
inline std::vector<double> dtlz2(const Point& x, std::size_t objectives) {
  double g = 0;
  for (std::size_t i = objectives - 1; i < x.size(); ++i) g += (x[i] - 0.5) * (x[i] - 0.5);
  std::vector<double> f(objectives, 1 + g);
  for (std::size_t m = 0; m < objectives; ++m) {
    for (std::size_t i = 0; i + m + 1 < objectives; ++i) f[m] *= std::cos(x[i] * 1.5707963267948966);
    if (m > 0) f[m] *= std::sin(x[objectives - m - 1] * 1.5707963267948966);
  }
  return f;
}

/// Hypervolume below `reference` in every objective after so many trials of that sampler.
inline double volume_after(const char* name, std::size_t objectives, int axes, int trials, double reference,
                           const std::function<std::vector<double>(const Point&)>& values) {
  Lab lab(cube(axes), 1, objectives);
  const auto sampler = std::move(*make_sampler(name, {}));
  const auto memo = sampler->make_memo();
  std::vector<double> all;
  for (int i = 0; i < trials; ++i) {
    const std::size_t trial = lab.start(*lab.ask(*sampler, memo.get()));
    const auto told = values(Point(lab[trial].point));
    all.insert(all.end(), told.begin(), told.end());
    lab.finish(trial, TrialState::complete, told);
  }
  return hypervolume(all, objectives, std::vector<double>(objectives, reference));
}

}  // namespace hone
