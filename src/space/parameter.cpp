#include "space/parameter.hpp"
#include "space/float_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "space/fault.hpp"
#include "space/scale.hpp"

namespace hone {
namespace {

constexpr double integer_max = 0x1p53;
/// Beyond these, the unit coordinates of neighbours could round to each other.
constexpr double levels_max = 0x1p50;
constexpr double log_int_max = 0x1p40;
constexpr std::size_t choices_max = 10'000;

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = {"float", "int", "categorical", "ordinal", "bool"};
  return names;
}

bool whole(double value) {
  return value == std::floor(value);
}

Faulty<void> validate_bounds(const Parameter& p) {
  const bool integer = p.type == ParameterType::int_;
  const std::string low = number_text(p.low), high = number_text(p.high);
  if (!std::isfinite(p.low)) return fault("low", fmt::format("low must be a finite number, got {}", low));
  if (!std::isfinite(p.high)) return fault("high", fmt::format("high must be a finite number, got {}", high));
  for (const auto& [field, value] : {std::pair{"low", p.low}, std::pair{"high", p.high}})
    if (integer && !(whole(value) && std::abs(value) <= integer_max))
      return fault(field, fmt::format("{} of an int must be a whole number within +-2^53, got {}; for other numbers "
                                      "write type = \"float\"",
                                      field, number_text(value)));
  if (p.low > p.high)
    return fault("low", fmt::format("low must not be above high, got low = {} and high = {}; swap them?", low, high));
  if (!std::isfinite(p.high - p.low))
    return fault("high", fmt::format("high - low must be a finite number, got low = {} and high = {}", low, high));
  return {};
}

Faulty<void> validate_log(const Parameter& p) {
  if (!p.log) return {};
  const bool integer = p.type == ParameterType::int_;
  if (p.step != 0)
    return fault("step",
                 fmt::format("log and step exclude each other, got step = {}; leave one out", number_text(p.step)));
  if (p.low < (integer ? 1 : 0) || p.low == 0)
    return fault("low", fmt::format("log needs low {}, got {}; raise low or leave log out",
                                    integer ? ">= 1 for an int" : "> 0", number_text(p.low)));
  if (integer && p.high > log_int_max)
    return fault("high", fmt::format("a log int goes up to 2^40 = {}, got high = {}; write type = \"float\"",
                                     number_text(log_int_max), number_text(p.high)));
  return {};
}

Faulty<void> validate_step(const Parameter& p) {
  const bool integer = p.type == ParameterType::int_;
  if (!std::isfinite(p.step) || p.step < 0 || (integer && !whole(p.step)))
    return fault("step", fmt::format("step must be a {} above zero, got {}", integer ? "whole number" : "number",
                                     number_text(p.step)));
  if (p.step == 0 && !integer) return {};
  const double count = grid_count(p);
  if (!(count <= levels_max))
    return fault(p.step > 0 ? "step" : "high",
                 fmt::format("the range holds more than 2^50 values; take a wider step{}, or a narrower range",
                             integer ? "" : " or none"));
  if (p.low == p.high) return {};
  const double step = p.step == 0 ? 1 : p.step, steps = (p.high - p.low) / step;
  // What is written in decimal is off by half an ulp of the larger bound: a tiny step far from zero feels it.
  const double rounding =
      4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(p.low), std::abs(p.high)) / step;
  if (std::abs(steps - std::round(steps)) <= 1e-9 + std::min(rounding, 0.25)) return {};
  const auto count_to = static_cast<std::uint64_t>(std::max(1.0, std::round(steps)));
  const double nearest =
      integer ? p.low + static_cast<double>(count_to) * step : FloatGrid(p.low, step).value(count_to);
  return fault("high", fmt::format("high - low must be a multiple of step, got low = {}, high = {}, step = {}; "
                                   "the nearest high is {}",
                                   number_text(p.low), number_text(p.high), number_text(step), number_text(nearest)));
}

