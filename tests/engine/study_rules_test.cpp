// Which paused trial is finished when a study would end without a complete one.
#include "engine/study_rules.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/bench.hpp"

namespace hone {
namespace {

/// Trials of two objectives, the second one to be maximised: (state, reports at steps 1, 2, ...).
struct Trials {
  void add(TrialState state, const std::vector<std::pair<double, double>>& reports) {
    TrialRecord record;
    record.number = static_cast<std::int64_t>(history.size());
    record.state = state;
    record.point = {0.5, 0.5};
    Run& run = record.runs.emplace_back();
    for (const auto& [first, second] : reports) {
      run.reports.push_back({std::ssize(run.reports) + 1, first});
      run.further_values.push_back(second);
    }
    if (state == TrialState::complete) record.values = {0, 0};
    history.put(record);
  }
  std::int64_t chosen() const {
    const auto last = last_to_finish(history.view(), 9);
    return last ? last->trial : -1;
  }
  History history{plain_space(), {false, true}};
};

TEST(LastToFinish, OfSeveralObjectivesTheBestOfTheFarthest) {
  using enum TrialState;
  Trials trials;
  EXPECT_EQ(trials.chosen(), -1);
  trials.add(paused, {{0, 9}});
  EXPECT_EQ(trials.chosen(), 0);
  trials.add(paused, {{5, 1}, {5, 1}, {5, 1}});
  EXPECT_EQ(trials.chosen(), 1) << "it is farther";
  trials.add(paused, {{4, 0}, {4, 0}, {4, 0}});
  EXPECT_EQ(trials.chosen(), 1) << "both are on the front, as near to its corner";
  trials.add(pruned, {{0, 9}, {0, 9}, {0, 9}, {0, 9}});
  trials.add(paused, {{6, 9}, {6, 9}, {6, std::nan("")}, {6, std::nan("")}});
  EXPECT_EQ(trials.chosen(), 1) << "the farthest has no finite value";
  trials.add(paused, {{5, 0}, {5, 0}, {5, 0}, {5, 0}});
  EXPECT_EQ(trials.chosen(), 5);
  trials.add(paused, {{6, 2}, {6, 2}, {6, 2}, {6, 2}});
  trials.add(paused, {{5, 2}, {5, 2}, {5, 2}, {5, 2}});
  EXPECT_EQ(trials.chosen(), 7) << "it dominates both";
  const auto last = last_to_finish(trials.history.view(), 9);
  EXPECT_EQ(last->from_step, 4);
  EXPECT_EQ(last->until_step, 9);
  trials.add(complete, {});
  EXPECT_EQ(trials.chosen(), -1);
}

}  // namespace
}  // namespace hone
