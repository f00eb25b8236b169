// ASHA: rungs, promotions, and what it must never do.
#include "pruners/asha_rungs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "simulation_seeds.hpp"
#include "study_sim.hpp"

namespace hone {
namespace {

using Steps = std::vector<std::int64_t>;

TEST(AshaRungs, RoundUp) {
  EXPECT_EQ(asha_rungs(81, 3, 0), (Steps{3, 9, 27, 81}));
  EXPECT_EQ(asha_rungs(81, 3, 1), (Steps{1, 3, 9, 27, 81}));
  EXPECT_EQ(asha_rungs(81, 3, 9), (Steps{9, 27, 81}));
  EXPECT_EQ(asha_rungs(30, 3, 0), (Steps{2, 4, 10, 30}));
  EXPECT_EQ(asha_rungs(9, 3, 0), (Steps{1, 3, 9}));
  EXPECT_EQ(asha_rungs(10, 4, 0), (Steps{1, 3, 10}));
  EXPECT_EQ(asha_rungs(2, 3, 0), (Steps{1, 2}));
  EXPECT_EQ(asha_rungs(1, 3, 0), (Steps{1}));
  EXPECT_EQ(asha_rungs(0, 3, 0), Steps{});
  EXPECT_EQ(asha_rungs(27, 3, 100), (Steps{27}));
}

/// Looks at a study after every event: from no rung more than floor(n / eta) trials went on, the default configuration
/// not counted, and nobody skipped one.
class RungWatch {
 public:
  RungWatch(Steps rungs, std::size_t eta) : rungs_(std::move(rungs)), eta_(eta) {}

  std::string operator()(const View& view) const {
    for (std::size_t k = 0; k + 1 < rungs_.size(); ++k) {
      std::size_t reached = 0, gone_on = 0;
      for (std::size_t i = 0; i < view.size(); ++i) {
        const std::int64_t last = view[i].reports.empty() ? 0 : view[i].reports.back().step;
        reached += last >= rungs_[k] ? 1 : 0;
        gone_on += last > rungs_[k] && view[i].origin != Origin::default_ ? 1 : 0;
      }
      if (gone_on > reached / eta_)
        return fmt::format("{} of {} trials went on from rung {}", gone_on, reached, rungs_[k]);
    }
    for (std::size_t i = 0; i < view.size(); ++i) {
      std::int64_t expected = 1;
      for (const Report& report : view[i].reports)
        if (report.step != expected++) return fmt::format("trial {} skipped step {}", i, expected - 1);
      if (view[i].state == TrialState::paused && std::ranges::find(rungs_, view[i].reports.back().step) == rungs_.end())
        return fmt::format("trial {} is paused between rungs", i);
    }
    return "";
  }

