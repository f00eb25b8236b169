#include "samplers/gp_front.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/elementary.hpp"
#include "math/improvement.hpp"
#include "math/pareto.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t front_max = 60;    // points of it that make boxes: of three objectives 1,900
constexpr std::size_t near_trials = 10;  // points of the front that candidates are drawn around
// The reference is at least as far as that quantile of all results: near the front, its ends would be found late; of
// three objectives, where there are many ends, the farthest ones would be all that is looked at. Measured on ZDT1, ZDT2
// and DTLZ2, 20 to 100 trials.
constexpr double reference_share_two = 1, reference_share_three = 0.8;
constexpr double reference_margin = 0.1;  // of the front's range

/// The process of one objective.
struct Objective {
  GpParameters parameters;
  GpPoints points;
  std::vector<double> repeats;
  Cholesky factor;
  std::vector<double> y, mean;  ///< as the process sees them; its own mean at the points that were tried
};

void factor_all(Objective& own) {
  own.factor = Cholesky(own.points.size() + 32);
  while (!extend_factor(own.factor, own.points, own.repeats, own.parameters)) {
    own.factor = Cholesky(own.points.size() + 32);
    own.parameters.noise *= 10;
  }
}

Objective objective_of(const View& view, std::span<const GpObservation> observations, const GpFit& fit) {
  Objective own{fit.parameters, GpPoints(view.space()), {}, Cholesky(), {}, {}};
  for (const GpObservation& o : observations) {
    own.points.add(view[o.row].point, view[o.row].active);
    own.repeats.push_back(o.repeats);
  }
  factor_all(own);
  own.y = own.mean = warped(values_of(observations), fit.lambda);
  std::vector<double> alpha(own.factor.padded(), 0.0);
  std::ranges::copy(own.y, alpha.begin());
  own.factor.solve_transposed(alpha.data());
  own.factor.solve(alpha.data());
  for (std::size_t i = 0; i < own.y.size(); ++i) own.mean[i] -= own.parameters.noise / own.repeats[i] * alpha[i];
  return own;
}

/// The feasible points that are not dominated, the loneliest first; places in the observations.
std::vector<std::size_t> front_of(const std::vector<Objective>& objectives,
                                  std::span<const GpObservation> observations) {
  std::vector<std::size_t> feasible;
  std::vector<double> values;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    if (observations[i].violation > 0) continue;
    feasible.push_back(i);
    for (const Objective& own : objectives) values.push_back(own.mean[i]);
  }
  if (feasible.empty()) return {};
  const auto front = nondominated_fronts(values, objectives.size()).front();
  const std::vector<double> distance = crowding_distances(values, objectives.size(), front);
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return -distance[i]; });
  std::vector<std::size_t> places;
  for (const std::size_t i : order) places.push_back(feasible[front[i]]);
  return places;
}

}  // namespace

GpFrontAcquisition::GpFrontAcquisition(std::vector<const GpSurface*> surfaces, std::vector<std::vector<double>> white,
                                       std::span<const double> front, std::span<const double> reference,
                                       const GpFeasibility* feasibility)
    : surfaces_(std::move(surfaces)), white_(std::move(white)), feasibility_(feasibility), ends_(surfaces_.size()) {
  if (front.empty()) return;
  const std::size_t objectives = surfaces_.size();
  const std::vector<double> boxes = nondominated_boxes(front, objectives, reference);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    if (boxes[i] > -infinity) ends_[i % objectives].push_back(boxes[i]);
  for (std::vector<double>& ends : ends_) {
    std::ranges::sort(ends);
    const auto rest = std::ranges::unique(ends);
    ends.erase(rest.begin(), rest.end());
  }
  const auto place = [&](std::size_t m, double end) {
    return end > -infinity ? static_cast<std::int32_t>(std::ranges::lower_bound(ends_[m], end) - ends_[m].begin()) : -1;
  };
  for (std::size_t box = 0; box < boxes.size(); box += 2 * objectives)
    for (std::size_t m = 0; m < objectives; ++m) {
      boxes_.push_back(place(m, boxes[box + m]));
      boxes_.push_back(place(m, boxes[box + objectives + m]));
    }
}

