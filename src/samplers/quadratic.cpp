#include "samplers/quadratic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"
#include "math/minimize.hpp"
#include "samplers/quadratic_model.hpp"
#include "trial/ranking.hpp"

namespace hone {
namespace {

constexpr double least_way = 0.1;  // a better trial of another arm opens the box for what lies between, up to this
constexpr double least_radius = 1e-8, largest_radius = 0.5, widened = 1.6, narrowed = 0.6;
constexpr std::size_t least_levels = 32;  // fewer are no slope: such an axis is held
constexpr std::size_t points_max = 160, looked_at = 1000;
constexpr double known_distance = 0.02;  // of the box: nearer to a trial a point says nothing new
constexpr int corners = 4, candidates = 64;
constexpr std::uint32_t quadratic_draws = 1u << 23;  // what random numbers are for, beside those of other arms

using Step = std::vector<double>;

bool is_usable(const TrialRow& row) {
  return row.state == TrialState::complete && row.values.size() == 1 && std::isfinite(row.values[0]) &&
         !(violation(row.constraints) > 0);
}

/// Ordered, fine, and active in `row`.
std::vector<std::size_t> axes_of(const Space& space, const TrialRow& row) {
  std::vector<std::size_t> axes;
  for (std::size_t a = 0; a < space.axes().size(); ++a)
    if (const Axis& axis = space.axes()[a];
        axis.ordered && (axis.levels == 0 || axis.levels >= least_levels) && row.active[a])
      axes.push_back(a);
  return axes;
}

double largest_difference(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

/// What lies around the best trial, in units of the box.
struct Surroundings {
  std::vector<std::size_t> axes;
  std::vector<Step> steps, pending;  ///< to trials with a value, nearest first, and to those without one yet
  std::vector<double> values;        ///< above the best
  Step low, high;                    ///< the box within the space
};

Surroundings look_around(const View& view, const QuadraticRegion& region) {
  Surroundings around;
  const TrialRow& best = view[region.best()];
  around.axes = axes_of(view.space(), best);
  const std::size_t d = around.axes.size();
  struct Near {
    double square;
    std::uint32_t row;
    auto operator<=>(const Near&) const = default;
  };
  std::vector<Near> near;
  const auto step_to = [&](std::uint32_t row) {
    Step step;
    for (const std::size_t a : around.axes) step.push_back((view[row].point[a] - best.point[a]) / region.radius());
    return step;
  };
  for (std::size_t i = view.size() > looked_at ? view.size() - looked_at : 0; i < view.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    const bool pending = !is_finished(view[row].state);
    if (row == region.best() || view[row].active != best.active || !(pending || is_usable(view[row]))) continue;
    Point alike(view[row].point);
    double square = 0;
    for (const std::size_t a : around.axes) {
      square += (alike[a] - best.point[a]) * (alike[a] - best.point[a]);
      alike[a] = best.point[a];
    }
    if (alike != best.point || square == 0) continue;
    if (pending)
      around.pending.push_back(step_to(row));
    else
      near.push_back({square, row});
  }
  std::ranges::sort(near);
  near.resize(std::min({near.size(), points_max, (d + 1) * (d + 2) / 2 + d}));
  for (const Near& one : near) {
    around.steps.push_back(step_to(one.row));
    around.values.push_back(view[one.row].values[0] - best.values[0]);
  }
  for (const std::size_t a : around.axes) {
    around.low.push_back(std::max(-1.0, -best.point[a] / region.radius()));
    around.high.push_back(std::min(1.0, (1 - best.point[a]) / region.radius()));
  }
  return around;
}

/// Anywhere in the box, or one of its corners.
Step draw(const Surroundings& around, bool corner, Rng& rng) {
  Step step;
  for (std::size_t i = 0; i < around.low.size(); ++i) {
    const double share = corner ? static_cast<double>(rng.below(2)) : rng.uniform();
    step.push_back(around.low[i] + (around.high[i] - around.low[i]) * share);
  }
  return step;
}

/// From the best trial, and from some corners: a quadratic that is not convex has several.
Minimum minimum_in_box(const QuadraticModel& model, const Surroundings& around, Rng& rng) {
  const auto function = [&](std::span<const double> s, std::span<double> gradient) { return model.mean(s, gradient); };
  Minimum best = minimize(function, Step(around.axes.size(), 0), around.low, around.high);
  for (int start = 0; start < corners; ++start)
    if (Minimum found = minimize(function, draw(around, true, rng), around.low, around.high); found.value < best.value)
      best = std::move(found);
  return best;
}

bool is_known(const Step& step, const Surroundings& around) {
  const auto near = [&](const Step& other) { return largest_difference(step, other) < known_distance; };
  return near(Step(step.size(), 0)) || std::ranges::any_of(around.steps, near) ||
         std::ranges::any_of(around.pending, near);
}

/// Of some draws the one with the largest variance, pending trials taken as known.
Step least_known(const Surroundings& around, Rng& rng) {
  std::vector<Step> steps = around.steps;
  steps.insert(steps.end(), around.pending.begin(), around.pending.end());
  const QuadraticModel model(steps, Step(steps.size(), 0));
  Step chosen = draw(around, false, rng);
  if (!model.valid()) return chosen;
  double largest = model.variance(chosen);
  for (int c = 1; c < candidates; ++c) {
    Step step = draw(around, c % 2 == 0, rng);
    if (const double variance = model.variance(step); variance > largest) chosen = std::move(step), largest = variance;
  }
  return chosen;
}

}  // namespace

void QuadraticRegion::take(const View& view, std::uint32_t row) {
  const TrialRow& trial = view[row];
  if (!is_finished(trial.state)) return;
  const bool own = trial.arm == quadratic_arm;
  if (is_usable(trial) && (empty_ || trial.values[0] < view[best_].values[0])) {
    const double way = empty_ ? 0 : largest_difference(trial.point, view[best_].point);
    radius_ = std::min(std::max(own ? widened * radius_ : radius_, std::min(way, least_way)), largest_radius);
    succeeding_ = own || succeeding_;
    best_ = row;
    empty_ = false;
  } else if (!empty_ && own) {
    radius_ = std::max(narrowed * radius_, least_radius);
    succeeding_ = false;
  }
}

std::optional<Proposal> propose_by_quadratic(const View& view, const QuadraticRegion& region,
                                             const AskContext& context) {
  if (view.objectives() != 1 || region.empty()) return std::nullopt;
  const Surroundings around = look_around(view, region);
  if (around.axes.empty() || around.steps.size() < 2) return std::nullopt;
  const QuadraticModel model(around.steps, around.values);
  if (!model.valid()) return std::nullopt;
  Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
          quadratic_draws + static_cast<std::uint32_t>(context.attempt));
  Minimum minimum = minimum_in_box(model, around, rng);
  const bool explores = context.attempt > 0 || is_known(minimum.x, around);
  const Step step = explores ? least_known(around, rng) : std::move(minimum.x);
  Proposal proposal{
      Point(view[region.best()].point), std::string(quadratic_arm),
      explores ? fmt::format("what a quadratic of {} trials knows least about", around.steps.size())
               : fmt::format("a quadratic of {} trials expects {:.3g} less", around.steps.size(), -minimum.value)};
  for (std::size_t i = 0; i < step.size(); ++i) {
    double& unit = proposal.point[around.axes[i]];
    unit = std::clamp(unit + region.radius() * step[i], 0.0, 1.0);
  }
  return proposal;
}

}  // namespace hone
