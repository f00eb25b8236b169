#include "math/minimize.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace hone {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Pair {
  Vector step, change;  ///< of x and of the gradient
  double curvature;     ///< their product, > 0
};

/// -H g by the two loops, with g and the result 0 where a coordinate is held.
Vector direction(const std::deque<Pair>& pairs, const Vector& gradient, const std::vector<bool>& held) {
  Vector d(gradient.size());
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = held[i] ? 0 : -gradient[i];
  Vector factor(pairs.size());
  for (std::size_t p = pairs.size(); p-- > 0;) {
    factor[p] = dot(pairs[p].step, d) / pairs[p].curvature;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= factor[p] * pairs[p].change[i];
  }
  if (!pairs.empty()) {
    const double scale = pairs.back().curvature / dot(pairs.back().change, pairs.back().change);
    for (double& value : d) value *= scale;
  }
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const double back = dot(pairs[p].change, d) / pairs[p].curvature;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += (factor[p] - back) * pairs[p].step[i];
  }
  for (std::size_t i = 0; i < d.size(); ++i)
    if (held[i]) d[i] = 0;
  return d;
}

}  // namespace

Minimum minimize(const SmoothFunction& function, std::vector<double> x, std::span<const double> low,
                 std::span<const double> high, const MinimizeOptions& options) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) x[i] = std::clamp(x[i], low[i], high[i]);
  Vector gradient(n), next_gradient(n), next(n);
  Minimum best{x, function(x, gradient), 0, 1};
  std::deque<Pair> pairs;
  std::vector<bool> held(n);
  const auto may_go_on = [&] { return best.evaluations < options.evaluations; };
  while (best.iterations < options.iterations && may_go_on() && std::isfinite(best.value)) {
    double largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      held[i] = (best.x[i] <= low[i] && gradient[i] > 0) || (best.x[i] >= high[i] && gradient[i] < 0);
      if (!held[i]) largest = std::max(largest, std::abs(gradient[i]));
    }
    if (largest < options.gradient_end) break;
    Vector d = direction(pairs, gradient, held);
    double slope = dot(d, gradient);
    if (!(slope < 0)) {  // what was remembered does not fit any more
      pairs.clear();
      d = direction(pairs, gradient, held);
      slope = dot(d, gradient);
    }
    // The first step of all has no scale yet: a tenth of the box at most.
    double length = 1;
    if (pairs.empty())
      for (std::size_t i = 0; i < n; ++i)
        if (d[i] != 0) length = std::min(length, 0.1 * (high[i] - low[i]) / std::abs(d[i]));
    bool moved = false;
    double value = 0;
    for (int halving = 0; halving < 20 && !moved && may_go_on(); ++halving, length *= 0.5) {
      double gain = 0;
      for (std::size_t i = 0; i < n; ++i) {
        next[i] = std::clamp(best.x[i] + length * d[i], low[i], high[i]);
        gain += gradient[i] * (next[i] - best.x[i]);
      }
      if (!(gain < 0)) break;  // the box leaves nothing of it
      value = function(next, next_gradient);
      ++best.evaluations;
      moved = std::isfinite(value) && value <= best.value + 1e-4 * gain;
    }
    if (!moved) {
      if (pairs.empty()) break;
      pairs.clear();
      continue;
    }
    ++best.iterations;
    Pair pair{next, next_gradient, 0};
    for (std::size_t i = 0; i < n; ++i) {
      pair.step[i] -= best.x[i];
      pair.change[i] -= gradient[i];
    }
    pair.curvature = dot(pair.step, pair.change);
    if (pair.curvature > 1e-10 * std::sqrt(dot(pair.step, pair.step) * dot(pair.change, pair.change))) {
      pairs.push_back(std::move(pair));
      if (pairs.size() > static_cast<std::size_t>(options.pairs)) pairs.pop_front();
    }
    const double gained = best.value - value;
    best.x = next;
    best.value = value;
    gradient = next_gradient;
    if (gained < options.value_end * (1 + std::abs(value))) break;
  }
  return best;
}

}  // namespace hone
