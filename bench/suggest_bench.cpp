// What one suggestion of TPE costs with 1,000 trials behind it. Usage: suggest_bench
// CPU time, median over the trials 950 to 1,050, 10 axes, the memo kept. To compare two versions, run them in turn.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "samplers/lab.hpp"

namespace {

using namespace hone;

std::vector<Parameter> ten(const std::function<Parameter(int)>& axis) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 10; ++i) parameters.push_back(axis(i));
  return parameters;
}

double median_milliseconds(std::shared_ptr<const Space> space) {
  constexpr std::size_t first = 950, last = 1050;
  const auto sampler = std::move(*make_sampler("tpe", {}));
  const auto memo = sampler->make_memo();
  Lab lab(std::move(space));
  std::vector<double> milliseconds;
  for (std::size_t i = 0; i < last; ++i) {
    const View view = lab.view();
    const double start = system_clock().thread_cpu_seconds();
    const auto proposal = sampler->suggest(view, {1, static_cast<std::int64_t>(i), 0}, memo.get());
    if (i >= first) milliseconds.push_back(1e3 * (system_clock().thread_cpu_seconds() - start));
    const std::size_t trial = lab.start(*proposal);
    double loss = 0;
    for (const double unit : lab[trial].point) loss += (unit - 0.3) * (unit - 0.3);
    lab.finish(trial, TrialState::complete, {loss});
  }
  std::ranges::nth_element(milliseconds, milliseconds.begin() + std::ssize(milliseconds) / 2);
  return milliseconds[milliseconds.size() / 2];
}

}  // namespace

int main() {
  const auto name = [](int i) { return fmt::format("x{}", i); };
  const auto continuous = make_space(ten([&](int i) { return float_parameter(name(i)); }));
  const auto mixed = make_space(ten([&](int i) {
    switch (i % 5) {
      case 0:
        return float_parameter(name(i));
      case 1:
        return float_parameter(name(i), 1e-5, 1, true);
      case 2:
        return int_parameter(name(i), 1, 100);
      case 3:
        return int_parameter(name(i), 1, 5);
      default:
        return choice_parameter(name(i), {"a", "b", "c"});
    }
  }));
  const auto fine = make_space(ten([&](int i) { return int_parameter(name(i), 1, 1000, true); }));
  fmt::print("continuous          {:.3f} ms\n", median_milliseconds(continuous));
  fmt::print("mixed               {:.3f} ms\n", median_milliseconds(mixed));
  fmt::print("fine logarithmic    {:.3f} ms\n", median_milliseconds(fine));
  return 0;
}
