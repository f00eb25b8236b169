// NSGA-II: fronts that grow, constraints, categories, and that the view alone decides.
#include <gtest/gtest.h>

#include <cmath>

#include "fronts.hpp"
#include "lab.hpp"
#include "math/pareto.hpp"
#include "samplers/nsga2_population.hpp"

namespace hone {
namespace {

std::unique_ptr<Sampler> make(const char* name, const std::map<std::string, double>& options = {}) {
  return std::move(*make_sampler(name, options));
}

TEST(Nsga2, FindsFrontsThatRandomDoesNot) {
  const auto convex = [](const Point& x) { return zdt(x, false); };
  const auto concave = [](const Point& x) { return zdt(x, true); };
  // The whole front of ZDT1 has 1.21 - 1/3 = 0.877 below (1.1, 1.1), that of ZDT2 0.543.
  EXPECT_GT(volume_after("nsga2", 2, 8, 600, 1.1, convex), 0.55);
  EXPECT_LT(volume_after("random", 2, 8, 600, 1.1, convex), 0.05);
  EXPECT_GT(volume_after("nsga2", 2, 8, 600, 1.1, concave), 0.1);
  for (const std::size_t objectives : {3u, 4u}) {
    const auto sphere = [=](const Point& x) { return dtlz2(x, objectives); };
    const int axes = static_cast<int>(objectives) + 6;
    EXPECT_GT(volume_after("nsga2", objectives, axes, 400, 1.2, sphere),
              1.1 * volume_after("random", objectives, axes, 400, 1.2, sphere))
        << objectives;
  }
}

TEST(Nsga2, ReferenceDirectionsAreAllOfTheLattice) {
  EXPECT_EQ(reference_directions(4, 3).size(), 4u * 20);
  EXPECT_EQ(reference_directions(5, 3).size(), 5u * 35);
  const auto few = reference_directions(3, 1);
  EXPECT_EQ(few, (std::vector<double>{0, 0, 1, 0, 1, 0, 1, 0, 0}));
}

TEST(Nsga2, PopulationsHaveTheFeasibleFirst) {
  Lab lab(cube(1), 1, 2);
  const auto add = [&](TrialState state, std::vector<double> values, std::vector<double> constraints) {
    const std::size_t trial = lab.start({{0.5}, "", ""});
    lab.finish(trial, state, std::move(values), std::move(constraints));
  };
  add(TrialState::complete, {0, 0}, {3});   // dominates all, infeasible
  add(TrialState::complete, {2, 2}, {});    // dominated
  add(TrialState::complete, {1, 2}, {-1});  // front
  add(TrialState::complete, {2, 1}, {0});   // front
  add(TrialState::failed, {}, {});
  add(TrialState::complete, {0, 0}, {1});
  const auto members = best_members(lab.view(), {0, 1, 2, 3, 4, 5}, 10);
  std::vector<std::uint32_t> rows;
  for (const Member& member : members) rows.push_back(member.row);
  EXPECT_EQ(rows, (std::vector<std::uint32_t>{2, 3, 1, 5, 0}));
}

TEST(Nsga2, WorksForOneObjectiveAndCategories) {
  Lab lab(mixed_space(), 3);
  const auto sampler = make("nsga2", {{"population", 20}});
  const auto memo = sampler->make_memo();
  const double best = lab.run(
      *sampler, 300, [](const TrialRow& row) { return bowl(row); }, memo.get());
  Lab other(mixed_space(), 3);
  const auto random = make("random");
  EXPECT_LT(best, 0.6 * other.run(*random, 300, [](const TrialRow& row) { return bowl(row); }));
}

TEST(Nsga2, ForgetsNothingWithoutMemoWhateverTheOrderOfFinishing) {
  Lab lab(cube(4), 5, 2);
  const auto sampler = make("nsga2", {{"population", 12}});
  const auto memo = sampler->make_memo();
  std::vector<std::size_t> running;
  for (int i = 0; i < 80; ++i) {
    while (running.size() < 8) {
      const auto with = lab.ask(*sampler, memo.get()), without = lab.ask(*sampler);
      ASSERT_EQ(with->point, without->point) << "trial " << lab.size();
      running.push_back(lab.start(*with));
    }
    const std::size_t which = static_cast<std::size_t>(i * 5) % running.size();
    lab.finish(running[which], i % 9 == 0 ? TrialState::failed : TrialState::complete,
               zdt(Point(lab[running[which]].point), false));
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
  }
  EXPECT_EQ(lab.ask(*sampler)->arm, "nsga2");
}

}  // namespace
}  // namespace hone
