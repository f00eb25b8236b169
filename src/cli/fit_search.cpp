#include "cli/fit_search.hpp"

#include <vector>

#include "runners/native_network.hpp"
#include "runners/seeds_runner.hpp"

namespace hone {
namespace {

/// So many failures without a single report end the search: a space of which 5 % can be trained is given up once in 169
/// times, one that nothing of can be trained does not take the whole of --time to say so.
constexpr std::int64_t hopeless_failures = 100;

}  // namespace

std::unique_ptr<Runner> fit_runner(const FitSetup& setup) {
  const auto seeds = static_cast<std::size_t>(setup.seeds);
  std::vector<std::unique_ptr<Runner>> runners;
  for (std::size_t k = 0; k < seeds; ++k)
    runners.push_back(
        std::make_unique<NativeNetworkRunner>(*setup.dataset, setup.fixed, *setup.metric, paused_bytes_max / seeds));
  if (seeds == 1) return std::move(runners.front());
  return std::make_unique<SeedsRunner>(std::move(runners));
}

Result<std::string> search(FitRun& run) {
  const std::unique_ptr<Runner> runner = fit_runner(run.setup);
  return run.run(*runner, {[&] { return reserved_seconds(run); }, hopeless_failures, ""});
}

}  // namespace hone
