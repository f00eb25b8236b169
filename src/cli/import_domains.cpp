// Domains of parameters that nobody has declared (declared in cli/import_study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.hpp"
#include "cli/import_study.hpp"

namespace hone {
namespace {

constexpr std::size_t choices_max = 200;

/// Were positive values probably drawn in the logarithm? They spread over two orders of magnitude, and half of them lie
/// in the lowest tenth of their range, where a uniform draw has a tenth.
bool looks_logarithmic(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  const auto [low, high] = std::ranges::minmax(values);
  return low > 0 && high / low >= 100 && *middle < high / 10;
}

bool is_whole_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value);
}
bool is_number(const Value& value) {
  return is_whole_number(value) || std::holds_alternative<double>(value);
}

double step_of(const Parameter& p) {
  return p.type == ParameterType::int_ && p.step == 0 ? 1 : p.step;
}

/// Do both grids of that step have the same places?
bool aligned(double a_low, double b_low, double step) {
  const double steps = (a_low - b_low) / step;
  return std::abs(steps - std::round(steps)) <= 1e-9;
}

void widen_numbers(Parameter& a, const Parameter& b) {
  // A constant has no grid of its own.
  double a_step = a.low == a.high ? step_of(b) : step_of(a), b_step = b.low == b.high ? a_step : step_of(b);
  if (a.low == a.high && b.low == b.high && a.type == ParameterType::int_) a_step = b_step = std::abs(a.low - b.low);
  const bool same_grid = a_step == b_step && (a_step == 0 || aligned(a.low, b.low, a_step));
  if (same_grid) {
    a.step = a_step;
  } else if (a.type == ParameterType::int_) {
    const auto whole = [](double x) { return static_cast<std::int64_t>(std::abs(x)); };
    a.step = static_cast<double>(std::gcd(std::gcd(whole(a_step), whole(b_step)), whole(a.low - b.low)));
  } else {
    a.step = 0;
  }
  a.low = std::min(a.low, b.low);
  a.high = std::max(a.high, b.high);
  if (a.log || (a.type == ParameterType::int_ && a.step == 1)) a.step = 0;
}

}  // namespace

std::string domain_text(const Parameter& parameter) {
  std::string text = fmt::format("{}: {} ", parameter.name, parameter_type_name(parameter.type));
  if (is_numeric(parameter.type)) {
    text += fmt::format("{} .. {}", number_text(parameter.low), number_text(parameter.high));
    if (parameter.log) text += ", log";
    if (parameter.step != 0) text += ", step " + number_text(parameter.step);
  } else {
    text += choices_text(choices_of(parameter));
  }
  return text;
}

Result<bool> widen(Parameter& a, const Parameter& b) {
  if (a.type != b.type || a.log != b.log)
    return refuse(fmt::format("'{}' is {} in one trial and {} in another: one parameter is of one kind", quoted(a.name),
                              domain_text(a), domain_text(b)));
  const Parameter before = a;
  if (is_numeric(a.type)) {
    if (a.low != b.low || a.high != b.high || step_of(a) != step_of(b)) widen_numbers(a, b);
  } else {
    for (const Value& choice : b.choices)
      if (!choice_index(a.choices, choice)) a.choices.push_back(choice);
  }
  return a.low != before.low || a.high != before.high || a.step != before.step || a.choices != before.choices;
}

Result<Parameter> guessed_parameter(const std::string& name, std::span<const Value> values) {
  Parameter guessed;
  guessed.name = name;
  if (!values.empty() && std::ranges::all_of(values, is_number)) {
    guessed.type = std::ranges::all_of(values, is_whole_number) ? ParameterType::int_ : ParameterType::float_;
    std::vector<double> numbers;
    for (const Value& value : values) numbers.push_back(value_number(value));
    guessed.low = std::ranges::min(numbers);
    guessed.high = std::ranges::max(numbers);
    guessed.log = looks_logarithmic(std::move(numbers));
  } else if (std::ranges::all_of(values, [](const Value& v) { return std::holds_alternative<bool>(v); })) {
    guessed.type = ParameterType::boolean;
    guessed.choices = {false, true};
  } else {
    guessed.type = ParameterType::categorical;
    for (const Value& value : values) {
      if (choice_index(guessed.choices, value)) continue;
      guessed.choices.push_back(value);
      if (guessed.choices.size() > choices_max)
        return refuse(
            fmt::format("'{}' holds more than {} different texts, so it is no parameter: leave it out with "
                        "--ignore, or say what it is with --space FILE",
                        quoted(name), choices_max));
    }
  }
  HONE_TRY_VOID(validate(guessed));
  return guessed;
}

void take_open_domains(const ImportWishes& wishes, const std::vector<Parameter>& more, ForeignStudy& study) {
  for (const auto& [name, parameter] : wishes.known_domains) {
    study.domains.push_back(parameter);
    study.said.push_back(name);
  }
  for (const Parameter& parameter : more)
    if (!wishes.known_domains.contains(parameter.name)) study.domains.push_back(parameter);
}

Result<void> guess_space(const ImportWishes& wishes, const std::vector<std::string>& names, ForeignStudy& study) {
  const bool is_added = wishes.file && !wishes.file->space;  // to an open study
  const auto measured = [](const ForeignTrial& trial) {
    return trial.state == TrialState::complete || trial.state == TrialState::pruned;
  };
  std::vector<Parameter> parameters;
  bool is_open = false;
  std::string absent;
  for (const std::string& name : names) {
    if (is_added && wishes.known_domains.contains(name)) continue;
    std::vector<Value> values;
    for (const ForeignTrial& trial : study.trials) {
      const Value* value = trial.configuration.find(name);
      if (value)
        values.push_back(*value);
      else if (measured(trial) && !is_open)
        is_open = true, absent = fmt::format("{} has no '{}'", trial.where, quoted(name));
    }
    auto guessed = guessed_parameter(name, values);
    if (!guessed) return refuse(fmt::format("{}: {}", wishes.path, guessed.error().message));
    parameters.push_back(std::move(*guessed));
  }
  if (names.empty()) return refuse(fmt::format("{} has no parameters", wishes.path));
  if (is_added) {
    take_open_domains(wishes, parameters, study);
    return {};
  }
  if (is_open) {
    study.notes.push_back(
        fmt::format("not all trials have the same parameters ({}): the study is an open one, whose "
                    "trials ask for their parameters one by one. --space FILE gives it a space with "
                    "conditions instead",
                    absent));
    study.domains = std::move(parameters);
    return {};
  }
  study.notes.push_back(
      "the domains are guessed from the values seen; --space FILE says them exactly, and `hone study "
      "export NAME -o FILE.toml` writes these to start from");
  auto space = Space::make(std::move(parameters));
  if (!space) return refuse(fmt::format("{}: {}", wishes.path, space.error().message));
  study.file.space = std::move(*space);
  return {};
}

}  // namespace hone
