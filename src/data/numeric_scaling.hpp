/// Numbers of any range -> inputs of order one.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hone {

/// How the numbers of a table are scaled.
enum class ScalingKind {
  /// Standardised, cut at +-numeric_limit deviations. A column with a heavy tail is bent first:
  /// sign(d) (sqrt(sqrt(1 + 4 |d| / bend)) - 1), which is d / bend near the median and its fourth root far away, so
  /// that
  /// a few huge values do not press all others together. Roots are exact to the last bit on every machine; a logarithm,
  /// which would do as well, is not.
  standard,
  /// z = (x - median) / interquartile range, then z / sqrt(1 + (z / 3)^2), which ends at +-3 (RealMLP: Holzmueller,
  /// Grinsztajn, Steinwart 2024). Without a range half of what lies between the lowest and the highest value stands in.
  robust,
  /// The quantile of the standard normal distribution at the share of training values below x (of equal ones the middle
  /// of
  /// their share, so that the lowest of n is not -infinity), linear between up to 1,000 of them, constant beyond.
  quantile,
};
constexpr std::string_view scaling_names[] = {"standard", "robust", "quantile"};
/// Errors name the known ones.
Result<ScalingKind> find_scaling(std::string_view name);

struct NumericScaling {
  ScalingKind kind = ScalingKind::standard;
  double center = 0;            ///< the median; stands for missing values
  double bend = 0;              ///< standard: 0, no bend
  double mean = 0;              ///< standard: of the bent distances from the centre
  double deviation = 1;         ///< standard: of the same; robust: the range; > 0
  std::optional<double> usual;  ///< a value that more than half of the rows have: an input of its own says who has not
  std::vector<double> knots;    ///< quantile: ascending values, at least one
  std::vector<double> scores;   ///< quantile: (knots) what they become, ascending
  float apply(double value) const;
  double bent(double value) const;
  bool is_far(double value) const;  ///< so far out that it was cut off (standard)

  /// `numbers`: any order, within +-cell_number_max, not empty. O(n) for many, see radix_sort().
  static NumericScaling fit(std::vector<double> numbers, ScalingKind kind = ScalingKind::standard) {
    return fit_in_place(numbers, kind);
  }
  /// The same without a copy: leaves other numbers behind.
  static NumericScaling fit_in_place(std::span<double> numbers, ScalingKind kind = ScalingKind::standard);
};

constexpr double numeric_limit = 10;
/// A tail is heavy if it reaches further from the median than this many interquartile ranges.
constexpr double heavy_tail_ranges = 20;
/// Distances end at this many bends, so that one absurd value (1e308) leaves room for the others.
constexpr double bends_max = 1e4;
/// Where robust scaling ends, and the range within which its argument is kept so that its square is finite.
constexpr double robust_limit = 3, robust_far = 1e9;
constexpr std::size_t quantile_knots_max = 1000;

}  // namespace hone
