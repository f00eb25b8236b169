// TPE from outside: conditions, speed of finding, memo.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "lab.hpp"
#include "planted.hpp"
#include "samplers/tpe_columns.hpp"

namespace hone {
namespace {

std::unique_ptr<Sampler> make_tpe(const std::map<std::string, double>& options = {}) {
  return std::move(*make_sampler("tpe", options));
}

TEST(Tpe, ConditionalBeatsFlatOnAPlantedProblem) {  // bench/samplers_bench.cpp: more problems, more seeds
  constexpr int branches = 5, knobs = 3;
  const auto tpe = make_tpe();
  int wins = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    double best[2];
    for (const bool flat : {false, true}) {
      Lab lab(planted_space(branches, knobs, flat), seed);
      const auto memo = tpe->make_memo();
      const auto loss = [](const TrialRow& row) { return planted_loss(branches, knobs, row); };
      best[flat ? 1 : 0] = lab.run(*tpe, 100, loss, memo.get());
    }
    wins += best[0] < best[1] ? 1 : 0;
  }
  RecordProperty("wins_of_20", wins);
  EXPECT_GE(wins, 15);
}

TEST(Tpe, FindsABowlFasterThanRandom) {
  const auto space = make_space({float_parameter("x"), float_parameter("y"), int_parameter("n", 1, 40),
                                 choice_parameter("c", {"a", "b", "c", "d"})});
  int wins = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Lab mine(space, seed), control(space, seed);
    const auto tpe = make_tpe();
    const auto memo = tpe->make_memo();
    wins += mine.run(*tpe, 60, bowl, memo.get()) < control.run(**make_sampler("random", {}), 60, bowl) ? 1 : 0;
  }
  EXPECT_GE(wins, 18);
}

TEST(Tpe, StartsWithSobolPointsUntilResultsAreThere) {
  Lab lab(mixed_space());
  const auto tpe = make_tpe({{"startup_trials", 5}});
  for (int i = 0; i < 8; ++i) EXPECT_EQ(lab[lab.start(*lab.ask(*tpe))].arm, "qmc");  // nothing has finished
  for (std::size_t i = 0; i < 4; ++i) lab.finish(i, TrialState::complete, {bowl(lab[i])});
  lab.finish(4, TrialState::failed);
  EXPECT_EQ(lab.ask(*tpe)->arm, "qmc");  // a failure is not a result
  lab.finish(5, TrialState::complete, {bowl(lab[5])});
  EXPECT_EQ(lab.ask(*tpe)->arm, "tpe");
}

TEST(Tpe, RunningTrialsPushOthersAway) {
  // One good place; many workers ask at once. Those that know of each other spread.
  const auto tpe = make_tpe();
  double spread[2] = {0, 0};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Lab lab(make_space({float_parameter("x"), float_parameter("y")}), seed);
    lab.run(*tpe, 40, bowl);
    std::vector<Point> aware, unaware;
    for (int i = 0; i < 12; ++i) unaware.push_back(tpe->suggest(lab.view(), {seed, 40 + i, 0}, nullptr)->point);
    for (int i = 0; i < 12; ++i) aware.emplace_back(lab[lab.start(*lab.ask(*tpe))].point);
    for (const bool known : {false, true}) {
      const auto& points = known ? aware : unaware;
      for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          spread[known ? 1 : 0] += std::hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
    }
  }
  EXPECT_GT(spread[1], 1.1 * spread[0]);
}

TEST(Tpe, BeyondItsWindowAMemoSaysWhatTheViewSays) {  // old good trials are outdone one by one, then the window moves
  const auto space = make_space({float_parameter("x"), int_parameter("w", 1, 1000, true), int_parameter("n", 1, 5),
                                 choice_parameter("c", {"a", "b", "c"}), only_when(float_parameter("u"), "c == 'a'")});
  Lab lab(space, 7);
  lab.run(**make_sampler("random", {}), static_cast<int>(tpe_window_max) - 50, bowl);
  const auto tpe = make_tpe();
  const auto memo = tpe->make_memo();
  for (int i = 0; i < 70; ++i) {
    const View view = lab.view();
    const AskContext context{1, static_cast<std::int64_t>(view.size()), 0};
    const auto kept = tpe->suggest(view, context, memo.get());
    const bool compared = i % 7 == 0 || view.size() == tpe_window_max;
    EXPECT_TRUE(!compared || kept->point == tpe->suggest(view, context, nullptr)->point) << view.size();
    const std::size_t trial = lab.start(*kept);
    lab.finish(trial, TrialState::complete, {bowl(lab[trial])});
  }
}

TEST(Tpe, AttemptsGiveOtherPoints) {
  Lab lab(mixed_space(), 3);
  const auto tpe = make_tpe();
  lab.run(*tpe, 20, bowl);
  std::set<Point> points;
  for (std::int64_t attempt = 0; attempt < 20; ++attempt) points.insert(lab.ask(*tpe, nullptr, attempt)->point);
  EXPECT_EQ(points.size(), 20u);
}

TEST(Tpe, InactiveAxesAreNotDrawn) {
  Lab lab(conditional_space(), 3);
  const auto tpe = make_tpe();
  lab.run(*tpe, 30, bowl);
  for (std::int64_t attempt = 0; attempt < 30; ++attempt) {
    const Point point = lab.ask(*tpe, nullptr, attempt)->point;
    const Mask active = lab.space().active(point);
    for (std::size_t a = 0; a < point.size(); ++a) EXPECT_TRUE(active[a] || point[a] == 0.5) << a;
  }
}

TEST(Tpe, SeveralObjectivesReachTheFront) {  // minimise (x, (x - 1)^2 + y): the front is y = 0
  const auto tpe = make_tpe();
  double late = 0, early = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Lab lab(make_space({float_parameter("x"), float_parameter("y")}), seed, 2);
    for (int i = 0; i < 60; ++i) {
      const std::size_t trial = lab.start(*lab.ask(*tpe));
      const Point p(lab[trial].point);
      lab.finish(trial, TrialState::complete, {p[0], (p[0] - 1) * (p[0] - 1) + p[1]});
      (i < 10 ? early : late) += p[1];
    }
  }
  EXPECT_LT(late / 50, 0.6 * early / 10);
}

}  // namespace
}  // namespace hone
