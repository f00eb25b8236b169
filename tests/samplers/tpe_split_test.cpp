#include "samplers/tpe_split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"
#include "lab.hpp"

namespace hone {
namespace {

using Rows = std::vector<std::uint32_t>;

class Study {
 public:
  explicit Study(std::size_t objectives = 1) : lab_(make_space({float_parameter("x")}), 1, objectives) {}
  std::size_t add(TrialState state, std::vector<double> values = {}, std::vector<double> constraints = {}) {
    const std::size_t trial = lab_.start({{0.5}, "test", ""});
    lab_.finish(trial, state, std::move(values), std::move(constraints));
    return trial;
  }
  void add_stopped(TrialState state, std::vector<Report> reports, std::vector<double> further_values = {}) {
    const std::size_t trial = lab_.start({{0.5}, "test", ""});
    for (const Report& report : reports) lab_.report(trial, report.step, report.value);
    lab_.change(trial, [&](TrialRow& row) { row.further_values = further_values; });
    lab_.finish(trial, state);
  }
  TrialSplit split() const {
    std::vector<TrialStanding> standings;
    for (std::size_t i = 0; i < lab_.size(); ++i) standings.push_back(standing(lab_[i]));
    return split_trials(lab_.view(), standings);
  }

 private:
  Lab lab_;
};

TEST(TpeSplit, TakesATenthRoundedUpAndAtMost25) {
  Study study;
  for (int n = 1; n <= 400; ++n) {
    study.add(TrialState::complete, {1000.0 - n});
    const std::size_t expected = std::min(static_cast<std::size_t>((n + 9) / 10), std::size_t{25});
    if (n % 37 == 0 || n < 25) {
      EXPECT_EQ(study.split().good.size(), expected) << n;
    }
  }
  EXPECT_EQ(study.split().good.front(), 375u);  // the newest are the best here
}

TEST(TpeSplit, BetterTrialsWeighMore) {
  Study study;
  for (const int value : {3, 1, 2}) study.add(TrialState::complete, {double(value)});
  for (int n = 0; n < 27; ++n) study.add(TrialState::complete, {10.0 + n});
  const TrialSplit split = study.split();
  ASSERT_EQ(split.good, (Rows{0, 1, 2}));
  const double sum = std::log(4.0 / 1) + std::log(4.0 / 2) + std::log(4.0 / 3);
  EXPECT_NEAR(split.weight[0], 3 * std::log(4.0 / 3) / sum, 1e-6);
  EXPECT_NEAR(split.weight[1], 3 * std::log(4.0 / 1) / sum, 1e-6);
  EXPECT_NEAR(split.weight[2], 3 * std::log(4.0 / 2) / sum, 1e-6);
}

TEST(TpeSplit, SplitsSomeRowsAsIfThereWereNoOthers) {
  Lab lab(make_space({float_parameter("x")}));
  std::vector<TrialStanding> standings;
  for (const double value : {0.0, 5.0, 1.0, 4.0, 3.0}) {
    const std::size_t trial = lab.start({{0.5}, "test", ""});
    lab.finish(trial, TrialState::complete, {value});
    standings.push_back(standing(lab[trial]));
  }
  const TrialSplit split = split_trials(lab.view(), standings, Rows{1, 3, 4});
  EXPECT_EQ(split.good, (Rows{4}));
  EXPECT_EQ(split.counted, 3u);
  EXPECT_TRUE(split_trials(lab.view(), standings, Rows{}).good.empty());
}

TEST(TpeSplit, OrdersTheKindsOfTrials) {
  Study study;
  study.add(TrialState::complete, {5}, {1.0});              // 0: violates most
  study.add(TrialState::complete, {7}, {0.5, 0.0});         // 1: violates less
  study.add_stopped(TrialState::pruned, {{1, 0.0}});        // 2: stopped early
  study.add_stopped(TrialState::paused, {{1, 9}, {3, 2}});  // 3: farther
  study.add_stopped(TrialState::pruned, {{3, 1}});          // 4: as far, better
  study.add(TrialState::complete, {9});                     // 5
  study.add(TrialState::complete, {8}, {-1.0});             // 6: best
  Rows expected;
  for (const std::uint32_t next : {6u, 5u, 4u, 3u, 2u, 1u, 0u}) {
    expected.push_back(next);
    std::ranges::sort(expected);
    while ((study.split().counted + 9) / 10 < expected.size()) study.add(TrialState::failed);
    EXPECT_EQ(study.split().good, expected);
  }
}

TEST(TpeSplit, BadAndPendingTrialsAreNeverGood) {
  Study study;
  study.add(TrialState::failed);
  study.add(TrialState::complete, {NAN});
  study.add_stopped(TrialState::pruned, {});
  study.add_stopped(TrialState::pruned, {{1, NAN}});
  study.add(TrialState::running);
  study.add(TrialState::waiting);
  study.add_stopped(TrialState::paused, {{1, NAN}});
  EXPECT_EQ(study.split().ranked, 0u);
  EXPECT_EQ(study.split().counted, 4u);
  EXPECT_TRUE(study.split().good.empty());
  study.add(TrialState::complete, {INFINITY});
  EXPECT_EQ(study.split().good, Rows{7});
}

TEST(TpeSplit, TiesGoByNumber) {
  Study study;
  for (int i = 0; i < 15; ++i) study.add(TrialState::complete, {1.0});
  EXPECT_EQ(study.split().good, (Rows{0, 1}));
}

TEST(TpeSplit, SeveralObjectivesGoFrontByFront) {
  Study study(2);
  study.add(TrialState::complete, {3, 3});                                          // 0: second front
  for (int i = 0; i < 4; ++i) study.add(TrialState::complete, {0.5 + i, 3.5 - i});  // 1..4: first front
  for (int i = 0; i < 15; ++i) study.add(TrialState::complete, {10.0 + i, 10.0 + i});
  EXPECT_EQ(study.split().good, (Rows{1, 4}));  // the ends of the front are the loneliest
  for (int i = 0; i < 30; ++i) study.add(TrialState::failed);
  EXPECT_EQ(study.split().good, (Rows{0, 1, 2, 3, 4}));
}

TEST(TpeSplit, StoppedTrialsOfSeveralObjectivesGoByStepThenFront) {
  Study study(2);
  for (int n = 0; n < 20; ++n) study.add(TrialState::failed);  // so that four of 35 are good
  study.add(TrialState::complete, {9, 9});                     // 20: whoever ran to the end comes first
  for (int n = 0; n < 10; ++n) study.add_stopped(TrialState::paused, {{1, 0.0}}, {0});
  study.add_stopped(TrialState::paused, {{3, 5.0}}, {5});  // 31: dominated
  study.add_stopped(TrialState::pruned, {{3, 6.0}}, {1});  // 32
  study.add_stopped(TrialState::paused, {{3, 4.0}}, {4});  // 33
  study.add_stopped(TrialState::paused, {{3, 1.0}}, {6});  // 34
  EXPECT_EQ(study.split().good, (Rows{20, 32, 33, 34}));
}

TEST(TpeSplit, LonelinessIsMeasuredByTheRangeOfEachObjective) {
  Study study(2);  // a front of four, three places: two are for its ends
  study.add(TrialState::complete, {0, 1000});
  study.add(TrialState::complete, {5, 995});   // 0.55 + 0.99 of the ranges
  study.add(TrialState::complete, {5.5, 10});  // 0.5 + 0.995, though more in the larger numbers
  study.add(TrialState::complete, {10, 0});
  for (int i = 0; i < 21; ++i) study.add(TrialState::complete, {20.0 + i, 2000.0 + i});
  EXPECT_EQ(study.split().good, (Rows{0, 1, 3}));
}

TEST(TpeSplit, FrontsAgreeWithTheDefinition) {
  Rng rng(3, RngPurpose::simulation, 0);
  Study study(3);
  std::vector<std::vector<double>> values;
  for (int i = 0; i < 120; ++i) {
    values.push_back({1.0 * rng.below(8), 1.0 * rng.below(8), 1.0 * rng.below(8)});
    study.add(TrialState::complete, values.back());
  }
  // Rank by repeatedly taking away what nobody dominates; no good trial may have a worse rank than one left out.
  std::vector<int> rank(values.size(), -1);
  for (int front = 0; std::ranges::count(rank, -1) > 0; ++front) {
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < values.size(); ++i) {
      bool dominated = false;
      for (std::size_t j = 0; j < values.size(); ++j) {
        bool no_worse = rank[j] == -1 && values[j] != values[i];
        for (std::size_t m = 0; m < 3; ++m) no_worse = no_worse && values[j][m] <= values[i][m];
        dominated = dominated || no_worse;
      }
      if (rank[i] == -1 && !dominated) free.push_back(i);
    }
    for (const std::size_t i : free) rank[i] = front;
  }
  const TrialSplit split = study.split();
  EXPECT_EQ(split.good.size(), 12u);
  int worst_good = 0, best_other = 1000;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const bool good = std::ranges::binary_search(split.good, i);
    if (good) worst_good = std::max(worst_good, rank[i]);
    if (!good) best_other = std::min(best_other, rank[i]);
  }
  EXPECT_LE(worst_good, best_other);
}

}  // namespace
}  // namespace hone
