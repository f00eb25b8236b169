// CMA-ES: what it reaches, integers and categories, restarts, warm starts, and that the view alone decides.
#include <gtest/gtest.h>

#include <cmath>

#include "lab.hpp"

namespace hone {
namespace {

std::unique_ptr<Sampler> make_cmaes(std::map<std::string, double> options = {}) {
  return std::move(*make_sampler("cmaes", options));
}

std::shared_ptr<const Space> cube(int axes) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < axes; ++i) parameters.push_back(float_parameter("x" + std::to_string(i)));
  return make_space(std::move(parameters));
}

/// Axes scaled from 1 to 1000, optimum at 0.3.
double ellipsoid(const TrialRow& row) {
  double sum = 0;
  const double n = static_cast<double>(row.point.size());
  for (std::size_t i = 0; i < row.point.size(); ++i)
    sum += std::pow(1000.0, static_cast<double>(i) / (n - 1)) * (row.point[i] - 0.3) * (row.point[i] - 0.3);
  return sum;
}

/// The same, turned by 45 degrees in the planes of neighbouring axes.
double turned(const TrialRow& row) {
  TrialRow other = row;
  Point point(row.point);
  for (std::size_t i = 0; i + 1 < row.point.size(); i += 2) {
    const double a = row.point[i] - 0.3, b = row.point[i + 1] - 0.3;
    point[i] = 0.3 + (a + b) * std::sqrt(0.5);
    point[i + 1] = 0.3 + (a - b) * std::sqrt(0.5);
  }
  other.point = point;
  return ellipsoid(other);
}

double rosenbrock(const TrialRow& row) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < row.point.size(); ++i) {
    const double x = 4 * row.point[i] - 2, y = 4 * row.point[i + 1] - 2;
    sum += 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x);
  }
  return sum;
}

double reached(int axes, int trials, double (*loss)(const TrialRow&), std::uint64_t seed) {
  Lab lab(cube(axes), seed);
  const auto sampler = make_cmaes();
  const auto memo = sampler->make_memo();
  return lab.run(*sampler, trials, loss, memo.get());
}

TEST(Cmaes, GoesToTheOptimumOfIllConditionedFunctions) {
  for (const std::uint64_t seed : {1u, 2u}) {
    EXPECT_LT(reached(5, 1200, ellipsoid, seed), 1e-8);
    EXPECT_LT(reached(6, 1500, turned, seed), 1e-8) << "as well where it is not along the axes";
    EXPECT_LT(reached(4, 2000, rosenbrock, seed), 1e-6);
  }
}

TEST(Cmaes, IntegersAndCategoriesFindTheirBest) {
  Parameter flag;
  flag.name = "flag";
  flag.type = ParameterType::boolean;
  flag.choices = {false, true};
  const auto space = make_space({float_parameter("x"), int_parameter("n", 1, 50), int_parameter("m", 1, 5),
                                 choice_parameter("c", {"a", "b", "c", "d"}), flag});
  const auto loss = [&](const TrialRow& row) {
    const double n = static_cast<double>(space->cell(1, row.point[1])),
                 m = static_cast<double>(space->cell(2, row.point[2]));
    return std::pow(row.point[0] - 0.7, 2) + std::pow((n - 36) / 50, 2) + std::pow(m - 3, 2) / 5 +
           (space->cell(3, row.point[3]) == 2 ? 0 : 0.3) + (space->cell(4, row.point[4]) == 1 ? 0 : 0.3);
  };
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    Lab lab(space, seed);
    const auto sampler = make_cmaes();
    const auto memo = sampler->make_memo();
    EXPECT_LT(lab.run(*sampler, 500, loss, memo.get()), 1e-3) << seed;
  }
}

