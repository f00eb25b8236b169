// The Gaussian process sampler: gradients against differences, left-out values against leaving them out, and that it
// finds what it should.
#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>

#include "base/rng.hpp"
#include "lab.hpp"
#include "samplers/gp_acquisition.hpp"
#include "samplers/gp_model.hpp"
#include "samplers/gp_observations.hpp"
#include "samplers/gp_warp.hpp"

namespace hone {
namespace {

struct Sample {
  explicit Sample(std::shared_ptr<const Space> given, std::size_t n, std::uint32_t seed)
      : space(std::move(given)), points(*space), rng(seed, RngPurpose::simulation, 40) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto [point, active] = draw();
      points.add(point, active);
      y.push_back(std::sin(5 * point[0]) + 0.3 * rng.uniform());
      repeats.push_back(1 + static_cast<double>(i % 2));
    }
  }
  std::pair<Point, Mask> draw() {
    Point point(space->axes().size());
    for (double& u : point) u = rng.uniform();
    const Mask active = space->canonicalize(point);
    return {point, active};
  }
  std::shared_ptr<const Space> space;
  GpPoints points;
  Rng rng;
  std::vector<double> y, repeats;
};

TEST(GpModel, TheGradientOfTheFitIsThatOfDifferences) {
  for (const auto& space : {mixed_space(), conditional_space()}) {
    Sample s(space, 27, 1);
    std::vector<double> logs(s.points.axes() + 2), gradient(logs.size()), unused(logs.size());
    for (double& log : logs) log = s.rng.uniform() - 0.5;
    logs.back() = -3;
    gp_objective(s.points, s.y, s.repeats, logs, gradient);
    for (std::size_t i = 0; i < logs.size(); ++i) {
      auto up = logs, down = logs;
      up[i] += 1e-5;
      down[i] -= 1e-5;
      const double difference =
          gp_objective(s.points, s.y, s.repeats, up, unused) - gp_objective(s.points, s.y, s.repeats, down, unused);
      EXPECT_NEAR(gradient[i], difference / 2e-5, 1e-6 * (1 + std::abs(gradient[i]))) << i;
    }
  }
}

TEST(GpModel, LeavingOutIsWhatItSays) {
  Sample s(mixed_space(), 12, 2);
  GpParameters parameters;
  for (std::size_t a = 0; a < s.points.axes(); ++a) parameters.weights.push_back(0.5 + s.rng.uniform());
  parameters.noise = 0.05;
  double expected = 0;
  for (std::size_t out = 0; out < 12; ++out) {
    GpPoints rest(*s.space);
    std::vector<double> y, repeats;
    Point point, left;
    Mask active, left_active;
    for (std::size_t i = 0; i < 12; ++i) {
      s.points.copy(i, point, active);
      point.resize(s.space->axes().size());
      active.resize(s.space->axes().size());
      if (i == out) {
        left = point;
        left_active = active;
        continue;
      }
      rest.add(point, active);
      y.push_back(s.y[i]);
      repeats.push_back(s.repeats[i]);
    }
    Cholesky factor;
    ASSERT_TRUE(extend_factor(factor, rest, repeats, parameters));
    const GpSurface surface(rest, factor, parameters);
    const GpAcquisition acquisition(surface, y, 0, 0.0, nullptr, s.rng);
    const auto belief = acquisition.belief(left, left_active);
    const double variance = belief.deviation * belief.deviation + parameters.noise / s.repeats[out];
    expected += -0.5 * std::log(2 * M_PI * variance) - std::pow(s.y[out] - belief.mean, 2) / (2 * variance);
  }
  EXPECT_NEAR(leave_one_out(s.points, s.y, s.repeats, parameters), expected, 1e-8);
}