double GpFrontAcquisition::log_volume(std::span<const double> mean, std::span<const double> deviation,
                                      Slope* slopes) const {
  const std::size_t objectives = surfaces_.size(), boxes = boxes_.size() / (2 * objectives);
  // ln of the expected improvement on every end, without the factor of the deviation.
  std::vector<std::vector<LogImprovement>> on(objectives);
  for (std::size_t m = 0; m < objectives; ++m)
    for (const double end : ends_[m]) on[m].push_back(log_improvement((end - mean[m]) / deviation[m]));
  // What lies between two ends: ln (h - l) = ln h + ln (1 - l / h).
  const auto ratio = [&](std::size_t m, std::int32_t low, std::int32_t high) {
    return low < 0 ? 0
                   : portable_exp(std::min(0.0, on[m][static_cast<std::size_t>(low)].value -
                                                    on[m][static_cast<std::size_t>(high)].value));
  };
  std::vector<double> logs(boxes, 0);
  double top = -infinity;
  for (std::size_t b = 0; b < boxes; ++b) {
    for (std::size_t m = 0; m < objectives; ++m) {
      const std::int32_t *const ends = &boxes_[2 * (b * objectives + m)], low = ends[0], high = ends[1];
      const double rest = 1 - ratio(m, low, high);
      logs[b] +=
          rest > 0 ? on[m][static_cast<std::size_t>(high)].value + (rest < 1 ? portable_log(rest) : 0) : -infinity;
    }
    top = std::max(top, logs[b]);
  }
  double log_deviations = 0;
  for (const double d : deviation) log_deviations += portable_log(d);
  if (!(top > -infinity)) return -1e300;
  double sum = 0;
  for (double& log : logs) sum += log = portable_exp(log - top);
  if (slopes) {
    for (std::size_t m = 0; m < objectives; ++m) slopes[m] = {0, 1 / deviation[m]};
    for (std::size_t b = 0; b < boxes; ++b) {
      const double share = logs[b] / sum;
      if (share == 0) continue;
      for (std::size_t m = 0; m < objectives; ++m) {
        const std::int32_t low = boxes_[2 * (b * objectives + m)], high = boxes_[2 * (b * objectives + m) + 1];
        const double r = ratio(m, low, high), d = deviation[m];
        const auto z = [&](std::int32_t end) { return (ends_[m][static_cast<std::size_t>(end)] - mean[m]) / d; };
        const double slope_high = on[m][static_cast<std::size_t>(high)].slope;
        const double slope_low = low < 0 ? 0 : on[m][static_cast<std::size_t>(low)].slope;
        const double z_low = low < 0 ? 0 : z(low);
        const double by_z = (slope_high - slope_low * r) / (1 - r);
        const double by_width = (slope_high * z(high) - slope_low * r * z_low) / (1 - r);
        slopes[m].by_mean -= share * by_z / d;
        slopes[m].by_deviation -= share * by_width / d;
      }
    }
  }
  return log_deviations + top + portable_log(sum);
}

void GpFrontAcquisition::evaluate(std::span<GpCandidate> candidates) const {
  const std::size_t objectives = surfaces_.size();
  for (GpCandidate& candidate : candidates) candidate.value = 0;
  std::vector<GpSurface::AtMany> at(objectives);
  std::vector<double> mean(objectives), deviation(objectives);
  for (std::size_t first = 0; !boxes_.empty() && first < candidates.size(); first += gp_at_once) {
    const auto some = candidates.subspan(first, std::min(gp_at_once, candidates.size() - first));
    for (std::size_t m = 0; m < objectives; ++m)
      surfaces_[m]->at_many(some, std::span(white_[m]).first(surfaces_[m]->size()), at[m]);
    for (std::size_t c = 0; c < some.size(); ++c) {
      for (std::size_t m = 0; m < objectives; ++m) {
        mean[m] = at[m].mean[c];
        deviation[m] = std::sqrt(surfaces_[m]->variance(at[m].explained[c]));
      }
      some[c].value = log_volume(mean, deviation, nullptr);
    }
  }
  if (feasibility_) feasibility_->add_to(candidates);
}