Faulty<void> validate_choices(const Parameter& p) {
  if (p.type == ParameterType::boolean) {
    const std::vector<Value> both = {Value(false), Value(true)};
    if (p.choices.empty() || p.choices == both) return {};
    return fault("choices", "a bool has the choices false and true; for others write type = \"categorical\"");
  }
  if (p.choices.empty()) return fault("choices", "choices must hold at least one value");
  if (p.choices.size() > choices_max)
    return fault("choices", fmt::format("at most {} choices, got {}; is it a number?", choices_max, p.choices.size()));
  for (std::size_t i = 0; i < p.choices.size(); ++i) {
    if (const auto* number = std::get_if<double>(&p.choices[i]); number && !std::isfinite(*number))
      return fault("choices", fmt::format("a choice must be finite, got {}", number_text(*number)));
    if (const auto* number = std::get_if<std::int64_t>(&p.choices[i]);
        number && std::abs(static_cast<double>(*number)) > integer_max)
      return fault("choices", fmt::format("an integer choice must be within +-2^53, got {}", *number));
    if (choice_index(std::span(p.choices).first(i), p.choices[i]))
      return fault("choices",
                   fmt::format("choices must differ, got {} twice; remove one", quoted(value_json(p.choices[i]))));
  }
  return {};
}

Faulty<void> validate_defaults(const Parameter& p) {
  if (p.defaults.size() > 1 && p.repeat.empty())
    return fault("default",
                 fmt::format("default must be one value, got {}; a list goes with repeat", p.defaults.size()));
  if (p.defaults.empty()) return {};
  const Scale scale(p);
  for (const Value& value : p.defaults)
    if (const auto unit = scale.encode(value); !unit) return fault("default", "default " + unit.error().message);
  return {};
}

}  // namespace

std::string_view parameter_type_name(ParameterType type) {
  return type_names()[static_cast<std::size_t>(type)];
}

std::optional<ParameterType> parameter_type_from(std::string_view name) {
  for (std::size_t i = 0; i < type_names().size(); ++i)
    if (type_names()[i] == name) return static_cast<ParameterType>(i);
  return std::nullopt;
}

std::span<const std::string> parameter_type_names() {
  return type_names();
}

std::span<const Value> choices_of(const Parameter& parameter) {
  static const std::vector<Value> both = {Value(false), Value(true)};
  if (is_numeric(parameter.type)) return {};
  return parameter.type == ParameterType::boolean ? std::span<const Value>(both) : parameter.choices;
}

std::optional<std::size_t> choice_index(std::span<const Value> choices, const Value& value) {
  const auto found = std::ranges::find(choices, value);
  if (found == choices.end()) return std::nullopt;
  return static_cast<std::size_t>(found - choices.begin());
}

std::string choices_text(std::span<const Value> choices) {
  constexpr std::size_t shown_max = 20;
  std::string all;
  for (const Value& value : choices.first(std::min(shown_max, choices.size()))) {
    if (!all.empty()) all += ", ";
    all += std::holds_alternative<std::string>(value) ? "'" + quoted(value_text(value)) + "'" : value_json(value);
  }
  return choices.size() > shown_max ? all + ", ..." : all;
}

Parameter constant_parameter(const std::string& name, const Value& value) {
  Parameter parameter;
  parameter.name = name;
  parameter.defaults = {value};
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    parameter.type = ParameterType::int_;
    parameter.low = parameter.high = static_cast<double>(*whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    parameter.low = parameter.high = *real;
  } else {
    parameter.type = ParameterType::categorical;
    parameter.choices = {value};
  }
  return parameter;
}

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name[0]) && std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

std::optional<InstanceName> parse_instance_name(std::string_view name) {
  const auto dot = name.find('.');
  if (!is_identifier(name.substr(0, dot))) return std::nullopt;
  if (dot == std::string_view::npos) return InstanceName{name, 0};
  const std::string_view digits = name.substr(dot + 1);
  if (digits.empty() || digits.size() > 3 || digits[0] == '0') return std::nullopt;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return InstanceName{name.substr(0, dot), static_cast<std::size_t>(*parse_integer(digits))};
}

Faulty<void> validate_fields(const Parameter& p) {
  Faulty<void> found;
  if (!is_identifier(p.name))
    return fault(
        "", fmt::format("'{}' is not a name: letters, digits and _ only, not beginning with a digit", quoted(p.name)));
  if (is_numeric(p.type)) {
    found = validate_bounds(p);
    if (found) found = validate_log(p);
    if (found) found = validate_step(p);
  } else {
    found = validate_choices(p);
  }
  if (found) found = validate_defaults(p);
  if (!found) found.error().message = fmt::format("parameter '{}': {}", p.name, found.error().message);
  return found;
}

Result<void> validate(const Parameter& parameter) {
  if (auto checked = validate_fields(parameter); !checked) return refuse(std::move(checked.error().message));
  return {};
}

}  // namespace hone
