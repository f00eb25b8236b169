#include "samplers/tpe_mixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <utility>

#include "lab.hpp"

namespace hone {
namespace {

/// Both mixtures after some trials, and the density of each at every point of a list.
class Densities {
 public:
  Densities(std::shared_ptr<const Space> space, int trials, std::uint64_t seed) : lab_(std::move(space), seed) {
    lab_.run(**make_sampler("random", {}), trials, bowl);
    memo_.advance(lab_.view());
    const TrialSplit split = split_trials(lab_.view(), memo_.standings);
    memo_.hold(lab_.view(), split.good);
    sides_ = make_sides(lab_.size(), split.good, split.weight);
  }
  const Space& space() const { return lab_.space(); }

  /// ln density of (good, bad) at each of the points, given by their canonical coordinates.
  std::array<std::vector<double>, 2> at(const std::vector<Point>& points) {
    TpeCandidates candidates{points, {}, std::vector<double>(points.size(), 0)};
    for (const Point& point : points) candidates.active.push_back(space().active(point));
    TpeCarry good{sides_.good_weight.size(), {}}, bad{sides_.bad_weight.size(), {}};
    good.term.assign(points.size() * good.kernels, 0);
    bad.term.assign(points.size() * bad.kernels, 0);
    std::array<std::vector<double>, 2> sum = {std::vector<double>(points.size(), 0),
                                              std::vector<double>(points.size(), 0)};
    bool carried = false;
    for (TpeGroup& group : memo_.groups) {
      std::vector<std::size_t> which;
      for (std::size_t c = 0; c < points.size(); ++c)
        if (candidates.active[c][group.condition_axis]) which.push_back(c);
      if (which.empty()) continue;
      TpeGroupMixtures both = make_mixtures(group, sides_);
      const auto g = log_densities(space(), group, both.good, candidates, which, good, carried, false);
      const auto b = log_densities(space(), group, both.bad, candidates, which, bad, carried, false);
      for (std::size_t i = 0; i < which.size(); ++i) {
        sum[0][which[i]] += g[i];
        sum[1][which[i]] += b[i];
      }
      carried = true;
    }
    return sum;
  }

