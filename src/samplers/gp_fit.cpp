#include "samplers/gp_fit.hpp"

#include <algorithm>
#include <numeric>

#include "samplers/gp_warp.hpp"

namespace hone {
namespace {

constexpr std::size_t warped_from = 8;     // results below which values are taken as they are
constexpr std::size_t started_from = 100;  // results from which the second fit starts at the first one's end
constexpr double warp_margin = 1;          // what the transformation must gain, in ln of the density of all values

}  // namespace

std::size_t fitted_with(std::size_t n) {
  std::size_t m = std::min<std::size_t>(n, 20);
  for (std::size_t next = m + m / 10; m >= 20 && next <= n; next = m + m / 10) m = next;
  return m;
}

int iterations_for(std::size_t n) {
  return n <= 50 ? 50 : n <= 200 ? 35 : 25;
}

std::vector<double> values_of(std::span<const GpObservation> observations) {
  std::vector<double> values;
  for (const GpObservation& o : observations) values.push_back(o.value);
  return values;
}
std::vector<double> warped(std::span<const double> values, double lambda) {
  const GpWarp warp = fit_warp(values, lambda);
  std::vector<double> y;
  for (const double value : values) y.push_back(warp.apply(value));
  return y;
}

GpFit fit(const View& view, std::span<const GpObservation> observations) {
  GpPoints points(view.space());
  const std::vector<double> values = values_of(observations);
  std::vector<double> repeats;
  for (const GpObservation& o : observations) {
    points.add(view[o.row].point, view[o.row].active);
    repeats.push_back(o.repeats);
  }
  const int iterations = iterations_for(observations.size());
  const auto with = [&](double lambda, const GpParameters* start, double& score) {
    const GpWarp warp = fit_warp(values, lambda);
    std::vector<double> y;
    for (const double value : values) y.push_back(warp.apply(value));
    GpParameters parameters = fit_gp(points, y, repeats, iterations, start);
    if (observations.size() >= warped_from) {
      score = leave_one_out(points, y, repeats, parameters);
      for (const double value : values) score += warp.log_slope(value);
    }
    return GpFit{lambda, std::move(parameters)};
  };
  double plain_score = 0, warped_score = 0;
  GpFit plain = with(1, nullptr, plain_score);
  if (observations.size() < warped_from) return plain;
  GpFit bent =
      with(most_normal_lambda(values), observations.size() > started_from ? &plain.parameters : nullptr, warped_score);
  return warped_score > plain_score + warp_margin ? bent : plain;
}

std::vector<GpObservation> selected(std::vector<GpObservation> all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::pair(all[i].violation, all[i].value); });
  std::vector<bool> kept(all.size());
  for (std::size_t i = 0; i < most / 2; ++i) kept[order[i]] = true;
  std::size_t count = most / 2;
  for (std::size_t i = all.size(); i-- > 0 && count < most;)
    if (!kept[i]) {
      kept[i] = true;
      ++count;
    }
  std::vector<GpObservation> some;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (kept[i]) some.push_back(all[i]);
  return some;
}

std::vector<Point> best_points(const View& view, std::span<const GpObservation> observations, std::size_t most) {
  std::vector<std::size_t> order(observations.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {},
                           [&](std::size_t i) { return std::pair(observations[i].violation, observations[i].value); });
  std::vector<Point> points;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
    points.emplace_back(view[observations[order[i]].row].point);
  return points;
}

std::size_t add_running(const View& view, GpPoints& points, std::vector<double>& repeats,
                        const GpParameters& parameters, Cholesky& factor) {
  const std::size_t known = points.size();
  std::size_t running = 0;
  for (std::size_t i = 0; i < view.size(); ++i) {
    if (is_finished(view[i].state)) continue;
    points.add(view[i].point, view[i].active);
    repeats.push_back(1);
    if (extend_factor(factor, points, repeats, parameters)) {
      ++running;
    } else {
      points.shrink(known + running);
      repeats.pop_back();
    }
  }
  return running;
}

bool was_tried(const View& view, const Point& point) {
  for (std::size_t i = 0; i < view.size(); ++i)
    if (view[i].point == point) return true;
  return false;
}

const GpCandidate& first_new(const View& view, const std::vector<GpCandidate>& candidates) {
  const auto found =
      std::ranges::find_if(candidates, [&](const GpCandidate& one) { return !was_tried(view, one.point); });
  return found == candidates.end() ? candidates.front() : *found;
}

}  // namespace hone
