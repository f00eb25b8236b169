// Trains every configuration of the table space on one data set, with three seeds, and prints the validation values
// after each epoch: one line for each configuration and seed, in the order of network_table.hpp, lower is better; a
// training that diverges has fewer numbers.
//
// usage: make_table DATA TARGET METRIC [JOBS]
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../network_table.hpp"
#include "runners/native_network.hpp"

namespace {

using namespace hone;
using namespace hone::search_bench;

struct Curve final : RunObserver {
  Result<Decision> report(std::size_t, std::int64_t, std::span<const double> reported) override {
    values.push_back(reported[0]);
    return Decision::go_on;
  }
  std::vector<double> values;
};

int make(const std::string& data, const std::string& target, const std::string& metric_name, int jobs) {
  DataOptions options;
  options.path = data;
  options.target = target;
  const auto dataset = load_dataset(options);
  if (!dataset) {
    fmt::print(stderr, "make_table: {}\n", dataset.error().message);
    return 2;
  }
  const auto metric = find_metric(metric_name, (*dataset)->target());
  if (!metric) {
    fmt::print(stderr, "make_table: {}\n", metric.error().message);
    return 2;
  }
  NativeNetworkRunner runner(**dataset, Configuration(), **metric);
  const auto space = table_space();
  const std::size_t lines = *space->count(1'000'000) * table_seeds;
  std::vector<std::string> texts(lines);
  std::atomic<std::size_t> next = 0, done = 0;
  const auto work = [&] {
    for (std::size_t line = next++; line < lines; line = next++) {
      RunRequest request;
      request.trial = static_cast<std::int64_t>(line / table_seeds);
      request.study_seed = request.seed = line % table_seeds;
      request.configuration = trained_as(space->configuration(table_point(*space, line / table_seeds)));
      request.until_step = request.max_step = table_epochs;
      Curve curve;
      const auto outcomes = runner.run({&request, 1}, curve);
      if (!outcomes) fmt::print(stderr, "make_table: {}\n", outcomes.error().message);
      for (const double value : curve.values)
        texts[line] += fmt::format("{}{:.4g}", texts[line].empty() ? "" : ",", (*metric)->maximize ? 1 - value : value);
      if (++done % 50 == 0) fmt::print(stderr, "\r{} of {} trainings", done.load(), lines);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < jobs; ++i) threads.emplace_back(work);
  }
  fmt::print(stderr, "\n");
  for (const std::string& text : texts) fmt::print("{}\n", text.empty() ? "inf" : text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: make_table DATA TARGET METRIC [JOBS]\n", stderr);
    return 2;
  }
  return make(argv[1], argv[2], argv[3], argc > 4 ? std::atoi(argv[4]) : 2);
}
