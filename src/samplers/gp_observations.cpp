#include "samplers/gp_observations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "trial/ranking.hpp"

namespace hone {
namespace {

constexpr double value_max = 1e150;         // squares of larger ones are no numbers
constexpr double tchebycheff_share = 0.05;  // of the sum, beside the largest: Knowles' rho

bool all_finite(std::span<const double> values) {
  return !values.empty() && std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

/// One value of each complete row of `rows`; NaN of the others.
std::vector<double> scalars(const View& view, const std::vector<std::uint32_t>& rows,
                            const std::vector<double>& weights) {
  const std::size_t objectives = view.objectives();
  std::vector<double> low(objectives, std::numeric_limits<double>::infinity()), high(objectives, -low[0]);
  const auto usable = [&](std::uint32_t i) {
    return view[i].state == TrialState::complete && all_finite(view[i].values);
  };
  for (const std::uint32_t i : rows)
    for (std::size_t m = 0; usable(i) && m < objectives; ++m) {
      low[m] = std::min(low[m], view[i].values[m]);
      high[m] = std::max(high[m], view[i].values[m]);
    }
  std::vector<double> values;
  for (const std::uint32_t i : rows) {
    double value = std::nan("");
    if (usable(i) && objectives == 1) value = view[i].values[0];
    if (usable(i) && objectives > 1) {
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (std::size_t m = 0; m < objectives; ++m) {
        const double width = high[m] - low[m], scaled = width > 0 ? (view[i].values[m] - low[m]) / width : 0;
        largest = std::max(largest, weights[m] * scaled);
        sum += weights[m] * scaled;
      }
      value = largest + tchebycheff_share * sum;
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace

std::vector<std::uint32_t> finished_rows(const View& view) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < view.size(); ++i)
    if (is_finished(view[i].state)) rows.push_back(static_cast<std::uint32_t>(i));
  std::ranges::sort(rows, {}, [&](std::uint32_t i) { return std::tie(view[i].finished, view[i].number); });
  return rows;
}

std::vector<GpObservation> gp_observations(const View& view, std::size_t limit, const std::vector<double>& weights) {
  std::vector<std::uint32_t> rows = finished_rows(view);
  if (rows.size() > limit) rows.resize(limit);
  const std::vector<double> values = scalars(view, rows, weights);
  std::vector<double> known;
  for (const double value : values)
    if (!std::isnan(value)) known.push_back(value);
  if (known.empty()) return {};
  std::ranges::sort(known);
  const double median = known[known.size() / 2], worst = known.back();
  std::vector<GpObservation> observations;
  std::map<SharedVector<double>, std::size_t> place;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const TrialRow& row = view[rows[k]];
    double value = values[k];
    if (std::isnan(value) && row.state == TrialState::pruned && view.objectives() == 1 && !row.reports.empty()) {
      const double last = rung_value(row, row.reports.back().step);
      value = std::clamp(last, median, std::max(worst, median));
    }
    if (std::isnan(value)) value = worst;
    value = std::clamp(value, -value_max, value_max);
    const auto [at, is_new] = place.emplace(row.point, observations.size());
    if (is_new) {
      observations.push_back({rows[k], value, 1, violation(row.constraints)});
      continue;
    }
    GpObservation& same = observations[at->second];
    same.repeats += 1;
    same.value += (value - same.value) / same.repeats;
    same.violation = std::max(same.violation, violation(row.constraints));
  }
  return observations;
}

std::vector<double> only_objective(std::size_t objectives, std::size_t which) {
  std::vector<double> weights(objectives, 0.0);
  weights[which] = 1;
  return weights;
}

}  // namespace hone
