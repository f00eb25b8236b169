/// A study in miniature for tests of samplers: spaces, rows without a store, and a loop that asks.
#pragma once
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "samplers/sampler.hpp"

namespace hone {

inline Parameter float_parameter(std::string name, double low = 0, double high = 1, bool log = false) {
  Parameter p;
  p.name = std::move(name);
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}
inline Parameter int_parameter(std::string name, double low, double high, bool log = false) {
  Parameter p = float_parameter(std::move(name), low, high, log);
  p.type = ParameterType::int_;
  return p;
}
inline Parameter choice_parameter(std::string name, std::vector<std::string> choices,
                                  ParameterType type = ParameterType::categorical) {
  Parameter p;
  p.name = std::move(name);
  p.type = type;
  for (std::string& choice : choices) p.choices.emplace_back(std::move(choice));
  return p;
}
inline Parameter only_when(Parameter p, std::string when) {
  p.when = std::move(when);
  return p;
}
inline Parameter repeated(Parameter p, std::string count) {
  p.repeat = std::move(count);
  return p;
}

inline std::shared_ptr<const Space> make_space(std::vector<Parameter> parameters) {
  auto space = Space::make(std::move(parameters));
  HONE_CHECK(space.has_value(), "a space of the tests is valid");
  return std::make_shared<const Space>(std::move(*space));
}

/// Every kind of axis: x, y continuous, n few integers, w many (log), o ordinal, c categorical, b bool.
inline std::shared_ptr<const Space> mixed_space() {
  Parameter flag;
  flag.name = "b";
  flag.type = ParameterType::boolean;
  flag.choices = {false, true};
  return make_space({float_parameter("x"), float_parameter("y", 1e-5, 1, true), int_parameter("n", 1, 5),
                     int_parameter("w", 1, 1000, true), choice_parameter("o", {"s", "m", "l"}, ParameterType::ordinal),
                     choice_parameter("c", {"red", "green", "blue"}), flag});
}
/// Conditions two deep, and a repeated parameter.
inline std::shared_ptr<const Space> conditional_space() {
  return make_space({choice_parameter("kind", {"sgd", "adam"}), only_when(float_parameter("momentum"), "kind == 'sgd'"),
                     only_when(float_parameter("decay"), "momentum > 0.5"), int_parameter("layers", 1, 4),
                     repeated(int_parameter("units", 16, 512, true), "layers"),
                     float_parameter("rate", 1e-4, 1, true)});
}

class Lab {
 public:
  explicit Lab(std::shared_ptr<const Space> space, std::uint64_t seed = 1, std::size_t objectives = 1)
      : space_(std::move(space)), seed_(seed), objectives_(objectives) {}

  const Space& space() const { return *space_; }
  std::uint64_t seed() const { return seed_; }
  View view() const { return View(space_, std::make_shared<const View::Rows>(rows_), revision_, objectives_); }
  std::size_t size() const { return rows_.size(); }
  const TrialRow& operator[](std::size_t i) const { return *rows_[i]; }

  Result<Proposal> ask(const Sampler& sampler, Memo* memo = nullptr, std::int64_t attempt = 0) const {
    return sampler.suggest(view(), {seed_, static_cast<std::int64_t>(rows_.size()), attempt}, memo);
  }
  /// Adds a running trial at the canonical form of `proposal`'s point.
  std::size_t start(const Proposal& proposal) {
    TrialRow row;
    row.number = static_cast<std::int64_t>(rows_.size());
    row.state = TrialState::running;
    row.arm = proposal.arm;
    Point point = proposal.point;
    row.active = space_->canonicalize(point);
    row.point = point;
    row.seen = revision_;
    row.asked = ++revision_;
    rows_.push_back(std::make_shared<const TrialRow>(std::move(row)));
    return rows_.size() - 1;
  }
  void report(std::size_t trial, std::int64_t step, double value) {
    change(trial, [&](TrialRow& row) { row.reports.push_back({step, value}); });
  }
  void finish(std::size_t trial, TrialState state, std::vector<double> values = {},
              std::vector<double> constraints = {}) {
    change(trial, [&](TrialRow& row) {
      row.state = state;
      row.values = std::move(values);
      row.constraints = std::move(constraints);
      if (is_finished(state)) row.finished = revision_;
    });
  }
  void change(std::size_t trial, const std::function<void(TrialRow&)>& how) {
    TrialRow row = *rows_[trial];
    ++revision_;
    how(row);
    rows_[trial] = std::make_shared<const TrialRow>(std::move(row));
  }

  /// Asks, evaluates, tells, `trials` times; stops early when the sampler has nothing more. Returns the best value.
  double run(const Sampler& sampler, int trials, const std::function<double(const TrialRow&)>& loss,
             Memo* memo = nullptr) {
    double best = INFINITY;
    for (int i = 0; i < trials; ++i) {
      const auto proposal = ask(sampler, memo);
      if (!proposal) break;
      const std::size_t trial = start(*proposal);
      const double value = loss(*rows_[trial]);
      if (std::isfinite(value)) {
        finish(trial, TrialState::complete, std::vector<double>(objectives_, value));
        best = std::min(best, value);
      } else {
        finish(trial, TrialState::failed);
      }
    }
    return best;
  }

 private:
  std::shared_ptr<const Space> space_;
  std::uint64_t seed_;
  std::size_t objectives_;
  View::Rows rows_;
  Revision revision_ = 0;
};

/// A bowl over the unit coordinates of every axis, weighted; inactive axes cost nothing.
inline double bowl(const TrialRow& row) {
  double sum = 0;
  for (std::size_t a = 0; a < row.point.size(); ++a)
    if (row.active[a]) sum += std::pow(row.point[a] - (a % 2 == 0 ? 0.7 : 0.25), 2);
  return sum;
}

}  // namespace hone