 private:
  Steps rungs_;
  std::size_t eta_;
};

std::unique_ptr<Pruner> make_asha(std::int64_t max_step) {
  return std::move(*make_pruner("asha", {}, {max_step}));
}

TEST(Asha, NeverPromotesTooManyAndSkipsNoRung) {
  for (std::uint64_t seed = 1; seed <= simulation_seeds(12); ++seed)
    for (const std::size_t workers : {1u, 3u, 8u})
      for (const bool delayed : {false, true}) {
        SimOptions options{.seed = seed,
                           .max_step = 27,
                           .workers = workers,
                           .trials = 60,
                           .failures = seed % 3 == 0 ? 30u : 0u,
                           .bad_reports = seed % 4 == 0 ? 15u : 0u,
                           .starts_with_default = seed % 2 == 0,
                           .delayed_decisions = delayed};
        ASSERT_EQ(simulate(*make_asha(27), options, RungWatch({1, 3, 9, 27}, 3)), "") << seed << " " << workers;
      }
}

TEST(Asha, TheWatchSeesOneTooMany) {  // its canary: eta 2 is not eta 3
  const auto wrong = std::move(*make_pruner("asha", {{"eta", 2}, {"min_step", 1}}, {27}));
  EXPECT_NE(simulate(*wrong, SimOptions{}, RungWatch(asha_rungs(27, 2, 1), 3)), "");
}

TEST(Asha, SpendsLittleAndFindsAGoodTrial) {
  std::size_t good = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    View end = view_of({});
    ASSERT_EQ(simulate(
                  *make_asha(27), {.seed = seed, .trials = 81}, [](const View&) { return std::string(); }, &end),
              "");
    std::size_t steps = 0, rank = 0;
    double best = 2, best_complete = 2;
    for (std::size_t i = 0; i < end.size(); ++i) {
      steps += end[i].reports.size();
      best = std::min(best, final_level(seed, end[i].number));
      if (end[i].state == TrialState::complete)
        best_complete = std::min(best_complete, final_level(seed, end[i].number));
    }
    for (std::size_t i = 0; i < end.size(); ++i) rank += final_level(seed, end[i].number) < best_complete ? 1 : 0;
    EXPECT_LT(steps, 81u * 27 / 5);
    good += rank < 4 ? 1 : 0;  // of the best 5 %
  }
  EXPECT_GE(good, 17u);
}

TrialRow row_at(TrialState state, std::int64_t until, std::vector<double> values) {
  TrialRow row;
  row.state = state;
  row.until_step = until;
  for (std::size_t i = 0; i < values.size(); ++i) row.reports.push_back({static_cast<std::int64_t>(i) + 1, values[i]});
  return row;
}

TEST(Asha, ResumesTheBestOfTheHighestRung) {
  std::vector<TrialRow> rows;
  for (const double v : {5.0, 4.0, 3.0, 6.0, 7.0, 8.0}) rows.push_back(row_at(TrialState::paused, 1, {v}));
  auto next = make_asha(27)->next(view_of(rows), Asker{true});
  ASSERT_TRUE(std::holds_alternative<ResumeTrial>(next));
  EXPECT_EQ(std::get<ResumeTrial>(next).trial, 2);
  EXPECT_EQ(std::get<ResumeTrial>(next).from_step, 1);
  EXPECT_EQ(std::get<ResumeTrial>(next).until_step, 3);

  // Three trials at the second rung come first, though the first rung has a better one.
  for (const double v : {9.0, 2.5, 9.0}) rows.push_back(row_at(TrialState::paused, 3, {v, v, v}));
  next = make_asha(27)->next(view_of(rows), Asker{false});
  ASSERT_TRUE(std::holds_alternative<ResumeTrial>(next));
  EXPECT_EQ(std::get<ResumeTrial>(next).trial, 7);
  EXPECT_EQ(std::get<ResumeTrial>(next).until_step, 9);
}

TEST(Asha, TiesGoByNumberAndNobodyGoesTwice) {
  std::vector<TrialRow> rows(3, row_at(TrialState::paused, 1, {1.0}));
  auto next = make_asha(27)->next(view_of(rows), Asker{true});
  EXPECT_EQ(std::get<ResumeTrial>(next).trial, 0);
  rows[0].state = TrialState::running;
  rows[0].until_step = 3;
  next = make_asha(27)->next(view_of(rows), Asker{true});
  ASSERT_TRUE(std::holds_alternative<StartNew>(next));
  EXPECT_EQ(std::get<StartNew>(next).until_step, 1);
  EXPECT_TRUE(std::holds_alternative<WaitForOthers>(make_asha(27)->next(view_of(rows), Asker{false})));
}

TEST(Asha, TheDefaultConfigurationGoesWhereSomebodyElseHasGone) {
  std::vector<TrialRow> rows = {row_at(TrialState::paused, 1, {9.0}), row_at(TrialState::paused, 1, {1.0}),
                                row_at(TrialState::paused, 1, {2.0}), row_at(TrialState::paused, 1, {3.0})};
  rows[0].origin = Origin::default_;
  const auto asha = make_asha(27);
  EXPECT_EQ(std::get<ResumeTrial>(asha->next(view_of(rows), Asker{true})).trial, 1);  // nobody has gone yet: the best
  rows[1].state = TrialState::running;
  rows[1].until_step = 3;
  const auto next = asha->next(view_of(rows), Asker{true});
  ASSERT_TRUE(std::holds_alternative<ResumeTrial>(next));
  EXPECT_EQ(std::get<ResumeTrial>(next).trial, 0);  // the worst of them
  EXPECT_EQ(std::get<ResumeTrial>(next).until_step, 3);
  rows[0].state = TrialState::running;
  rows[0].until_step = 3;
  EXPECT_TRUE(std::holds_alternative<StartNew>(asha->next(view_of(rows), Asker{true})));
  rows[0].reports = {{1, std::numeric_limits<double>::quiet_NaN()}};
  rows[0].state = TrialState::paused;
  rows[0].until_step = 1;
  EXPECT_TRUE(std::holds_alternative<StartNew>(asha->next(view_of(rows), Asker{true})));  // but not after NaN
}

TEST(Asha, TheDefaultConfigurationEndsCompleteAndTakesNobodysPlace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    View with = view_of({}), without = view_of({});
    const auto nothing = [](const View&) { return std::string(); };
    ASSERT_EQ(simulate(*make_asha(27), {.seed = seed, .trials = 60, .starts_with_default = true}, nothing, &with), "");
    ASSERT_EQ(simulate(*make_asha(27), {.seed = seed, .trials = 60}, nothing, &without), "");
    EXPECT_EQ(with[0].state, TrialState::complete);
    std::size_t others_with = 0, others_without = 0;
    for (std::size_t i = 1; i < with.size(); ++i) {
      others_with += with[i].state == TrialState::complete ? 1 : 0;
      others_without += without[i].state == TrialState::complete ? 1 : 0;
    }
    EXPECT_GE(others_with, others_without);
  }
}

