// Hyperband: brackets by number, rungs by bracket, and nothing lost among many workers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "simulation_seeds.hpp"
#include "study_sim.hpp"

namespace hone {
namespace {

std::unique_ptr<Pruner> make_hyperband(std::int64_t max_step) {
  return std::move(*make_pruner("hyperband", {}, {max_step}));
}

/// First rungs of the first `count` trials, as `next` gives them out one after another.
std::map<std::int64_t, int> first_rungs(std::int64_t max_step, int count) {
  const auto pruner = make_hyperband(max_step);
  std::map<std::int64_t, int> rungs;
  std::vector<TrialRow> rows;
  for (int i = 0; i < count; ++i) {
    const NextStep next = pruner->next(view_of(rows), Asker{true});
    ++rungs[std::get<StartNew>(next).until_step];
    TrialRow row;
    row.state = TrialState::running;
    rows.push_back(row);
  }
  return rungs;
}

TEST(Hyperband, BracketsHaveTheirShares) {
  // R = 27, eta = 3: ceil(4 * 3^s / (s + 1)) = 4, 6, 12, 27 for the first rungs 27 (to the end: 0), 9, 3, 1.
  EXPECT_EQ(first_rungs(27, 49), (std::map<std::int64_t, int>{{0, 4}, {9, 6}, {3, 12}, {1, 27}}));
  EXPECT_EQ(first_rungs(27, 98), (std::map<std::int64_t, int>{{0, 8}, {9, 12}, {3, 24}, {1, 54}}));
  const auto few = first_rungs(27, 12);  // spread over the cycle: a short study has all of them
  EXPECT_EQ(few.size(), 4u);
}

TEST(Hyperband, NobodyIsJudgedBelowItsBracketsFirstRung) {
  for (std::uint64_t seed = 1; seed <= simulation_seeds(8); ++seed)
    for (const std::size_t workers : {1u, 8u}) {
      const auto pruner = make_hyperband(27);
      std::map<std::int64_t, std::int64_t> first;  // by number
      const auto check = [&](const View& view) -> std::string {
        for (std::size_t i = 0; i < view.size(); ++i) {
          if (!first.contains(view[i].number))
            first[view[i].number] = view[i].until_step == 0 ? 27 : view[i].until_step;
          if (view[i].state != TrialState::paused) continue;
          const std::int64_t last = view[i].reports.back().step;
          if (last < first[view[i].number])
            return fmt::format("trial {} paused at {}, its first rung is {}", i, last, first[view[i].number]);
          if (last != 1 && last != 3 && last != 9) return fmt::format("trial {} is paused between rungs", i);
        }
        return "";
      };
      const SimOptions options{.seed = seed,
                               .max_step = 27,
                               .workers = workers,
                               .trials = 80,
                               .failures = seed % 3 == 0 ? 30u : 0u,
                               .bad_reports = seed % 4 == 0 ? 15u : 0u,
                               .starts_with_default = seed % 2 == 0,
                               .delayed_decisions = workers > 1};
      ASSERT_EQ(simulate(*pruner, options, check), "") << seed << " " << workers;
    }
}

TEST(Hyperband, WithoutStepsEveryTrialRuns) {
  EXPECT_EQ(first_rungs(0, 5), (std::map<std::int64_t, int>{{0, 5}}));
  EXPECT_EQ(first_rungs(1, 5), (std::map<std::int64_t, int>{{0, 5}}));
}

}  // namespace
}  // namespace hone
