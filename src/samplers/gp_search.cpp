#include "samplers/gp_search.hpp"

#include <algorithm>
#include <cmath>

#include "base/elementary.hpp"
#include "base/rng.hpp"
#include "math/minimize.hpp"
#include "math/normal.hpp"
#include "samplers/points.hpp"

namespace hone {
namespace {

constexpr std::size_t swept_levels = 16;  // ordered axes with more values are taken as continuous, then rounded
constexpr std::size_t categories_tried = 64;
constexpr int rounds_max = 4;

GpCandidate canonical(const Space& space, Point point) {
  GpCandidate candidate;
  candidate.point = std::move(point);
  candidate.active = space.canonicalize(candidate.point);
  return candidate;
}

bool is_smooth(const Space& space, std::size_t axis) {
  const Axis& row = space.axes()[axis];
  return row.ordered && (row.levels == 0 || row.levels > swept_levels);
}

/// Some coordinates of a good point moved by a normal step; its scale is drawn too, from the whole length of an axis
/// down to a thousandth of it.
Point sprayed(const Space& space, const GpPoints& points, std::span<const double> weights, const Point& center,
              Rng& rng) {
  Point point = center;
  const double scale = portable_exp(-6.9 * rng.uniform());
  const double share = std::max(0.25, 2.0 / static_cast<double>(points.axes())) * (0.5 + rng.uniform());
  const auto kept = rng.below(static_cast<std::uint32_t>(points.axes()));
  for (std::size_t a = 0; a < points.axes(); ++a) {
    if (a != kept && rng.uniform() > share) continue;
    const std::size_t axis = points.axis(a);
    if (!points.ordered(a)) {
      point[axis] = rng.uniform();
      continue;
    }
    const double length = std::min(0.5, 1 / std::sqrt(weights[a]));
    const double step = scale * length * normal_quantile(0.001 + 0.998 * rng.uniform());
    const std::size_t levels = space.axes()[axis].levels;
    // A step on a grid is at least one cell, else it would be rounded away.
    const double least = levels > 0 ? 1.0 / static_cast<double>(levels) : 0;
    point[axis] = std::clamp(point[axis] + (step < 0 ? std::min(step, -least) : std::max(step, least)), 0.0, 1.0);
  }
  return point;
}

class Search {
 public:
  Search(const Space& space, const GpPoints& points, const Acquisition& acquisition, const GpSearchOptions& options)
      : space_(space), points_(points), acquisition_(acquisition), options_(options) {}

  /// From a candidate upwards, in turn over its continuous and its discrete axes, until neither gains.
  GpCandidate climb(GpCandidate candidate) const {
    for (int round = 0; round < rounds_max; ++round) {
      const double before = candidate.value;
      candidate = along_gradient(std::move(candidate));
      if (!sweep(candidate)) break;
      if (!(candidate.value > before + 1e-9)) break;
    }
    return candidate;
  }

 private:
  GpCandidate along_gradient(GpCandidate candidate) const {
    std::vector<std::size_t> free;
    for (std::size_t a = 0; a < points_.axes(); ++a)
      if (candidate.active[points_.axis(a)] && is_smooth(space_, points_.axis(a))) free.push_back(a);
    if (free.empty()) return candidate;
    Point point = candidate.point;
    std::vector<double> all(points_.axes()), start;
    for (const std::size_t a : free) start.push_back(point[points_.axis(a)]);
    const std::vector<double> low(free.size(), 0.0), high(free.size(), 1.0);
    MinimizeOptions options;
    options.iterations = options_.iterations;
    const Minimum found = minimize(
        [&](std::span<const double> x, std::span<double> gradient) {
          for (std::size_t i = 0; i < free.size(); ++i) point[points_.axis(free[i])] = x[i];
          const double value = acquisition_.with_gradient(point, candidate.active, all);
          for (std::size_t i = 0; i < free.size(); ++i) gradient[i] = -all[free[i]];
          return -value;
        },
        std::move(start), low, high, options);
    for (std::size_t i = 0; i < free.size(); ++i) point[points_.axis(free[i])] = found.x[i];
    std::vector<GpCandidate> moved = {canonical(space_, std::move(point))};
    acquisition_.evaluate(moved);
    return moved[0].value > candidate.value ? std::move(moved[0]) : std::move(candidate);
  }