TEST(GpModel, TheOrderOfTheResultsDoesNotMatter) {
  Sample s(mixed_space(), 30, 3);
  GpPoints turned(*s.space);
  std::vector<double> y(s.y.rbegin(), s.y.rend()), repeats(s.repeats.rbegin(), s.repeats.rend());
  Point point(s.space->axes().size());
  Mask active(point.size());
  for (std::size_t i = 30; i-- > 0;) {
    s.points.copy(i, point, active);
    turned.add(point, active);
  }
  const GpParameters a = fit_gp(s.points, s.y, s.repeats, 30), b = fit_gp(turned, y, repeats, 30);
  for (std::size_t i = 0; i < a.weights.size(); ++i) EXPECT_NEAR(a.weights[i], b.weights[i], 1e-3 * (1 + a.weights[i]));
}

/// A study of `space` whose trials have two constraints.
View constrained_view(const std::shared_ptr<const Space>& space, std::size_t trials) {
  Lab lab(space);
  Rng rng(17, RngPurpose::simulation, 0);
  for (std::size_t i = 0; i < trials; ++i) {
    Point point(space->axes().size());
    for (double& u : point) u = rng.uniform();
    const std::size_t trial = lab.start({point, "test", ""});
    const double c = lab[trial].point[0] - 0.5;
    lab.finish(trial, TrialState::complete, {rng.uniform()}, {c, i % 7 == 0 ? std::nan("") : 100 * rng.uniform() - 80});
  }
  return lab.view();
}

TEST(GpAcquisition, ItsGradientIsThatOfDifferencesWithRunningTrialsAndConstraintsToo) {
  for (const auto& space : {mixed_space(), conditional_space()})
    for (const std::size_t running : {0u, 3u}) {
      const View view = constrained_view(space, 20);
      const GpConstraintData data = gp_constraint_data(view, 100, 15);
      ASSERT_EQ(data.rows.size(), 15u);
      ASSERT_EQ(data.constraints, 2u);
      std::vector<GpParameters> of_constraints = fit_feasibility(view, data, 20);
      ASSERT_EQ(of_constraints.size(), 2u);
      for (GpParameters& own : of_constraints) {  // what is fitted may be so sure that differences drown in rounding
        own.signal = 1;
        own.noise = 0.01;
        std::ranges::fill(own.weights, 2.0);
      }
      const GpFeasibility feasibility(view, data, of_constraints);
      Sample s(space, 25 + running, 4);
      s.y.resize(25);
      GpParameters parameters;
      for (std::size_t a = 0; a < s.points.axes(); ++a) parameters.weights.push_back(1 + 3 * s.rng.uniform());
      parameters.noise = 0.01;
      Cholesky factor;
      ASSERT_TRUE(extend_factor(factor, s.points, s.repeats, parameters));
      const GpSurface surface(s.points, factor, parameters);
      const auto best = running == 0 ? std::nullopt : std::optional(-0.5);
      const GpAcquisition acquisition(surface, s.y, running, best, &feasibility, s.rng);
      std::vector<double> gradient(s.points.axes()), unused(s.points.axes());
      for (int i = 0; i < 20; ++i) {
        auto [point, active] = s.draw();
        std::vector<GpCandidate> one = {{point, active, 0}};
        acquisition.evaluate(one);
        EXPECT_NEAR(acquisition.with_gradient(point, active, gradient), one[0].value, 1e-9);
        for (std::size_t a = 0; a < s.points.axes(); ++a) {
          if (!s.points.ordered(a)) continue;
          const std::size_t axis = s.points.axis(a);
          Point up = point, down = point;
          up[axis] += 1e-6;
          down[axis] -= 1e-6;
          const double difference =
              acquisition.with_gradient(up, active, unused) - acquisition.with_gradient(down, active, unused);
          EXPECT_NEAR(gradient[a], difference / 2e-6, 1e-5 * (1 + std::abs(gradient[a])));
        }
      }
    }
}

