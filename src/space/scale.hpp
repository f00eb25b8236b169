/// The map of one parameter between its values and the unit interval (algorithms.md §1.1).
///
/// Numbers on a grid are widened by half a step at both ends, in linear units even where the scale is logarithmic, so
/// that each value owns a cell: equal cells on a linear scale, cells as wide as ln((v + 1/2) / (v - 1/2)) for log ints.
/// Choices have equal cells. low == high is a constant: one value at 0.5.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "space/float_grid.hpp"
#include "space/parameter.hpp"
#include "space/value.hpp"

namespace hone {

/// The double nearest to `number` written with 15 significant digits: a default of 0.002 goes through the unit cube and
/// comes back as 0.002, and configurations stay readable. Cost: 5 ns from 1e-7 to 1e14, else that of writing it.
double rounded_to_15_digits(double number);

class Scale {
 public:
  /// `parameter` is valid.
  explicit Scale(const Parameter& parameter);

  /// Number of values; 0: continuous.
  std::size_t levels() const { return levels_; }

  Value decode(double unit) const;
  /// What expressions compute with: the number of a float or int, the position among the choices otherwise.
  double operand(double unit) const;
  /// Errors name the value and what is allowed, not the parameter.
  Result<double> encode(const Value& value) const;

  /// For grids only: the value's index, its canonical coordinate, and the end points of its cell.
  std::size_t cell(double unit) const;
  double cell_unit(std::size_t cell) const;
  std::pair<double, double> cell_bounds(std::size_t cell) const;

 private:
  double grid_number(std::size_t cell) const;
  double continuous_number(double unit) const;
  double log_unit(double number) const;
  Result<double> encode_choice(const Value& value) const;
  Result<double> encode_number(double number) const;

  ParameterType type_;
  bool log_;
  double low_, high_, step_;
  std::size_t levels_ = 0;
  double log_low_ = 0, log_span_ = 0;  ///< of the (widened, for ints) range
  FloatGrid grid_;
  std::vector<Value> choices_;
};

/// How many values a float with step or an int has: round((high - low) / step) + 1. May exceed what is allowed.
double grid_count(const Parameter& parameter);

}  // namespace hone