 private:
  Lab lab_;
  TpeMemo memo_;
  TpeSides sides_;
};

constexpr int parts = 400;  // of a continuous axis, midpoint rule

TEST(TpeMixture, DensitiesIntegrateToOne) {
  const auto space =
      make_space({float_parameter("x"), int_parameter("n", 1, 5, true), choice_parameter("c", {"a", "b", "c"})});
  for (const int trials : {1, 2, 13, 150}) {
    Densities densities(space, trials, 5);
    std::vector<Point> points;
    std::vector<double> measure;
    for (int i = 0; i < parts; ++i)
      for (std::size_t n = 0; n < 5; ++n)
        for (std::size_t c = 0; c < 3; ++c) {
          points.push_back({(i + 0.5) / parts, space->cell_unit(1, n), space->cell_unit(2, c)});
          const auto [low, high] = space->cell_bounds(1, n);
          measure.push_back((high - low) / 3 / parts);
        }
    for (const auto& log_density : densities.at(points)) {
      double sum = 0;
      for (std::size_t i = 0; i < points.size(); ++i) sum += std::exp(log_density[i]) * measure[i];
      EXPECT_NEAR(sum, 1, 2e-3) << trials;
    }
  }
}

TEST(TpeMixture, FineGridsIntegrateToOne) {
  for (const auto& [log, trials] : {std::pair(false, 120), {true, 1}, {true, 120}, {true, 600}}) {
    const auto space = make_space({int_parameter("n", 1, 700, log)});
    Densities densities(space, trials, 5);
    std::vector<Point> points;
    for (std::size_t n = 0; n < 700; ++n) points.push_back({space->cell_unit(0, n)});
    for (const auto& log_density : densities.at(points)) {
      double sum = 0;
      for (std::size_t n = 0; n < 700; ++n) {
        const auto [low, high] = space->cell_bounds(0, n);
        sum += std::exp(log_density[n]) * (high - low);
      }
      EXPECT_NEAR(sum, 1, 2e-3) << log << " " << trials;
    }
  }
}

TEST(TpeMixture, ChildrenIntegrateToOneGivenTheirParents) {
  const auto space =
      make_space({choice_parameter("kind", {"a", "b", "c"}), only_when(float_parameter("u"), "kind == 'a'"),
                  only_when(float_parameter("v"), "kind == 'b'")});
  Densities densities(space, 60, 2);
  std::vector<Point> points;
  std::vector<double> measure;
  for (std::size_t kind = 0; kind < 3; ++kind)
    for (int i = 0; i < (kind == 2 ? 1 : parts); ++i) {
      Point point = {space->cell_unit(0, kind), (i + 0.5) / parts, (i + 0.5) / parts};
      space->canonicalize(point);
      points.push_back(point);
      measure.push_back(kind == 2 ? 1.0 / 3 : 1.0 / 3 / parts);
    }
  for (const auto& log_density : densities.at(points)) {
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) sum += std::exp(log_density[i]) * measure[i];
    EXPECT_NEAR(sum, 1, 2e-3);
  }
}

TEST(TpeMixture, WeightsOfBadTrialsFadeWithAge) {
  const std::vector<std::uint32_t> good = {3, 50};
  const TpeSides sides = make_sides(102, good, std::vector<float>{1.5f, 0.5f});
  EXPECT_EQ(sides.good_weight, (std::vector<float>{1, 1.5f, 0.5f}));
  EXPECT_EQ(sides.good_index[4], 1u);
  EXPECT_EQ(sides.good_index[51], 2u);
  EXPECT_EQ(sides.bad_weight[4], 0);
  EXPECT_EQ(sides.bad_weight[0], 1);                 // the prior
  EXPECT_FLOAT_EQ(sides.bad_weight[1], 1.0f / 100);  // the oldest of 100
  for (std::size_t i = 102; i > 102 - 25; --i) EXPECT_EQ(sides.bad_weight[i], 1);
  for (std::size_t i = 5; i < 50; ++i) EXPECT_LT(sides.bad_weight[i], sides.bad_weight[i + 1]);
  const TpeSides few = make_sides(20, {}, {});
  for (const float weight : few.bad_weight) EXPECT_EQ(weight, 1);
}

TEST(TpeMixture, DrawsFollowTheMixture) {  // the share of draws in each tenth is what the density says
  const auto space = make_space({float_parameter("x")});
  Lab lab(space, 4);
  lab.run(**make_sampler("random", {}), 40, bowl);
  TpeMemo memo;
  memo.advance(lab.view());
  const TrialSplit split = split_trials(lab.view(), memo.standings);
  memo.hold(lab.view(), split.good);
  const TpeSides sides = make_sides(lab.size(), split.good, split.weight);
  TpeGroupMixtures both = make_mixtures(memo.groups[0], sides);
  Rng rng(1, RngPurpose::simulation, 0);
  constexpr int draws = 20'000;
  std::vector<double> share(10, 0), expected(10, 0);
  for (int i = 0; i < draws; ++i) {
    Point point(1);
    double left = rng.uniform() * static_cast<double>(both.good.global.size());  // the weights' mean is 1
    std::size_t kernel = 0;
    while (kernel + 1 < both.good.global.size() && (left -= double{both.good.weight[kernel]}) >= 0) ++kernel;
    draw_from_kernel(*space, memo.groups[0], both.good, kernel, rng, point);
    ASSERT_TRUE(point[0] >= 0 && point[0] <= 1);
    share[std::min<std::size_t>(9, static_cast<std::size_t>(point[0] * 10))] += 1.0 / draws;
  }
  std::vector<Point> points;
  for (int i = 0; i < parts; ++i) points.push_back({(i + 0.5) / parts});
  Densities densities(space, 40, 4);
  const auto log_density = densities.at(points)[0];
  for (int i = 0; i < parts; ++i)
    expected[static_cast<std::size_t>(i * 10 / parts)] += std::exp(log_density[static_cast<std::size_t>(i)]) / parts;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(share[i], expected[i], 0.015);
}

}  // namespace
}  // namespace hone
