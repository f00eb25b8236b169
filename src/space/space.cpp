#include "space/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <set>

#include "base/text.hpp"

namespace hone {
namespace {

constexpr double instances_max = 64;
constexpr std::size_t axes_max = 10'000;

/// "a -> b -> a": a cycle in `depends` (per parameter, those it depends on); every parameter of `left` is on one or
/// leads to one.
std::string find_cycle(const std::vector<std::vector<std::size_t>>& depends, const std::vector<bool>& left,
                       std::size_t start, std::span<const Parameter> parameters, std::size_t& culprit) {
  std::vector<std::size_t> path = {start};
  for (;;) {
    const auto& next = depends[path.back()];
    path.push_back(*std::ranges::find_if(next, [&](std::size_t p) { return left[p]; }));
    const auto seen = std::find(path.begin(), path.end() - 1, path.back());
    if (seen == path.end() - 1) continue;
    culprit = *seen;
    std::string cycle = parameters[*seen].name;
    for (auto step = seen + 1; step != path.end(); ++step) cycle += " -> " + parameters[*step].name;
    return cycle;
  }
}

}  // namespace

Faulty<void> Space::check_parameters() {
  std::set<std::string_view> names;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    Parameter& parameter = parameters_[p];
    Faulty<void> checked = validate_fields(parameter);
    if (checked && !names.insert(parameter.name).second)
      checked = fault("", fmt::format("parameter '{}': declared twice; rename one", parameter.name));
    if (checked) checked = check_repeat(parameter);
    if (!checked) {
      checked.error().index = p;
      return checked;
    }
    if (parameter.type == ParameterType::boolean) parameter.choices = {false, true};
    if (parameter.type == ParameterType::float_)
      for (Value& value : parameter.defaults) value = value_number(value);  // 1 and 1.0 mean the same here
  }
  return {};
}

Faulty<void> Space::check_repeat(const Parameter& parameter) const {
  if (parameter.repeat.empty()) return {};
  const auto blame = [&](std::string_view field, std::string_view what) {
    return fault(field, fmt::format("parameter '{}': {}", parameter.name, what));
  };
  const auto count = std::ranges::find(parameters_, parameter.repeat, &Parameter::name);
  if (count == parameters_.end()) {
    std::vector<std::string> names;
    for (const Parameter& each : parameters_)
      if (each.type == ParameterType::int_ && each.repeat.empty()) names.push_back(each.name);
    return blame("repeat", fmt::format("repeat names an unknown parameter '{}'; {}", quoted(parameter.repeat),
                                       suggest_name(parameter.repeat, names)));
  }
  if (count->type != ParameterType::int_ || !count->repeat.empty())
    return blame("repeat", fmt::format("repeat must name a plain int, '{}' is {}", count->name,
                                       count->repeat.empty() ? parameter_type_name(count->type) : "repeated itself"));
  if (!(count->low >= 0 && count->high >= 1 && count->high <= instances_max))
    return blame("repeat",
                 fmt::format("repeat must name an int from 0 or more up to at most {}, '{}' goes from {} to {}",
                             instances_max, count->name, number_text(count->low), number_text(count->high)));
  if (static_cast<double>(parameter.defaults.size()) > count->high)
    return blame("default", fmt::format("{} defaults for at most {} instances; remove some", parameter.defaults.size(),
                                        number_text(count->high)));
  return {};
}

Faulty<void> Space::make_axes() {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    scales_.emplace_back(parameter);
    first_axis_.push_back(axes_.size());
    Axis axis{.name = parameter.name, .parameter = p, .levels = scales_[p].levels(), .parents = {}};
    axis.ordered = is_numeric(parameter.type) || parameter.type == ParameterType::ordinal;
    const auto count = std::ranges::find(parameters_, parameter.repeat, &Parameter::name);
    const std::size_t instances = count == parameters_.end() ? 0 : static_cast<std::size_t>(count->high);
    if (instances == 0) axes_.push_back(axis);
    for (std::size_t k = 1; k <= instances; ++k) {
      axis.name = fmt::format("{}.{}", parameter.name, k);
      axis.instance = k;
      axes_.push_back(axis);
    }
    if (axes_.size() > axes_max)
      return std::unexpected(Fault{fmt::format("parameter '{}': the space has more than {} axes; use fewer parameters "
                                               "or instances",
                                               parameter.name, axes_max),
                                   "", p});
  }
  for (std::size_t a = 0; a < axes_.size(); ++a) by_name_.push_back(a);
  std::ranges::sort(by_name_, {}, [&](std::size_t a) -> const std::string& { return axes_[a].name; });
  return {};
}

