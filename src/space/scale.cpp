#include "space/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.hpp"
#include "base/elementary.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

double step_of(const Parameter& parameter) {
  return parameter.type == ParameterType::int_ && parameter.step == 0 ? 1 : parameter.step;
}

double rounded_by_text(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific, 14).ptr;
  double result = number;
  std::from_chars(text, end, result);
  return result;
}

}  // namespace

double rounded_to_15_digits(double number) {
  // 15 digits as an integer below 2^53, divided by a power of ten that is a double too: one rounding, the right one.
  constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const double size = std::abs(number);
  if (!(size > 1e-7 && size < 1e14)) return rounded_by_text(number);
  std::size_t power = 14;
  if (size >= 1)
    while (size >= powers[15 - power]) --power;
  else
    while (size * powers[power] < 1e14) ++power;
  const double digits = size * powers[power];
  const double whole = std::nearbyint(digits);
  // The product is off by at most 1/16: where that leaves open which way to round, the slow way decides.
  if (std::abs(digits - whole) > 0.4 || digits < 1e14 || whole > 1e15) return rounded_by_text(number);
  return std::copysign(whole / powers[power], number);
}

namespace {

/// [0, 1], and NaN to 0: a point may come from anywhere.
double clip(double unit) {
  return unit > 0 ? std::min(unit, 1.0) : 0.0;
}

std::string article(const Value& value) {
  const std::string name = value_type_name(value);
  return (name == "int" ? "an " : "a ") + name;
}

}  // namespace

double grid_count(const Parameter& parameter) {
  return std::round((parameter.high - parameter.low) / step_of(parameter)) + 1;
}

Scale::Scale(const Parameter& parameter)
    : type_(parameter.type),
      log_(parameter.log),
      low_(parameter.low),
      high_(parameter.high),
      step_(step_of(parameter)),
      choices_(choices_of(parameter).begin(), choices_of(parameter).end()) {
  if (!is_numeric(type_)) {
    levels_ = choices_.size();
    return;
  }
  if (low_ == high_)
    levels_ = 1;
  else if (step_ > 0)
    levels_ = static_cast<std::size_t>(grid_count(parameter));
  if (type_ == ParameterType::float_ && step_ > 0) grid_ = FloatGrid(low_, step_);
  if (log_) {
    const double half_step = type_ == ParameterType::int_ ? 0.5 : 0.0;
    log_low_ = portable_log(low_ - half_step);
    log_span_ = portable_log(high_ + half_step) - log_low_;
  }
}

double Scale::log_unit(double number) const {
  return clip((portable_log(number) - log_low_) / log_span_);
}

double Scale::grid_number(std::size_t cell) const {
  if (cell == 0) return low_;
  if (cell + 1 == levels_) return high_;
  return type_ == ParameterType::int_ ? low_ + static_cast<double>(cell) * step_ : grid_.value(cell);
}

double Scale::continuous_number(double unit) const {
  unit = clip(unit);
  if (unit == 0) return low_;
  if (unit == 1) return high_;
  const double number = log_ ? portable_exp(log_low_ + unit * log_span_) : low_ + unit * (high_ - low_);
  return std::clamp(rounded_to_15_digits(number), low_, high_);
}

double Scale::operand(double unit) const {
  if (levels_ == 0) return continuous_number(unit);
  const std::size_t index = cell(unit);
  return is_numeric(type_) ? grid_number(index) : static_cast<double>(index);
}

Value Scale::decode(double unit) const {
  if (!is_numeric(type_)) return choices_[cell(unit)];
  const double number = operand(unit);
  if (type_ == ParameterType::int_) return static_cast<std::int64_t>(number);
  return number;
}

std::size_t Scale::cell(double unit) const {
  HONE_CHECK(levels_ > 0, "a continuous parameter has no cells");
  unit = clip(unit);
  if (levels_ == 1) return 0;
  const double widened =
      log_ ? portable_exp(log_low_ + unit * log_span_) - (low_ - 0.5) : unit * static_cast<double>(levels_);
  const double last = static_cast<double>(levels_ - 1);
  return static_cast<std::size_t>(std::clamp(std::floor(widened), 0.0, last));
}

double Scale::cell_unit(std::size_t cell) const {
  HONE_CHECK(cell < levels_, "no such cell");
  if (levels_ == 1) return 0.5;
  if (log_) return log_unit(grid_number(cell));
  return (static_cast<double>(cell) + 0.5) / static_cast<double>(levels_);
}

std::pair<double, double> Scale::cell_bounds(std::size_t cell) const {
  HONE_CHECK(cell < levels_, "no such cell");
  const double n = static_cast<double>(levels_), k = static_cast<double>(cell);
  if (levels_ == 1) return {0, 1};
  if (!log_) return {k / n, (k + 1) / n};
  const double number = grid_number(cell);
  return {cell == 0 ? 0.0 : log_unit(number - 0.5), cell + 1 == levels_ ? 1.0 : log_unit(number + 0.5)};
}

Result<double> Scale::encode(const Value& value) const {
  if (!is_numeric(type_)) return encode_choice(value);
  const bool integer = std::holds_alternative<std::int64_t>(value);
  if (type_ == ParameterType::int_ && !integer)
    return refuse(fmt::format("must be a whole number such as {}, got {} ({})", number_text(low_),
                              quoted(value_json(value)), value_type_name(value)));
  if (!integer && !std::holds_alternative<double>(value))
    return refuse(fmt::format("must be a number, got {} ({})", quoted(value_json(value)), value_type_name(value)));
  return encode_number(value_number(value));
}

Result<double> Scale::encode_choice(const Value& value) const {
  if (const auto index = choice_index(choices_, value)) return cell_unit(*index);
  return refuse(
      fmt::format("must be one of {}; got {}, {}", choices_text(choices_), quoted(value_json(value)), article(value)));
}

Result<double> Scale::encode_number(double number) const {
  if (!(number >= low_ && number <= high_))
    return refuse(
        fmt::format("must be from {} to {}, got {}", number_text(low_), number_text(high_), number_text(number)));
  if (levels_ == 1) return 0.5;
  if (levels_ == 0) return log_ ? log_unit(number) : clip((number - low_) / (high_ - low_));
  const double nearest = std::clamp(std::round((number - low_) / step_), 0.0, static_cast<double>(levels_ - 1));
  const auto index = static_cast<std::size_t>(nearest);
  if (std::abs(number - grid_number(index)) > 1e-9 * step_)
    return refuse(fmt::format("must be {} plus a multiple of {}, got {}; the nearest is {}", number_text(low_),
                              number_text(step_), number_text(number), number_text(grid_number(index))));
  return cell_unit(index);
}

}  // namespace hone
