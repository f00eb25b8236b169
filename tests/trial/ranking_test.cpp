// Which trial is better: constraints before values, and fronts.
#include "trial/ranking.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.hpp"

namespace hone {
namespace {

TrialRecord told(std::int64_t number, std::vector<double> values, std::vector<double> constraints = {}) {
  TrialRecord record;
  record.number = number;
  record.state = TrialState::complete;
  record.values = std::move(values);
  record.constraints = std::move(constraints);
  return record;
}

TEST(Ranking, FeasibleTrialsComeFirstThenTheLeastViolation) {
  const std::vector<TrialRecord> trials = {told(0, {1}, {0.5, 0.5}), told(1, {9}, {0, -1}), told(2, {5}, {-1}),
                                           told(3, {0}, {0.25}), told(4, {0}, {std::nan("")})};
  EXPECT_EQ(best_first(trials, false), (std::vector<std::size_t>{2, 1, 3, 0, 4}));
  EXPECT_EQ(best_first(trials, true), (std::vector<std::size_t>{1, 2, 3, 0, 4}));
}

TEST(Ranking, ViolationIsTheSumOfWhatIsPositive) {
  EXPECT_EQ(violation(std::vector<double>{}), 0);
  EXPECT_EQ(violation(std::vector<double>{-3, 0, 0.5, 2}), 2.5);
  EXPECT_EQ(violation(std::vector<double>{-3, std::nan("")}), INFINITY);
}

TEST(Ranking, TheFrontHasWhatNothingDominates) {
  std::vector<TrialRecord> trials = {told(0, {1, 5}), told(1, {2, 5}),        told(2, {2, 6}), told(3, {1, 5}),
                                     told(4, {0, 1}), told(5, {9, 9}, {0.5}), told(6, {3, 1})};
  trials[2].state = TrialState::failed;
  // Both larger: 1 (2, 5) and 6 (3, 1); 0 and 3 are dominated by 1, 5 is infeasible, 2 failed.
  EXPECT_EQ(pareto_front(trials, {true, true}), (std::vector<std::size_t>{1, 6}));
  // The first smaller, the second larger: equal values are both kept.
  EXPECT_EQ(pareto_front(trials, {false, true}), (std::vector<std::size_t>{0, 3, 4}));
  // One objective: every best one.
  EXPECT_TRUE(pareto_front(std::vector<TrialRecord>{}, {true}).empty());
}

TEST(Ranking, AViewHasTheSameBestTrialFrontAndCounts) {
  Parameter rate;
  rate.name = "rate";
  const auto space = std::make_shared<const Space>(*Space::make({rate}));
  Rng rng(3, RngPurpose::simulation, 1);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const std::size_t objectives = 1 + rng.below(2);
    std::vector<bool> maximize(objectives);
    for (std::size_t m = 0; m < objectives; ++m) maximize[m] = rng.below(2) == 1;
    History history(space, maximize);
    std::vector<TrialRecord> trials;
    const std::uint32_t states = repeat % 3 == 0 ? 2 : 6;  // often none is complete
    for (std::int64_t number = 0; number < 12; ++number) {
      TrialRecord trial;
      trial.number = number;
      constexpr TrialState all[] = {TrialState::paused,  TrialState::pruned, TrialState::complete,
                                    TrialState::waiting, TrialState::failed, TrialState::running};
      trial.state = all[rng.below(states)];
      trial.point = {rng.uniform()};
      trial.runs.resize(1);
      for (std::uint32_t step = 1; step <= rng.below(4); ++step)
        trial.runs[0].reports.push_back({step, rng.below(8) ? double(rng.below(4)) : std::nan("")});
      if (trial.state == TrialState::complete)
        for (std::size_t m = 0; m < objectives; ++m) trial.values.push_back(rng.below(5));
      if (rng.below(2)) trial.constraints = {double(rng.below(3)) - 1};
      history.put(trial);
      trials.push_back(std::move(trial));
    }
    const View view = history.view();
    EXPECT_EQ(count_trials(view).complete, count_trials(trials).complete);
    EXPECT_EQ(count_trials(view).paused, count_trials(trials).paused);
    EXPECT_EQ(count_trials(view).total(), 12);
    const auto ranked = best_first(trials, maximize[0]);
    const auto best = best_trial(view);
    ASSERT_EQ(best.has_value(), !ranked.empty());
    if (best) {
      EXPECT_EQ(*best, trials[ranked.front()].number);
    }
    std::vector<std::int64_t> front;
    for (const std::size_t i : pareto_front(trials, maximize)) front.push_back(trials[i].number);
    EXPECT_EQ(pareto_front(view), front);
  }
}

}  // namespace
}  // namespace hone