TEST(Asha, FailedTrialsCountAsTheWorstOfTheirRung) {
  std::vector<TrialRow> rows = {row_at(TrialState::failed, 1, {0.0}), row_at(TrialState::failed, 1, {0.0}),
                                row_at(TrialState::running, 1, {7.0})};
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 2, 1), Decision::go_on);  // best of three
  rows[2].reports = {{1, std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 2, 1), Decision::pause);  // nothing finite is never promoted
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 2, 2), Decision::go_on);  // not a rung
  std::swap(rows[0], rows[2]);  // nor when its number makes it the first of its equals
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 0, 1), Decision::pause);
}

TEST(Asha, AFreePlaceGoesToTheBestWhoeverDecides) {
  std::vector<TrialRow> rows(4, row_at(TrialState::paused, 1, {9.0}));
  rows[0] = row_at(TrialState::running, 3, {5.0});  // has one of the two places of six
  rows.push_back(row_at(TrialState::paused, 1, {1.0}));
  rows.push_back(row_at(TrialState::running, 1, {2.0}));
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 5, 1), Decision::pause);  // among the best two, but 4 is better
  rows[4] = row_at(TrialState::paused, 1, {3.0});
  EXPECT_EQ(make_asha(27)->decide(view_of(rows), 5, 1), Decision::go_on);
}

TEST(Asha, WhatWasGivenUpLeavesItsPlaceToNobody) {  // pruned at the end of a budget that was enlarged later
  std::vector<TrialRow> rows = {row_at(TrialState::pruned, 1, {1.0}), row_at(TrialState::paused, 1, {2.0}),
                                row_at(TrialState::paused, 1, {3.0})};
  EXPECT_TRUE(std::holds_alternative<StartNew>(make_asha(27)->next(view_of(rows), Asker{true})));
  rows[0] = row_at(TrialState::pruned, 1, {2.5});
  EXPECT_EQ(std::get<ResumeTrial>(make_asha(27)->next(view_of(rows), Asker{true})).trial, 1);
}

TEST(Asha, ARungIsJudgedByTheMedianOfThreeReports) {
  std::vector<TrialRow> rows = {row_at(TrialState::paused, 3, {5, 5, 1}), row_at(TrialState::paused, 3, {4, 4, 9}),
                                row_at(TrialState::paused, 3, {6, 6, 6})};
  EXPECT_EQ(std::get<ResumeTrial>(make_asha(27)->next(view_of(rows), Asker{true})).trial, 1);
}

}  // namespace
}  // namespace hone
