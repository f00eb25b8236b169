// Fronts by their definition, hypervolumes by counting cells.
#include "math/pareto.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"

namespace hone {
namespace {

std::vector<double> small_integers(std::size_t n, std::size_t objectives, std::uint32_t seed, std::uint32_t below) {
  Rng rng(seed, RngPurpose::simulation, 0);
  std::vector<double> values(n * objectives);
  for (double& value : values) value = rng.below(below);
  return values;
}

TEST(Pareto, FrontsAreWhatTheyAreDefinedToBe) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::size_t objectives = 1 + seed % 4, n = 5 * seed;
    const auto values = small_integers(n, objectives, seed, 6);
    const auto row = [&](std::uint32_t i) { return std::span(values).subspan(i * objectives, objectives); };
    const auto fronts = nondominated_fronts(values, objectives);
    std::vector<int> seen(n, 0);
    for (std::size_t f = 0; f < fronts.size(); ++f)
      for (const std::uint32_t i : fronts[f]) {
        ++seen[i];
        for (const std::uint32_t other : fronts[f]) EXPECT_FALSE(dominates(row(other), row(i)));
        const bool below = f > 0 && std::ranges::any_of(fronts[f - 1], [&](std::uint32_t other) {
                             return dominates(row(other), row(i));
                           });
        EXPECT_EQ(below, f > 0);
      }
    EXPECT_EQ(seen, std::vector<int>(n, 1));
  }
}

TEST(Pareto, CrowdingDistanceByHand) {
  const std::vector<double> values = {0, 4, 1, 2, 2, 1, 4, 0};
  const auto distance = crowding_distances(values, 2, std::vector<std::uint32_t>{0, 1, 2, 3});
  EXPECT_EQ(distance[0], INFINITY);
  EXPECT_EQ(distance[3], INFINITY);
  EXPECT_DOUBLE_EQ(distance[1], 2.0 / 4 + 3.0 / 4);
  EXPECT_DOUBLE_EQ(distance[2], 3.0 / 4 + 2.0 / 4);
  EXPECT_EQ(crowding_distances(values, 2, std::vector<std::uint32_t>{}).size(), 0u);
}

TEST(Pareto, SpreadOrderByHand) {
  // Shares of the range: (0, 1), (0.1, 0.9), (0.5, 0.25), (0.9, 0.1), (1, 0), the third once more, and (0.7, 0.2).
  const std::vector<double> values = {0, 40, 1, 36, 5, 10, 9, 4, 10, 0, 5, 10, 99, 99, 7, 8};
  EXPECT_EQ(spread_order(values, 2, std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 7}),
            (std::vector<std::uint32_t>{2, 0, 4, 7, 1, 3, 5}));
  EXPECT_EQ(spread_order(values, 2, std::vector<std::uint32_t>{5, 2}), (std::vector<std::uint32_t>{2, 5}));
  EXPECT_EQ(spread_order(values, 2, std::vector<std::uint32_t>{}).size(), 0u);
}

/// Unit cells below the reference that some point dominates.
double by_counting(const std::vector<double>& values, std::size_t objectives, int reference) {
  std::vector<int> cell(objectives, 0);
  double volume = 0;
  for (;;) {
    for (std::size_t at = 0; at < values.size(); at += objectives) {
      bool inside = true;
      for (std::size_t m = 0; m < objectives; ++m) inside = inside && values[at + m] <= cell[m];
      if (inside) {
        ++volume;
        break;
      }
    }
    std::size_t m = 0;
    while (m < objectives && ++cell[m] == reference) cell[m++] = 0;
    if (m == objectives) return volume;
  }
}

TEST(Pareto, HypervolumeCountsCells) {
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    const std::size_t objectives = 1 + seed % 4;
    auto values = small_integers(1 + seed, objectives, seed, 9);  // some at the reference and beyond
    const std::vector<double> reference(objectives, 7);
    const double volume = hypervolume(values, objectives, reference);
    EXPECT_EQ(volume, by_counting(values, objectives, 7)) << seed;
    // The order of the points does not matter, and one more point never takes anything away.
    std::vector<double> turned;
    for (std::size_t at = values.size(); at > 0; at -= objectives)
      turned.insert(turned.end(), values.begin() + static_cast<std::ptrdiff_t>(at - objectives),
                    values.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_EQ(hypervolume(turned, objectives, reference), volume);
    values.insert(values.end(), objectives, 3.0);
    EXPECT_GE(hypervolume(values, objectives, reference), volume);
  }
  EXPECT_EQ(hypervolume({}, 3, std::vector<double>{1, 1, 1}), 0);
}

TEST(Pareto, BoxesAreWhatIsNotDominated) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::size_t objectives = 2 + seed % 2;
    const auto values = small_integers(seed, objectives, seed, 9);
    const std::vector<double> reference(objectives, 7);
    const auto boxes = nondominated_boxes(values, objectives, reference);
    double volume = 0;
    for (std::size_t box = 0; box < boxes.size(); box += 2 * objectives) {
      double own = 1;
      for (std::size_t m = 0; m < objectives; ++m) own *= boxes[box + objectives + m] - std::max(boxes[box + m], -1.0);
      EXPECT_GT(own, 0);
      volume += own;
    }
    // With what is dominated they fill the whole, and none lies over another: each cell's middle is in one box or none.
    EXPECT_DOUBLE_EQ(volume + hypervolume(values, objectives, reference), std::pow(8, objectives));
    Rng rng(seed, RngPurpose::simulation, 5);
    for (int i = 0; i < 200; ++i) {
      std::vector<double> point(objectives);
      for (double& coordinate : point) coordinate = 8.0 * rng.uniform() - 1;
      int inside = 0;
      for (std::size_t box = 0; box < boxes.size(); box += 2 * objectives) {
        bool in = true;
        for (std::size_t m = 0; m < objectives; ++m)
          in = in && boxes[box + m] <= point[m] && point[m] < boxes[box + objectives + m];
        inside += in;
      }
      bool dominated = false;
      for (std::size_t at = 0; at < values.size(); at += objectives) {
        bool all = true;
        for (std::size_t m = 0; m < objectives; ++m) all = all && values[at + m] < 7 && values[at + m] <= point[m];
        bool counts = true;  // only rows below the reference do
        for (std::size_t m = 0; m < objectives; ++m) counts = counts && values[at + m] < 7;
        dominated = dominated || (all && counts);
      }
      EXPECT_EQ(inside, dominated ? 0 : 1);
    }
  }
}

}  // namespace
}  // namespace hone