  /// Every other value of each discrete axis, the best one kept. Was there a better one?
  bool sweep(GpCandidate& candidate) const {
    bool gained = false;
    for (std::size_t a = 0; a < points_.axes(); ++a) {
      const std::size_t axis = points_.axis(a), levels = space_.axes()[axis].levels;
      if (levels == 0 || !candidate.active[axis]) continue;
      const std::size_t own = space_.cell(axis, candidate.point[axis]);
      std::vector<GpCandidate> others;
      const auto add = [&](std::size_t cell) {
        if (cell == own || cell >= levels) return;
        Point point = candidate.point;
        point[axis] = space_.cell_unit(axis, cell);
        others.push_back(canonical(space_, std::move(point)));
      };
      if (is_smooth(space_, axis)) {
        for (const std::size_t step : {1, 2}) {
          if (own >= step) add(own - step);
          add(own + step);
        }
      } else {
        const std::size_t stride = (levels + categories_tried - 1) / categories_tried;
        for (std::size_t cell = own % stride; cell < levels; cell += stride) add(cell);
      }
      if (others.empty()) continue;
      acquisition_.evaluate(others);
      const auto best = std::ranges::max_element(others, {}, &GpCandidate::value);
      if (!(best->value > candidate.value + 1e-12)) continue;
      candidate = std::move(*best);
      gained = true;
    }
    return gained;
  }

  const Space& space_;
  const GpPoints& points_;
  const Acquisition& acquisition_;
  const GpSearchOptions& options_;
};

}  // namespace

std::vector<GpCandidate> search_acquisition(const Space& space, const GpPoints& points, const Acquisition& acquisition,
                                            std::span<const double> weights, std::span<const Point> near,
                                            const AskContext& context, const GpSearchOptions& options) {
  Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial),
          static_cast<std::uint32_t>(context.attempt));
  std::vector<GpCandidate> pool;
  const AskContext own{context.study_seed + static_cast<std::uint64_t>(context.trial), context.trial, context.attempt};
  const std::size_t spread = near.empty() ? options.candidates : options.candidates / 2;
  for (std::size_t i = 0; i < options.candidates; ++i)
    pool.push_back(canonical(space, i < spread ? qmc_point(space, own, static_cast<std::int64_t>(i))
                                               : sprayed(space, points, weights, near[i % near.size()], rng)));
  acquisition.evaluate(pool);
  std::ranges::stable_sort(pool, std::ranges::greater{}, &GpCandidate::value);
  const Search search(space, points, acquisition, options);
  std::vector<GpCandidate> found;
  for (std::size_t i = 0; i < pool.size() && found.size() < options.starts; ++i) {
    // Starts are to differ: one that is a neighbour of a better one climbs to the same place.
    const auto near_another = [&](const GpCandidate& other) {
      double distance = 0;
      for (std::size_t a = 0; a < points.axes(); ++a) {
        const double off = pool[i].point[points.axis(a)] - other.point[points.axis(a)];
        distance += weights[a] * (points.ordered(a) ? off * off : off != 0 ? 1.0 : 0.0);
      }
      return distance < 1e-3;
    };
    if (std::ranges::any_of(found, near_another)) continue;
    found.push_back(search.climb(pool[i]));
  }
  found.insert(found.end(), std::make_move_iterator(pool.begin()), std::make_move_iterator(pool.end()));
  std::ranges::stable_sort(found, std::ranges::greater{}, &GpCandidate::value);
  return found;
}

}  // namespace hone
