#include "trial/view.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::shared_ptr<const Space> one_axis() {
  Parameter rate;
  rate.name = "rate";
  return std::make_shared<const Space>(*Space::make({rate}));
}

TrialRecord record(std::int64_t number) {
  TrialRecord trial;
  trial.number = number;
  trial.state = TrialState::running;
  trial.point = {0.25};
  trial.runs.resize(1);
  return trial;
}

TEST(View, TurnsEverythingSoThatLowerIsBetter) {
  History history(one_axis(), {true, false});
  TrialRecord trial = record(0);
  trial.state = TrialState::complete;
  trial.arm = "tpe";
  trial.seen = 3;
  trial.asked = 4;
  trial.finished = 9;
  trial.until_step = 7;
  trial.values = {0.75, 2.0};
  trial.constraints = {-1.0};
  trial.runs[0].reports = {{1, 0.5}, {2, std::nan("")}, {3, infinity}, {4, -infinity}};
  history.put(trial);
  history.set_revision(9);
  const View view = history.view();
  ASSERT_EQ(view.size(), 1u);
  EXPECT_EQ(view.revision(), 9);
  EXPECT_EQ(view.objectives(), 2u);
  const TrialRow& row = view[0];
  EXPECT_EQ(row.values, (std::vector<double>{-0.75, 2.0}));
  EXPECT_EQ(row.constraints, (std::vector<double>{-1.0}));
  ASSERT_EQ(row.reports.size(), 4u);
  EXPECT_EQ(row.reports[0].value, -0.5);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(std::isnan(row.reports[i].value)) << i;
  EXPECT_EQ(row.arm, "tpe");
  EXPECT_EQ(row.seen, 3);
  EXPECT_EQ(row.asked, 4);
  EXPECT_EQ(row.finished, 9);
  EXPECT_EQ(row.until_step, 7);
  EXPECT_EQ(row.active, (Mask{1}));
}

TEST(View, LeavesValuesThatAreMinimizedAlone) {
  History history(one_axis(), {false});
  TrialRecord trial = record(0);
  trial.runs[0].reports = {{1, 0.5}};
  trial.values = {1.0};  // not complete: not valid
  history.put(trial);
  EXPECT_TRUE(history.view()[0].values.empty());
  EXPECT_EQ(history.view()[0].reports[0].value, 0.5);
}

TEST(View, TurnsEachObjectiveOfAReport) {
  History history(one_axis(), {false, true, false});
  TrialRecord trial = record(0);
  trial.runs[0].reports = {{1, 0.5}, {4, 0.25}};
  trial.runs[0].further_values = {1, 2, -infinity, 4};
  history.put(trial);
  const View view = history.view();
  EXPECT_EQ(reported_value(view[0], 0, 0), 0.5);
  EXPECT_EQ(reported_value(view[0], 0, 1), -1);
  EXPECT_EQ(reported_value(view[0], 0, 2), 2);
  EXPECT_TRUE(std::isnan(reported_value(view[0], 1, 1)));
  EXPECT_EQ(reported_value(view[0], 1, 2), 4);
  EXPECT_TRUE(std::isnan(reported_value(view[0], 1, 3)));
  EXPECT_EQ(rung_value(view[0], 3, 1), -1);
  EXPECT_EQ(rung_value(view[0], 4, 1), infinity);
  EXPECT_EQ(rung_value(view[0], 4, 2), 3);
}

TEST(View, ASnapshotStaysAsItWas) {
  History history(one_axis(), {false});
  history.put(record(0));
  history.set_revision(1);
  const View before = history.view();
  TrialRecord changed = record(0);
  changed.runs[0].reports = {{1, 0.5}};
  history.put(changed);
  history.put(record(1));
  history.set_revision(3);
  EXPECT_EQ(before.size(), 1u);
  EXPECT_EQ(before.revision(), 1);
  EXPECT_TRUE(before[0].reports.empty());
  const View after = history.view();
  EXPECT_EQ(after.size(), 2u);
  EXPECT_EQ(after.revision(), 3);
  EXPECT_EQ(after[0].reports.size(), 1u);
}

TEST(View, RowsAreSmallAndShareTheirMasks) {
  static_assert(sizeof(TrialRow) <= 104);
  History history(one_axis(), {false});
  const TrialRecord first = record(0);
  history.put(first);
  history.put(record(1));
  const View view = history.view();
  EXPECT_EQ(view[0].active.data(), view[1].active.data());
  EXPECT_EQ(view[0].point.data(), first.point.data());
}

TEST(View, WithoutASnapshotNothingIsCopied) {
  History history(one_axis(), {false});
  history.put(record(0));
  const TrialRow* row = nullptr;
  {
    const View view = history.view();
    row = &view[0];
  }
  history.put(record(1));
  EXPECT_EQ(&history.view()[0], row);
}

TEST(HistoryDeathTest, RefusesWhatNoStoreMayDo) {
  History history(one_axis(), {false});
  EXPECT_DEATH(history.put(record(1)), "trial numbers are dense");
  TrialRecord trial = record(0);
  trial.state = TrialState::failed;
  history.put(trial);
  EXPECT_DEATH(history.put(record(0)), "a finished trial never changes");
}

TEST(RungValue, IsTheMedianOfTheLastThreeReports) {
  TrialRow row;
  EXPECT_EQ(rung_value(row, 10), infinity);
  row.reports = {{2, 9.0}};
  EXPECT_EQ(rung_value(row, 1), infinity);
  EXPECT_EQ(rung_value(row, 2), 9.0);
  row.reports = {{1, 9.0}, {2, 1.0}};
  EXPECT_EQ(rung_value(row, 2), 5.0);
  row.reports = {{1, 9.0}, {2, 1.0}, {3, 4.0}, {4, 2.0}, {5, 8.0}};
  EXPECT_EQ(rung_value(row, 3), 4.0);
  EXPECT_EQ(rung_value(row, 4), 2.0);
  EXPECT_EQ(rung_value(row, 100), 4.0);
}

TEST(RungValue, WhatIsNotFiniteCountsAsTheWorst) {
  TrialRow row;
  const double nan = std::nan("");
  row.reports = {{1, 1.0}, {2, nan}, {3, 2.0}};
  EXPECT_EQ(rung_value(row, 3), 2.0);
  row.reports = {{1, nan}, {2, nan}, {3, 2.0}};
  EXPECT_EQ(rung_value(row, 3), infinity);
  row.reports = {{1, 1.0}, {2, nan}};
  EXPECT_EQ(rung_value(row, 2), infinity);
}

}  // namespace
}  // namespace hone
