// What trials with several objectives are compared by, against the definitions; and what it is worth.
#include "pruners/rung_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>

#include "math/pareto.hpp"
#include "study_sim.hpp"

namespace hone {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

/// Trials with one report each, of small integers so that many are equal; some failed, some not finite.
std::vector<TrialRow> random_rows(std::uint32_t seed, std::size_t objectives) {
  Rng rng(seed, RngPurpose::simulation, 0);
  std::vector<TrialRow> rows;
  for (std::uint32_t i = 0; i < 10 + 3 * seed; ++i) {
    std::vector<double> values(objectives);
    for (double& value : values) value = rng.below(8);
    if (rng.below(9) == 0) values[rng.below(static_cast<std::uint32_t>(objectives))] = nan;
    rows.push_back(row_with(rng.below(9) == 0 ? TrialState::failed : TrialState::paused, {values}));
  }
  return rows;
}

std::vector<double> values_of(const TrialRow& row, std::size_t objectives) {
  std::vector<double> values;
  for (std::size_t m = 0; m < objectives; ++m)
    values.push_back(row.state == TrialState::failed ? nan : reported_value(row, 0, m));
  return values;
}

bool is_finite(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

/// By the definition: take away whom nobody left dominates, front after front.
std::vector<double> fronts_by_peeling(const std::vector<std::vector<double>>& rows) {
  std::vector<double> front(rows.size(), infinity);
  for (double f = 0;; ++f) {
    std::vector<std::size_t> undominated;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (front[i] < infinity || !is_finite(rows[i])) continue;
      const bool dominated = std::ranges::any_of(std::views::iota(0u, rows.size()), [&](std::size_t j) {
        return front[j] == infinity && is_finite(rows[j]) && dominates(rows[j], rows[i]);
      });
      if (!dominated) undominated.push_back(i);
    }
    if (undominated.empty()) return front;
    for (const std::size_t i : undominated) front[i] = f;
  }
}

TEST(RungRank, FrontsAreWhatTheyAreDefinedToBe) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    for (const std::size_t objectives : {2u, 3u, 4u}) {
      std::vector<std::vector<double>> rows;
      std::vector<double> values;
      for (const TrialRow& row : random_rows(seed, objectives)) {
        rows.push_back(values_of(row, objectives));
        values.insert(values.end(), rows.back().begin(), rows.back().end());
      }
      EXPECT_EQ(comparable(values, objectives), fronts_by_peeling(rows)) << seed << " " << objectives;
    }
}

TEST(RungRank, OneObjectiveIsComparedByItself) {
  EXPECT_EQ(comparable(std::vector<double>{3, nan, -1, infinity}, 1), (std::vector<double>{3, infinity, -1, infinity}));
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const auto rows = random_rows(seed, 1);
    std::vector<const TrialRow*> pointers;
    for (const TrialRow& row : rows) pointers.push_back(&row);
    const auto scores = rung_scores(pointers, 1, 1);
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(scores[i], rows[i].state == TrialState::failed ? infinity : rung_value(rows[i], 1));
  }
}

TEST(RungRank, PlacesGoFrontByFrontAndSpreadOverEach) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    for (const std::size_t objectives : {2u, 3u}) {
      const auto rows = random_rows(seed, objectives);
      std::vector<const TrialRow*> pointers;
      std::vector<std::vector<double>> values;
      for (const TrialRow& row : rows) {
        pointers.push_back(&row);
        values.push_back(values_of(row, objectives));
      }
      const auto fronts = fronts_by_peeling(values);
      const auto places = rung_scores(pointers, 1, objectives);
      // By the definition: of those left on the front, the nearest to its corner first, then the farthest from all.
      std::vector<bool> chosen(rows.size(), false);
      const auto ranked = std::ranges::count_if(fronts, [](double f) { return f < infinity; });
      for (std::int64_t place = 0; place < ranked; ++place) {
        const auto at = std::ranges::find(places, static_cast<double>(place)) - places.begin();
        ASSERT_LT(at, std::ssize(rows)) << "places are dense";
        const double front = fronts[static_cast<std::size_t>(at)];
        std::vector<double> low(objectives, infinity), high(objectives, -infinity);
        std::vector<std::vector<double>> before;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          EXPECT_TRUE(chosen[i] || fronts[i] >= front) << "an earlier front comes first";
          if (fronts[i] != front) continue;
          if (chosen[i]) before.push_back(values[i]);
          for (std::size_t m = 0; m < objectives; ++m) {
            low[m] = std::min(low[m], values[i][m]);
            high[m] = std::max(high[m], values[i][m]);
          }
        }
        const auto distance = [&](const std::vector<double>& a, const std::vector<double>& b) {
          double sum = 0;
          for (std::size_t m = 0; m < objectives; ++m)
            if (high[m] > low[m]) sum += std::pow((a[m] - b[m]) / (high[m] - low[m]), 2);
          return sum;
        };
        const auto merit = [&](std::size_t i) {
          if (before.empty()) return -distance(values[i], low);
          double nearest = infinity;
          for (const auto& other : before) nearest = std::min(nearest, distance(values[i], other));
          return nearest;
        };
        const auto own = static_cast<std::size_t>(at);
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (chosen[i] || i == own || fronts[i] != front) continue;
          EXPECT_GE(merit(own), merit(i) - 1e-12);
          EXPECT_TRUE(own < i || values[i] != values[own]) << "of equal ones the first";
        }
        chosen[own] = true;
      }
      for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(places[i] == infinity, fronts[i] == infinity);
    }
}