TEST(GpWarp, MakesSkewedValuesNormalAndKeepsTheirOrder) {
  Rng rng(5, RngPurpose::simulation, 40);
  std::vector<double> skewed, plain;
  for (int i = 0; i < 200; ++i) {
    double sum = -6;
    for (int k = 0; k < 12; ++k) sum += rng.uniform();
    plain.push_back(3 + 2 * sum);
    skewed.push_back(std::exp(1.5 * sum));
  }
  EXPECT_NEAR(most_normal_lambda(plain), 1, 0.3);
  const double lambda = most_normal_lambda(skewed);
  EXPECT_LT(lambda, 0.2);
  const GpWarp warp = fit_warp(skewed, lambda);
  double mean = 0, squares = 0;
  for (const double y : skewed) {
    mean += warp.apply(y) / 200;
    squares += warp.apply(y) * warp.apply(y) / 200;
    EXPECT_LT(warp.apply(y), warp.apply(y * 1.001));
    EXPECT_NEAR(warp.log_slope(y), std::log((warp.apply(y + 1e-6) - warp.apply(y - 1e-6)) / 2e-6), 1e-5);
  }
  EXPECT_NEAR(mean, 0, 1e-12);
  EXPECT_NEAR(squares, 1, 1e-12);
  EXPECT_EQ(fit_warp(std::vector<double>{2, 2, 2}, 1).apply(2), 0) << "values that do not differ";
}

TEST(GpObservations, FailedTrialsAreTheWorstPrunedOnesNoBetterThanTheMedian) {
  Lab lab(make_space({float_parameter("x")}));
  const auto add = [&](double x, TrialState state, std::vector<double> values) {
    const std::size_t trial = lab.start({{x}, "test", ""});
    if (state == TrialState::pruned) lab.report(trial, 1, 0.01);
    lab.finish(trial, state, std::move(values));
  };
  add(0.1, TrialState::failed, {});
  add(0.2, TrialState::complete, {3});
  add(0.3, TrialState::complete, {1});
  add(0.4, TrialState::complete, {2});
  add(0.5, TrialState::pruned, {});
  add(0.3, TrialState::complete, {2});
  const std::size_t infeasible = lab.start({{0.6}, "test", ""});
  lab.finish(infeasible, TrialState::complete, {-5}, {-1, 0.1});
  lab.start({{0.9}, "test", ""});
  const auto all = gp_observations(lab.view(), 100, {1});
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].value, 3);
  EXPECT_EQ(all[5].value, -5) << "it breaks a constraint, and has processes for that";
  EXPECT_EQ(all[5].violation, 0.1);
  EXPECT_EQ(all[4].value, 2) << "its report was better than any value";
  EXPECT_EQ(all[2].value, 1.5) << "the mean of two trials at one point";
  EXPECT_EQ(all[2].repeats, 2);
  EXPECT_TRUE(gp_observations(lab.view(), 1, {1}).empty()) << "nothing but a failure";
}

TEST(GpConstraintData, KeepsSignsAndTakesWhatIsNoNumberForTheWorst) {
  Lab lab(make_space({float_parameter("x")}));
  const auto add = [&](double x, std::vector<double> constraints) {
    lab.finish(lab.start({{x}, "test", ""}), TrialState::complete, {0}, std::move(constraints));
  };
  EXPECT_EQ(gp_constraint_data(lab.view(), 9, 9).constraints, 0u);
  add(0.1, {-2, 1e300});
  add(0.2, {0, std::nan("")});
  add(0.3, {1e-9, -INFINITY});
  add(0.4, {std::nan(""), INFINITY});
  add(0.1, {-4, 1e300});
  lab.finish(lab.start({{0.5}, "test", ""}), TrialState::failed);
  const GpConstraintData data = gp_constraint_data(lab.view(), 9, 9);
  ASSERT_EQ(data.rows.size(), 4u);
  EXPECT_EQ(data.repeats[0], 2);
  const std::vector<double> first = data.of(0), second = data.of(1);
  EXPECT_LT(first[0], 0);
  EXPECT_EQ(first[1], 0);
  EXPECT_GT(first[2], 0);
  EXPECT_EQ(first[3], first[2]) << "the largest violation seen";
  EXPECT_EQ(second[1], second[0]);
  EXPECT_EQ(second[2], -second[0]);
  for (const double value : second) EXPECT_TRUE(std::isfinite(value));
}

std::unique_ptr<Sampler> gp() {
  return std::move(*make_sampler("gp", {}));
}