TEST(Cmaes, RestartsWithTwiceThePopulationElsewhere) {
  Lab lab(cube(2), 3);
  const auto sampler = make_cmaes();
  const auto memo = sampler->make_memo();
  lab.run(
      *sampler, 900,
      [](const TrialRow& row) {  // many valleys
        double sum = 20;
        for (const double unit : row.point) {
          const double x = 10.24 * (unit - 0.37);
          sum += x * x - 10 * std::cos(6.283185307179586 * x);
        }
        return sum;
      },
      memo.get());
  const auto last = lab.ask(*sampler, memo.get());
  EXPECT_EQ(last->why.find("restart 0"), std::string::npos) << last->why;
  EXPECT_EQ(last->why.find("of 6 trials"), std::string::npos) << last->why;
}

TEST(Cmaes, StartsWhereEarlierTrialsWereGood) {
  Lab lab(cube(4), 1);
  for (int i = 0; i < 60; ++i) {
    const double near = i % 10 == 0 ? 0.02 : 0.4;
    Proposal proposal{Point(4, 0.5), "somebody", ""};
    for (std::size_t a = 0; a < 4; ++a)
      proposal.point[a] = 0.8 + near * (((i * 7 + static_cast<int>(a) * 3) % 11) / 11.0 - 0.5);
    const std::size_t trial = lab.start(proposal);
    lab.finish(trial, TrialState::complete, {near});
  }
  const auto warm = lab.ask(*make_cmaes()), cold = lab.ask(*make_cmaes({{"warm_start", 0}}));
  double warm_distance = 0, cold_distance = 0;
  for (std::size_t a = 0; a < 4; ++a) {
    warm_distance = std::max(warm_distance, std::abs(warm->point[a] - 0.8));
    cold_distance = std::max(cold_distance, std::abs(cold->point[a] - 0.8));
  }
  EXPECT_LT(warm_distance, 0.35);
  EXPECT_GT(cold_distance, warm_distance);
}

TEST(Cmaes, UsesEveryTrialOfParallelWorkersAndForgetsNothingWithoutMemo) {
  Lab lab(cube(3), 5);
  const auto sampler = make_cmaes();
  const auto memo = sampler->make_memo();
  std::vector<std::size_t> running;
  for (int i = 0; i < 120; ++i) {
    while (running.size() < 8) {
      const auto with = lab.ask(*sampler, memo.get()), without = lab.ask(*sampler);
      ASSERT_EQ(with->point, without->point) << "trial " << lab.size();
      running.push_back(lab.start(*with));
    }
    const std::size_t which = static_cast<std::size_t>(i * 5) % running.size();  // not in the order of starting
    lab.finish(running[which], TrialState::complete, {ellipsoid(lab[running[which]])});
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
  }
  const auto next = lab.ask(*sampler);
  EXPECT_NE(next->why.find("generation 17 of 7"), std::string::npos) << next->why << ": 120 trials, none wasted";
}

TEST(Cmaes, PausedTrialsCountByWhatTheyReported) {
  Lab lab(cube(2), 7);
  const auto sampler = make_cmaes();
  for (int i = 0; i < 120; ++i) {
    const std::size_t trial = lab.start(*lab.ask(*sampler));
    lab.report(trial, 1, ellipsoid(lab[trial]));
    lab.change(trial, [](TrialRow& row) { row.state = TrialState::paused; });
  }
  double late = 0;
  for (std::size_t i = 100; i < 120; ++i) late = std::max(late, std::abs(lab[i].point[1] - 0.3));
  EXPECT_LT(late, 0.15);
}

TEST(Cmaes, SeveralObjectivesAndConstraints) {
  Lab lab(cube(2), 9, 2);
  const auto sampler = make_cmaes();
  const auto memo = sampler->make_memo();
  int feasible = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t trial = lab.start(*lab.ask(*sampler, memo.get()));
    const Point p(lab[trial].point);
    const double broken = 0.6 - p[1];
    lab.finish(trial, TrialState::complete, {std::pow(p[0] - 0.2, 2), std::pow(p[0] - 0.4, 2)}, {broken});
    if (i >= 100) feasible += broken <= 0 && p[0] > 0.1 && p[0] < 0.5 ? 1 : 0;
  }
  EXPECT_GT(feasible, 70);
}

}  // namespace
}  // namespace hone