double GpFrontAcquisition::with_gradient(const Point& point, const Mask& active, std::span<double> gradient) const {
  const std::size_t objectives = surfaces_.size();
  std::ranges::fill(gradient, 0.0);
  double value = 0;
  if (!boxes_.empty()) {
    std::vector<GpSurface::At> at;
    std::vector<double> mean(objectives, 0.0), deviation(objectives);
    std::vector<Slope> slopes(objectives);
    for (std::size_t m = 0; m < objectives; ++m) {
      at.push_back(surfaces_[m]->at(point, active));
      for (std::size_t i = 0; i < surfaces_[m]->size(); ++i) mean[m] += at[m].v[i] * white_[m][i];
      deviation[m] = std::sqrt(at[m].variance);
    }
    value = log_volume(mean, deviation, slopes.data());
    for (std::size_t m = 0; m < objectives; ++m) {
      const double by_variance = at[m].known ? 0 : slopes[m].by_deviation / (2 * deviation[m]);
      std::vector<double> by_v(at[m].v.size(), 0.0);
      for (std::size_t i = 0; i < surfaces_[m]->size(); ++i)
        by_v[i] = slopes[m].by_mean * white_[m][i] - 2 * by_variance * at[m].v[i];
      surfaces_[m]->add_gradient(at[m], point, by_v, gradient);
    }
  }
  if (feasibility_) value += feasibility_->add_gradient(point, active, gradient);
  return value;
}

Result<Proposal> propose_by_front(const View& view, const AskContext& context, const GpFrontSetup& setup) {
  const std::size_t count = view.objectives();
  std::vector<Objective> objectives;
  std::vector<GpObservation> observations;
  for (std::size_t m = 0; m < count; ++m) {
    std::vector<GpObservation> own = gp_observations(view, view.size(), only_objective(count, m));
    if (own.size() > setup.points) own.erase(own.begin(), own.end() - static_cast<std::ptrdiff_t>(setup.points));
    objectives.push_back(objective_of(view, own, setup.fits[m]));
    observations = std::move(own);  // rows and violations are the same for all
  }
  const std::vector<std::size_t> places = front_of(objectives, observations);
  std::vector<double> front, reference(count, -infinity), ideal(count, infinity);
  std::vector<Point> near;
  for (const std::size_t i : places) {
    if (near.size() < near_trials) near.emplace_back(view[observations[i].row].point);
    const bool kept = front.size() < front_max * count;
    for (std::size_t m = 0; m < count; ++m) {
      if (kept) front.push_back(objectives[m].mean[i]);
      reference[m] = std::max(reference[m], objectives[m].mean[i]);
      ideal[m] = std::min(ideal[m], objectives[m].mean[i]);
    }
  }
  for (std::size_t m = 0; m < count; ++m) {
    std::vector<double> all = objectives[m].mean;
    std::ranges::sort(all);
    const double share = count == 2 ? reference_share_two : reference_share_three;
    reference[m] = std::max(reference[m], all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))]);
    reference[m] += reference_margin * (reference[m] - ideal[m]);
  }
  if (near.empty()) near = best_points(view, observations, near_trials);

  std::optional<GpFeasibility> feasibility;
  const GpConstraintData constraints = gp_constraint_data(view, view.size(), setup.points);
  if (constraints.constraints > 0 && constraints.constraints == setup.feasibility.size())
    feasibility.emplace(view, constraints, std::vector(setup.feasibility.begin(), setup.feasibility.end()));
  std::vector<GpSurface> made;
  made.reserve(count);
  std::vector<const GpSurface*> surfaces;
  std::vector<std::vector<double>> white;
  std::vector<double> weights(objectives.front().points.axes(), 0.0);
  for (Objective& own : objectives) {
    add_running(view, own.points, own.repeats, own.parameters, own.factor);
    made.emplace_back(own.points, own.factor, own.parameters);
    surfaces.push_back(&made.back());
    white.push_back(made.back().whitened(own.y));
    for (std::size_t a = 0; a < weights.size(); ++a) weights[a] = std::max(weights[a], own.parameters.weights[a]);
  }
  const GpFrontAcquisition acquisition(std::move(surfaces), std::move(white), front, reference,
                                       feasibility ? &*feasibility : nullptr);
  const std::vector<GpCandidate> found =
      search_acquisition(view.space(), objectives.front().points, acquisition, weights, near, context, setup.search);
  const GpCandidate& chosen = first_new(view, found);
  return Proposal{chosen.point, "gp",
                  fmt::format("log hypervolume improvement {:.2f} by {} results, {} of them on the front", chosen.value,
                              observations.size(), places.size())};
}

}  // namespace hone
