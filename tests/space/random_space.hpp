/// Random valid spaces for property tests, a pure function of a seed.
#pragma once
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/rng.hpp"
#include "space/space.hpp"

namespace hone {

inline std::string name_of(std::size_t index) {
  return "p" + std::to_string(index);
}

inline Parameter random_float(Rng& rng) {
  Parameter p;
  p.type = ParameterType::float_;
  switch (rng.below(4)) {
    case 0:  // linear
      p.low = (rng.uniform() - 0.5) * 200;
      p.high = p.low + rng.uniform() * 100;
      break;
    case 1:  // log
      p.low = std::pow(10.0, -8.0 * rng.uniform());
      p.high = p.low * (1 + 1e6 * rng.uniform());
      p.log = true;
      break;
    case 2: {  // a decimal grid
      p.step = std::vector<double>{0.1, 0.25, 0.05, 0.3, 1e-3, 2.5, 1e-7}[rng.below(7)];
      p.low = std::vector<double>{0, -1, 0.1, 1e-3, 7}[rng.below(5)];
      p.high = FloatGrid(p.low, p.step).value(rng.below(40));
      break;
    }
    default:
      p.low = p.high = rng.uniform();
      break;  // constant
  }
  return p;
}

inline Parameter random_int(Rng& rng) {
  Parameter p;
  p.type = ParameterType::int_;
  const auto span = static_cast<double>(rng.below(rng.below(2) == 0 ? 8 : 3000));
  if (rng.below(2) == 0) {
    p.log = true;
    p.low = 1 + static_cast<double>(rng.below(rng.below(2) == 0 ? 4 : 1000));
    p.high = p.low + span;
  } else {
    p.step = static_cast<double>(rng.below(4));
    p.low = static_cast<double>(rng.below(200)) - 100;
    p.high = p.low + span * std::max(1.0, p.step);
  }
  return p;
}

inline Parameter random_choices(Rng& rng) {
  Parameter p;
  p.type = std::vector{ParameterType::categorical, ParameterType::ordinal, ParameterType::boolean}[rng.below(3)];
  if (p.type == ParameterType::boolean) {
    p.choices = {false, true};
    return p;
  }
  const std::vector<Value> pool = {Null{},
                                   true,
                                   std::int64_t{1},
                                   1.0,
                                   std::string("1"),
                                   std::string("re\"lu"),
                                   -2.5,
                                   false,
                                   std::int64_t{-7},
                                   std::string("a b"),
                                   std::string("ü\n")};
  const std::size_t count = 1 + rng.below(5), start = rng.below(static_cast<std::uint32_t>(pool.size()));
  for (std::size_t i = 0; i < count; ++i) p.choices.push_back(pool[(start + i) % pool.size()]);
  return p;
}

inline Parameter random_parameter(Rng& rng) {
  const auto kind = rng.below(3);
  Parameter p = kind == 0 ? random_float(rng) : kind == 1 ? random_int(rng) : random_choices(rng);
  p.name = "p";
  return p;
}

/// A literal of the expression language that `parameter` may be compared with.
inline std::string random_literal(const Parameter& parameter, Rng& rng) {
  const Scale scale(parameter);
  const Value value = scale.decode(rng.uniform());
  if (const auto* text = std::get_if<std::string>(&value)) return value_json(*text);
  return value_json(value);
}

/// Up to eight parameters with conditions on earlier and later ones (never cyclic), repeats, defaults and constraints.
inline Space random_space(Rng& rng) {
  const std::size_t count = 1 + rng.below(8);
  std::vector<Parameter> parameters(count);
  std::vector<std::size_t> rank(count);  // conditions look at lower ranks only
  for (std::size_t i = 0; i < count; ++i) rank[i] = i;
  rng.shuffle(std::span(rank));
  for (std::size_t i = 0; i < count; ++i) {
    parameters[i] = random_parameter(rng);
    parameters[i].name = name_of(i);
  }
  std::vector<std::size_t> counters;  // plain ints that may count
  for (std::size_t position = 0; position < count; ++position) {
    Parameter& p = parameters[rank[position]];
    if (position > 0 && rng.below(3) == 0) {
      const Parameter& parent = parameters[rank[rng.below(static_cast<std::uint32_t>(position))]];
      if (parent.repeat.empty()) {
        const bool ordered = is_numeric(parent.type) || parent.type == ParameterType::ordinal;
        const std::string op = ordered ? std::vector<std::string>{"<=", ">", "==", "!="}[rng.below(4)] : "!=";
        p.when = parent.name + ' ' + op + ' ' + random_literal(parent, rng);
        if (rng.below(4) == 0) p.when = "not (" + p.when + ")";
      }
    }
    if (!counters.empty() && rng.below(3) == 0)
      p.repeat = parameters[counters[rng.below(static_cast<std::uint32_t>(counters.size()))]].name;
    else if (p.type == ParameterType::int_ && p.low >= 0 && p.high >= 1 && p.high <= 64)
      counters.push_back(rank[position]);
    if (rng.below(3) == 0) p.defaults = {Scale(p).decode(rng.uniform())};
  }
  std::vector<std::string> forbid;
  for (const Parameter& p : parameters)
    if (p.repeat.empty() && rng.below(4) == 0) forbid.push_back(p.name + " == " + random_literal(p, rng));
  auto space = Space::make(std::move(parameters), std::move(forbid));
  HONE_CHECK(space.has_value(), space.error().message.c_str());
  return std::move(*space);
}

inline Point random_point(const Space& space, Rng& rng) {
  Point point(space.axes().size());
  for (double& unit : point) unit = rng.uniform();
  return point;
}

}  // namespace hone
