#include "cli/width_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "base/interrupt.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

/// Lets every run go on to its end, unless a signal came.
struct Watch final : RunObserver {
  Result<Decision> report(std::size_t, std::int64_t, std::span<const double>) override {
    return signalled() ? Decision::stop : Decision::go_on;
  }
};

/// With every layer as wide as asked for.
Configuration widened(const WidthCheckRequest& request, double factor) {
  Configuration wide;
  for (const auto& [name, value] : request.configuration.entries()) {
    const bool units = name == "units" || name.starts_with("units.");
    if (name == "learning_rate")
      wide.set(name, factor * value_number(value));
    else if (units)
      wide.set(name, request.units);
    else
      wide.set(name, value);
  }
  if (!wide.find("units")) wide.set("units", request.units);
  return wide;
}

}  // namespace

std::size_t WidthCheck::verdict(bool maximize) const {
  constexpr std::size_t own = 1;
  std::size_t chosen = own;
  double most = 0;
  for (std::size_t f = 0; f < values.size(); ++f) {
    if (f == own) continue;
    bool always = true;
    double gain = 0;
    for (std::size_t seed = 0; seed < values[own].size(); ++seed) {
      const double here = values[f][seed], there = values[own][seed];
      const bool better = !std::isnan(here) && (std::isnan(there) || (maximize ? here > there : here < there));
      always = always && better;
      if (better) gain += std::isnan(there) ? HUGE_VAL : std::abs(here - there);
    }
    if (always && gain > most) {
      chosen = f;
      most = gain;
    }
  }
  return chosen;
}

Result<WidthCheck> check_width(const Dataset& dataset, const Metric& metric, const WidthCheckRequest& request,
                               Progress& progress) {
  NativeNetworkRunner runner(dataset, {}, metric);
  const auto seeds = static_cast<std::size_t>(request.seeds);
  const std::size_t all = rate_factors.size() * seeds;
  WidthCheck check;
  for (auto& values : check.values) values.assign(seeds, std::nan(""));
  std::atomic<std::size_t> next = 0;
  std::size_t done = 0;
  std::mutex mutex;
  Result<void> failure;
  {
    std::vector<std::jthread> threads;
    for (std::int64_t t = 0; t < request.jobs; ++t)
      threads.emplace_back([&] {
        Watch watch;
        for (std::size_t i = next++; i < all && !signalled(); i = next++) {
          const std::size_t factor = i % rate_factors.size(), seed = i / rate_factors.size();
          RunRequest run;
          run.trial = static_cast<std::int64_t>(seed);
          run.study_seed = request.study_seed;
          run.configuration = widened(request, rate_factors[factor]);
          run.until_step = run.max_step = request.max_step;
          auto outcome = runner.run(std::span(&run, 1), watch);
          const std::scoped_lock lock(mutex);
          if (!outcome) {
            failure = std::unexpected(std::move(outcome).error());
            return;
          }
          if (outcome->front().state == TrialState::complete)
            check.values[factor][seed] = outcome->front().values[0];
          else if (outcome->front().state == TrialState::failed)
            progress.note(
                fmt::format("{} times the rate, seed {}: {}", rate_factors[factor], seed, outcome->front().reason));
          ProgressState state;
          state.phase = "checking the rate";
          state.step_name = "training";
          state.phase_step = static_cast<std::int64_t>(++done);
          state.phase_steps = static_cast<std::int64_t>(all);
          progress.update(state);
        }
      });
  }
  HONE_TRY_VOID(failure);
  if (signalled()) return fail(Error::Kind::interrupted, "interrupted; a check keeps nothing");
  return check;
}

}  // namespace hone
