#include "data/numeric_scaling.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/mapping.hpp"
#include "data/radix_sort.hpp"

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

}  // namespace

double NumericScaling::bent(double value) const {
  const double distance = value - center;
  if (bend == 0) return distance;
  return std::copysign(std::sqrt(std::sqrt(1 + 4 * std::min(std::abs(distance) / bend, bends_max))) - 1, distance);
}

bool NumericScaling::is_far(double value) const {
  if (bend > 0) return std::abs(value - center) / bend > bends_max;
  return std::abs((bent(value) - mean) / deviation) > 100 * numeric_limit;
}

float NumericScaling::apply(double value) const {
  return static_cast<float>(std::clamp((bent(value) - mean) / deviation, -numeric_limit, numeric_limit));
}

NumericScaling NumericScaling::fit_in_place(std::span<double> numbers) {
  HONE_CHECK(!numbers.empty(), "a column in use has values");
  radix_sort(numbers);
  NumericScaling scaling;
  scaling.center = quantile(numbers, 0.5);
  scaling.bend = bend_of(numbers, scaling.center);
  scaling.usual = usual_value(numbers);
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