TEST(RungRank, ARungValueIsAMedianOfEachObjective) {
  const TrialRow row = row_with(TrialState::paused, {{9, 1}, {1, 5}, {2, 3}, {8, nan}});
  EXPECT_EQ(rung_value(row, 3, 0), 2);
  EXPECT_EQ(rung_value(row, 3, 1), 3);
  EXPECT_EQ(rung_value(row, 4, 1), 5) << "NaN is the worst of three";
  EXPECT_EQ(rung_value(row, 4, 2), infinity) << "an objective that nobody reported";
  EXPECT_TRUE(is_finite_at(row, 4, 2));
  EXPECT_FALSE(is_finite_at(row, 4, 3));
}

TEST(RungRank, AFrontTakesWhatNobodyIsAsGoodAs) {
  const TrialRow first, second;
  std::vector<FrontMember> front;
  const auto values = [&] {
    std::vector<std::vector<double>> all;
    for (const FrontMember& member : front) all.push_back(member.values);
    return all;
  };
  using Values = std::vector<std::vector<double>>;
  join_front(front, {{2, 2}, &first});
  join_front(front, {{3, 1}, &first});
  join_front(front, {{2, 2}, &second});
  join_front(front, {{2, 3}, &second});
  EXPECT_EQ(values(), (Values{{2, 2}, {3, 1}}));
  EXPECT_EQ(front[0].row, &first) << "of equal ones the first";
  join_front(front, {{1, 4}, &second});
  EXPECT_EQ(values(), (Values{{2, 2}, {3, 1}, {1, 4}}));
  join_front(front, {{1, 2}, &second});
  EXPECT_EQ(values(), (Values{{3, 1}, {1, 2}}));
}

/// Steps that all trials ran, and the hypervolume below (1, 1) of the levels that the complete ones fall to.
std::pair<std::int64_t, double> played(const Pruner& pruner, const SimOptions& options) {
  View end = view_of({});
  EXPECT_EQ(simulate(
                pruner, options, [](const View&) { return std::string(); }, &end),
            "");
  std::int64_t steps = 0;
  std::vector<double> levels;
  for (std::size_t i = 0; i < end.size(); ++i) {
    steps += std::ssize(end[i].reports);
    for (std::size_t m = 0; m < 2 && end[i].state == TrialState::complete; ++m)
      levels.push_back(final_level(options.seed, end[i].number, m));
  }
  return {steps, hypervolume(levels, 2, std::vector<double>{1, 1})};
}

TEST(RungRank, AshaFindsABetterFrontInAsManySteps) {
  const auto none = std::move(*make_pruner("none", {}, {27})), asha = std::move(*make_pruner("asha", {}, {27}));
  double sum_none = 0, sum_asha = 0;
  int better = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SimOptions options;
    options.seed = seed;
    options.objectives = 2;
    options.trials = 30;
    const auto [budget, whole] = played(*none, options);
    options.trials = 120;
    options.trials = 120 * budget / played(*asha, options).first;  // about as many as that budget has steps for
    auto rationed = played(*asha, options);
    while (rationed.first > budget) {
      options.trials -= 5;
      rationed = played(*asha, options);
    }
    sum_none += whole;
    sum_asha += rationed.second;
    better += rationed.second > whole;
  }
  std::printf("hypervolume after 810 steps, 20 seeds: none %.4f, asha %.4f, asha better in %d\n", sum_none / 20,
              sum_asha / 20, better);
  EXPECT_GT(sum_asha, sum_none);
  EXPECT_GE(better, 15);
}

}  // namespace
}  // namespace hone
