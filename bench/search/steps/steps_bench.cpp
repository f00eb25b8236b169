// Whole studies with pruners over tables of trained networks: the regret of the recommended trial after as many epochs
// as 5, 10, 20, 40 and 80 full trainings have. One line for each table, sampler, pruner and seed, as search_bench
// prints them; its "budgets" are full trainings here.
//
// usage: steps_bench SAMPLER PRUNER[:OPTION=VALUE ...] [SEEDS] [TABLE ...]     tables: adult (open), coupon (sealed)
// SEEDS: how many, from 0; or FIRST+HOW_MANY, to judge by other studies than the ones something was tuned on.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "../network_table.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/run_loop.hpp"
#include "engine/study.hpp"

namespace {

using namespace hone;
using namespace hone::search_bench;

constexpr std::int64_t budgets[] = {5, 10, 20, 40, 80};

/// Answers from the table, and looks at the study whenever a budget is spent.
class TableRunner final : public Runner {
 public:
  TableRunner(const NetworkTable& table, std::uint32_t seed) : table_(table), seed_(seed) {}

  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    const RunRequest& request = requests[0];
    RunOutcome outcome;
    outcome.step = request.from_step;
    const std::size_t place = table_place(study->space(), *study->space().point(request.configuration));
    double best = INFINITY;
    for (std::int64_t step = 1; step <= request.from_step; ++step)
      best = std::min(best, table_.value(place, seed_ % table_seeds, step));
    while (outcome.step < request.max_step) {
      const double value = table_.value(place, seed_ % table_seeds, ++outcome.step);
      HONE_TRY(const Decision decision, observer.report(0, outcome.step, value));
      if (!is_done() && ++epochs_ == budgets[regrets.size()] * table_epochs) look();
      if (!std::isfinite(value)) return std::vector{outcome};
      best = std::min(best, value);
      if (decision == Decision::go_on || outcome.step == request.max_step) continue;
      outcome.state = decision == Decision::pause  ? TrialState::paused
                      : decision == Decision::stop ? TrialState::pruned
                                                   : TrialState::waiting;
      return std::vector{outcome};
    }
    outcome.state = TrialState::complete;
    outcome.values = {best};
    return std::vector{outcome};
  }
  bool is_done() const { return regrets.size() == std::size(budgets); }

  Study* study = nullptr;
  std::vector<double> regrets;

 private:
  void look() {
    const auto best = study->best();
    regrets.push_back(best ? table_.regret(table_place(study->space(), best->point)) : 1e3);
  }

  const NetworkTable& table_;
  std::uint32_t seed_;
  std::int64_t epochs_ = 0;
};

Result<std::string> run_one(const std::string& name, const std::string& sampler, const std::string& pruner,
                            std::uint32_t seed) {
  HONE_TRY(const auto table, NetworkTable::read(name));
  HONE_TRY(const auto store, open_store("memory://", true));
  StudyRecord record;
  record.name = record.kind = "bench";
  record.directions = {"minimize"};
  record.metrics = {"loss"};
  record.seed = 1000 + seed;
  record.max_step = table_epochs;
  const auto space = table_space();
  record.space_hash = hash_text(space->to_toml());
  StudyOptions options;
  options.sampler = sampler;
  const std::vector<std::string> words = split(pruner, ':');  // asha:min_step=3:eta=2
  options.pruner = words[0];
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    options.options[words[0]][words[i].substr(0, equals)] = parse_number(words[i].substr(equals + 1)).value_or(0);
  }
  options.caller_keeps_states = true;
  HONE_TRY(const auto study, Study::open(*store, record, space, options));
  TableRunner runner(*table, seed);
  runner.study = study.get();
  RunLoopOptions loop;
  loop.should_stop = [&] { return runner.is_done(); };
  loop.tick_seconds = 1e-3;
  const double start = static_cast<double>(std::clock());
  HONE_TRY_VOID(run_study(*study, runner, loop));
  const double milliseconds = (static_cast<double>(std::clock()) - start) / CLOCKS_PER_SEC * 1e3;
  while (!runner.is_done()) {  // every configuration was tried before the budget was spent
    const auto best = study->best();
    runner.regrets.push_back(best ? table->regret(table_place(*space, best->point)) : 1e3);
  }
  std::string line = fmt::format("table {},steps,{} {},{}", name, sampler, pruner, seed);
  for (const double regret : runner.regrets) line += fmt::format(",{:.6g}", regret);
  return fmt::format("{},{:.4f}ms", line, milliseconds / static_cast<double>(study->trials().size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: steps_bench SAMPLER PRUNER [[FIRST+]SEEDS] [TABLE ...]\n", stderr);
    return 2;
  }
  const std::vector<std::string> range = split(argc > 3 ? argv[3] : "10", '+');
  const int first = range.size() > 1 ? std::atoi(range.front().c_str()) : 0;
  const int seeds = std::atoi(range.back().c_str());
  std::vector<std::string> tables(argv + std::min(argc, 4), argv + argc);
  if (tables.empty()) tables = {"adult"};
  for (const std::string& table : tables)
    for (int seed = first; seed < first + seeds; ++seed) {
      const auto line = run_one(table, argv[1], argv[2], static_cast<std::uint32_t>(seed));
      if (!line) {
        fmt::print(stderr, "steps_bench: {}\n", line.error().message);
        return 1;
      }
      fmt::print("{}\n", *line);
      std::fflush(stdout);
    }
  return 0;
}
