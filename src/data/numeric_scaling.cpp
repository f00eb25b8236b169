#include "data/numeric_scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/mapping.hpp"
#include "base/text.hpp"
#include "data/radix_sort.hpp"
#include "math/normal.hpp"

namespace hone {
namespace {

/// The value at `share` of an ascending list, between neighbours by their distance.
double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  if (part == 0) return sorted[below];
  return sorted[below] * (1 - part) + sorted[below + 1] * part;
}

/// The value of more than half of an ascending list, if there is one and at least two others.
std::optional<double> usual_value(std::span<const double> sorted) {
  const double middle = sorted[sorted.size() / 2];  // whoever has the majority has the middle
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), middle);
  if (2 * static_cast<std::size_t>(last - first) <= sorted.size()) return std::nullopt;
  const bool two_others = (first != sorted.begin() && last != sorted.end()) ||
                          (first != sorted.begin() && sorted.front() != *(first - 1)) ||
                          (last != sorted.end() && *last != sorted.back());
  return two_others ? std::optional(middle) : std::nullopt;
}

/// Where a heavy tail begins to bend, or 0: a third of the interquartile range, or of the usual distance from the
/// median among those who differ from it.
double bend_of(std::span<const double> sorted, double center) {
  const double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const double furthest = std::max(center - sorted.front(), sorted.back() - center);
  if (range > 0) return furthest > heavy_tail_ranges * range ? range / 3 : 0;
  LargeVector<double> distances;
  for (const double value : sorted)
    if (value != center) distances.push_back(std::abs(value - center));
  radix_sort(std::span<double>(distances));
  return distances.empty() ? 0 : quantile(distances, 0.5) / 3;
}

/// The range that robust scaling divides by; > 0.
double robust_range(std::span<const double> sorted) {
  const double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  if (range > 0) return range;
  const double whole = sorted.back() / 2 - sorted.front() / 2;
  return whole > 0 ? whole : 1;
}

/// Values at equal shares of an ascending list, equal ones once, each with the normal quantile of the middle of its
/// share.
void fit_knots(std::span<const double> sorted, NumericScaling& scaling) {
  const std::size_t count = std::min(sorted.size(), quantile_knots_max);
  const auto n = static_cast<double>(sorted.size());
  for (std::size_t k = 0; k < count; ++k) {
    const double share = count == 1 ? 0.5 : static_cast<double>(k) / static_cast<double>(count - 1);
    const double value = sorted[static_cast<std::size_t>(share * (n - 1))];
    if (!scaling.knots.empty() && value == scaling.knots.back()) continue;
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    const double middle = static_cast<double>((first - sorted.begin()) + (last - sorted.begin())) / 2 / n;
    scaling.knots.push_back(value);
    scaling.scores.push_back(normal_quantile(middle));
  }
}

/// Linear between the knots, constant beyond them.
double interpolated(std::span<const double> knots, std::span<const double> scores, double value) {
  const auto behind = static_cast<std::size_t>(std::upper_bound(knots.begin(), knots.end(), value) - knots.begin());
  if (behind == 0) return scores.front();
  if (behind == knots.size()) return scores.back();
  const double part = (value - knots[behind - 1]) / (knots[behind] - knots[behind - 1]);
  return scores[behind - 1] + part * (scores[behind] - scores[behind - 1]);
}

}  // namespace

Result<ScalingKind> find_scaling(std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < std::size(scaling_names); ++i) {
    if (name == scaling_names[i]) return static_cast<ScalingKind>(i);
    known.emplace_back(scaling_names[i]);
  }
  return refuse(fmt::format("unknown scaling '{}': {}", quoted(name), suggest_name(name, known)));
}

double NumericScaling::bent(double value) const {
  const double distance = value - center;
  if (bend == 0) return distance;
  return std::copysign(std::sqrt(std::sqrt(1 + 4 * std::min(std::abs(distance) / bend, bends_max))) - 1, distance);
}

bool NumericScaling::is_far(double value) const {
  if (kind != ScalingKind::standard) return false;  // these two end smoothly, that is what they are for
  if (bend > 0) return std::abs(value - center) / bend > bends_max;
  return std::abs((bent(value) - mean) / deviation) > 100 * numeric_limit;
}

float NumericScaling::apply(double value) const {
  if (kind == ScalingKind::quantile) return static_cast<float>(interpolated(knots, scores, value));
  if (kind == ScalingKind::robust) {
    const double z = std::clamp((value - center) / deviation, -robust_far, robust_far), third = z / robust_limit;
    return static_cast<float>(z / std::sqrt(1 + third * third));
  }
  return static_cast<float>(std::clamp((bent(value) - mean) / deviation, -numeric_limit, numeric_limit));
}

NumericScaling NumericScaling::fit_in_place(std::span<double> numbers, ScalingKind kind) {
  HONE_CHECK(!numbers.empty(), "a column in use has values");
  radix_sort(numbers);
  NumericScaling scaling;
  scaling.kind = kind;
  scaling.center = quantile(numbers, 0.5);
  scaling.usual = usual_value(numbers);
  if (kind == ScalingKind::robust) scaling.deviation = robust_range(numbers);
  if (kind == ScalingKind::quantile) fit_knots(numbers, scaling);
  if (kind != ScalingKind::standard) return scaling;
  scaling.bend = bend_of(numbers, scaling.center);
  const auto n = static_cast<double>(numbers.size());
  double sum = 0, squares = 0, largest = 0;
  for (double& number : numbers) {
    number = scaling.bent(number);
    largest = std::max(largest, std::abs(number));
  }
  if (largest == 0) return scaling;
  for (const double number : numbers) sum += number / largest;
  for (const double number : numbers) squares += std::pow(number / largest - sum / n, 2);
  scaling.mean = sum / n * largest;
  scaling.deviation = std::sqrt(squares / n) * largest;
  if (!(scaling.deviation > 0)) scaling.deviation = 1;
  return scaling;
}

}  // namespace hone
