// Which trial is better: constraints before values, and fronts.
#include "trial/ranking.hpp"

#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace hone