Faulty<void> Space::make_conditions() {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    std::vector<std::size_t> parents;
    count_axis_.emplace_back();
    if (!parameter.repeat.empty()) {
      count_axis_[p] = find_axis(parameter.repeat);
      parents.push_back(*count_axis_[p]);
    }
    when_.emplace_back();
    if (!trim(parameter.when).empty()) {
      auto expression = Expression::parse(parameter.when, parameters_, Expression::Arithmetic::refused);
      if (!expression)
        return std::unexpected(
            Fault{fmt::format("parameter '{}': in when, {}", parameter.name, expression.error().message), "when", p});
      Condition condition{std::move(*expression), {}};
      for (const auto& [mentioned, instance] : condition.expression.mentions())
        condition.axes.push_back(first_axis_[mentioned] + (instance == 0 ? 0 : instance - 1));
      parents.insert(parents.end(), condition.axes.begin(), condition.axes.end());
      when_[p] = std::move(condition);
    }
    std::ranges::sort(parents);
    parents.erase(std::ranges::unique(parents).begin(), parents.end());
    const std::size_t end = p + 1 < parameters_.size() ? first_axis_[p + 1] : axes_.size();
    for (std::size_t a = first_axis_[p]; a < end; ++a) axes_[a].parents = parents;
  }
  return {};
}

/// Kahn's algorithm over parameters, the earliest declared first among those that are ready.
Faulty<void> Space::make_order() {
  const std::size_t n = parameters_.size();
  std::vector<std::vector<std::size_t>> depends(n), children(n);
  std::vector<std::size_t> waits_for(n);
  decides_.assign(axes_.size(), 0);
  for (std::size_t p = 0; p < n; ++p) {
    for (const std::size_t a : axes_[first_axis_[p]].parents) {
      decides_[a] = 1;
      depends[p].push_back(axes_[a].parameter);
    }
    const auto repeats = std::ranges::unique(depends[p]);  // parents are sorted, so parameters are too
    depends[p].erase(repeats.begin(), repeats.end());
    for (const std::size_t parent : depends[p]) children[parent].push_back(p);
    waits_for[p] = depends[p].size();
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t p = 0; p < n; ++p)
    if (waits_for[p] == 0) ready.push(p);
  std::vector<bool> left(n, true);
  while (!ready.empty()) {
    const std::size_t p = ready.top();
    ready.pop();
    left[p] = false;
    const std::size_t end = p + 1 < n ? first_axis_[p + 1] : axes_.size();
    for (std::size_t a = first_axis_[p]; a < end; ++a) order_.push_back(a);
    for (const std::size_t child : children[p])
      if (--waits_for[child] == 0) ready.push(child);
  }
  const auto stuck = std::ranges::find(left, true);
  if (stuck == left.end()) return {};
  std::size_t culprit = 0;
  const std::string cycle =
      find_cycle(depends, left, static_cast<std::size_t>(stuck - left.begin()), parameters_, culprit);
  return std::unexpected(Fault{fmt::format("parameter '{}': its conditions form a cycle: {}; remove one of them",
                                           parameters_[culprit].name, cycle),
                               when_[culprit] ? "when" : "repeat", culprit});
}

Faulty<void> Space::make_constraints() {
  for (std::size_t i = 0; i < forbid_text_.size(); ++i) {
    auto expression = Expression::parse(forbid_text_[i], parameters_, Expression::Arithmetic::allowed);
    if (!expression)
      return std::unexpected(Fault{fmt::format("forbid {}: {}", i + 1, expression.error().message), "forbid", i});
    forbid_.push_back(std::move(*expression));
  }
  return {};
}

Faulty<Space> Space::make_or_blame(std::vector<Parameter> parameters, std::vector<std::string> forbid) {
  Space space;
  space.parameters_ = std::move(parameters);
  space.forbid_text_ = std::move(forbid);
  Faulty<void> made = space.check_parameters();
  if (made) made = space.make_axes();
  if (made) made = space.make_conditions();
  if (made) made = space.make_order();
  if (made) made = space.make_constraints();
  if (!made) return std::unexpected(std::move(made.error()));
  return space;
}

Result<Space> Space::make(std::vector<Parameter> parameters, std::vector<std::string> forbid) {
  auto made = make_or_blame(std::move(parameters), std::move(forbid));
  if (!made) return refuse(std::move(made.error().message));
  return std::move(*made);
}

std::optional<std::size_t> Space::find_axis(std::string_view name) const {
  const auto name_of = [&](std::size_t a) -> std::string_view { return axes_[a].name; };
  const auto found = std::ranges::lower_bound(by_name_, name, {}, name_of);
  if (found == by_name_.end() || axes_[*found].name != name) return std::nullopt;
  return *found;
}

bool Space::forbidden(const Configuration& configuration) const {
  const auto lookup = [&](const std::string& name) { return configuration.find(name); };
  return std::ranges::any_of(forbid_, [&](const Expression& e) { return e.evaluate(lookup); });
}

}  // namespace hone
