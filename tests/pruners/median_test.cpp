// The median rule.
#include <gtest/gtest.h>

#include <limits>

#include "study_sim.hpp"

namespace hone {
namespace {

TrialRow row_of(TrialState state, std::vector<Report> reports) {
  TrialRow row;
  row.state = state;
  row.reports = std::move(reports);
  return row;
}

/// Complete trials that reported 1, 2, ... `count` at step 3, then the trial in question.
View study(int count, std::vector<Report> reports) {
  std::vector<TrialRow> rows;
  for (int i = 1; i <= count; ++i) rows.push_back(row_of(TrialState::complete, {{1, 100.0}, {3, 1.0 * i}}));
  rows.push_back(row_of(TrialState::running, std::move(reports)));
  return view_of(std::move(rows));
}

std::unique_ptr<Pruner> make_median(const std::map<std::string, double>& options = {}) {
  return std::move(*make_pruner("median", options, {9}));
}

TEST(Median, StopsWhatIsWorseThanTheMedian) {
  EXPECT_EQ(make_median()->decide(study(5, {{3, 3.1}}), 5, 3), Decision::stop);
  EXPECT_EQ(make_median()->decide(study(5, {{3, 3.0}}), 5, 3), Decision::go_on);
  EXPECT_EQ(make_median()->decide(study(6, {{3, 3.6}}), 6, 3), Decision::stop);  // the median of six is 3.5
  EXPECT_EQ(make_median()->decide(study(6, {{3, 3.4}}), 6, 3), Decision::go_on);
}

TEST(Median, TheBestReportSoFarCounts) {
  EXPECT_EQ(make_median()->decide(study(5, {{1, 2.0}, {3, 50.0}}), 5, 3), Decision::go_on);
}

TEST(Median, OnlyCompleteTrialsCount) {
  std::vector<TrialRow> rows;
  for (const TrialState state : {TrialState::running, TrialState::pruned, TrialState::failed, TrialState::paused})
    rows.push_back(row_of(state, {{3, 0.0}}));
  for (int i = 1; i <= 5; ++i) rows.push_back(row_of(TrialState::complete, {{3, 1.0 * i}}));
  rows.push_back(row_of(TrialState::running, {{3, 2.9}}));
  EXPECT_EQ(make_median()->decide(view_of(rows), 9, 3), Decision::go_on);
  rows[9] = row_of(TrialState::running, {{3, 3.1}});
  EXPECT_EQ(make_median()->decide(view_of(rows), 9, 3), Decision::stop);
}

TEST(Median, AStudyOfOneStepStopsNobody) {
  const auto median = std::move(*make_pruner("median", {}, {1}));
  EXPECT_EQ(median->decide(study(5, {{1, 999.0}}), 5, 1), Decision::go_on);
  EXPECT_EQ(make_median()->decide(study(5, {{1, 999.0}}), 5, 1), Decision::stop);
}

TEST(Median, WaitsForEnoughTrialsAndSteps) {
  EXPECT_EQ(make_median()->decide(study(4, {{3, 99.0}}), 4, 3), Decision::go_on);
  EXPECT_EQ(make_median({{"startup_trials", 4}})->decide(study(4, {{3, 99.0}}), 4, 3), Decision::stop);
  EXPECT_EQ(make_median({{"warmup_steps", 3}})->decide(study(5, {{3, 99.0}}), 5, 3), Decision::go_on);
  EXPECT_EQ(make_median()->decide(study(5, {{9, 99.0}}), 5, 9), Decision::go_on);  // the last step
}

TEST(Median, WhatIsNotFiniteIsTheWorst) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(make_median()->decide(study(5, {{3, nan}}), 5, 3), Decision::stop);
  std::vector<TrialRow> rows(6, row_of(TrialState::complete, {{3, nan}}));
  rows.back() = row_of(TrialState::running, {{3, nan}});
  EXPECT_EQ(make_median()->decide(view_of(rows), 5, 3), Decision::go_on);  // no worse than the others
}

}  // namespace
}  // namespace hone