/// The best feasible value after `trials`; infinite if there is none.
double best_feasible(const std::shared_ptr<const Space>& space, int trials, std::uint32_t seed,
                     const std::function<std::pair<double, std::vector<double>>(const Point&)>& problem) {
  Lab lab(space, seed);
  const auto sampler = gp();
  double best = INFINITY;
  for (int i = 0; i < trials; ++i) {
    const auto proposal = lab.ask(*sampler, nullptr);
    EXPECT_TRUE(proposal);
    const std::size_t row = lab.start(*proposal);
    auto [value, constraints] = problem(Point(lab[row].point));
    if (std::ranges::all_of(constraints, [](double c) { return c <= 0; })) best = std::min(best, value);
    lab.finish(row, TrialState::complete, {value}, std::move(constraints));
  }
  return best;
}

TEST(GpConstraints, FindsTheBestPointOfASmallFeasibleRegion) {
  // The best value lies on the edge of a disc of radius 0.15 (7 % of the square), and the objective pulls out of it.
  const auto disc = [](const Point& p) {
    const double off = std::hypot(p[0] - 0.7, p[1] - 0.7);
    return std::pair(p[0] + p[1], std::vector{off - 0.15});
  };
  for (std::uint32_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(best_feasible(make_space({float_parameter("x"), float_parameter("y")}), 35, seed, disc),
              1.4 - 0.15 * std::sqrt(2.0) + 0.01);
}

TEST(GpConstraints, LooksForFeasiblePointsWhenThereAreNone) {
  const auto corner = [](const Point& p) {  // one thousandth of the cube
    return std::pair(p[0], std::vector{0.9 - p[0], 0.9 - p[1], 0.9 - p[2]});
  };
  for (std::uint32_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(
        best_feasible(make_space({float_parameter("x"), float_parameter("y"), float_parameter("z")}), 25, seed, corner),
        0.91);
}

TEST(Gp, FindsTheBottomOfABowlInFewTrials) {
  // Discrete axes leave 0.0273 and 0.0181.
  for (const auto& [space, floor] : {std::pair{mixed_space(), 0.03}, {conditional_space(), 0.02}}) {
    Lab lab(space, 5);
    const auto sampler = gp();
    const auto memo = sampler->make_memo();
    EXPECT_LT(lab.run(*sampler, 50, bowl, memo.get()), floor);
  }
  Lab smooth(make_space({float_parameter("x"), float_parameter("y"), float_parameter("z")}), 6);
  const auto sampler = gp();
  const auto memo = sampler->make_memo();
  EXPECT_LT(smooth.run(*sampler, 40, bowl, memo.get()), 1e-4);
}

TEST(Gp, LearnsWhichCategoryIsBest) {
  Lab lab(make_space({choice_parameter("c", {"a", "b", "d", "e"}), float_parameter("x")}), 7);
  const auto sampler = gp();
  lab.run(*sampler, 40, [&](const TrialRow& row) {
    const std::size_t cell = lab.space().cell(0, row.point[0]);
    return (cell == 2 ? 0.0 : 1.0) + std::pow(row.point[1] - 0.3, 2);
  });
  int right = 0;
  for (std::size_t i = 25; i < 40; ++i) right += lab.space().cell(0, lab[i].point[0]) == 2 ? 1 : 0;
  EXPECT_GE(right, 11);
}

TEST(Gp, ComesBackFromACliff) {
  // Beyond 0.6 values are a thousand times as large: they are bent, not believed.
  Lab lab(make_space({float_parameter("x"), float_parameter("y")}), 8);
  const auto sampler = gp();
  const auto memo = sampler->make_memo();
  EXPECT_LT(lab.run(
                *sampler, 50,
                [](const TrialRow& row) {
                  return row.point[0] > 0.6 ? 1000 * row.point[0]
                                            : std::pow(row.point[0] - 0.55, 2) + std::pow(row.point[1] - 0.2, 2);
                },
                memo.get()),
            3e-3);
}

}  // namespace
}  // namespace hone
