// The default sampler: which part proposes when.
#include <gtest/gtest.h>

#include "lab.hpp"

namespace hone {
namespace {

std::unique_ptr<Sampler> make_auto() {
  return std::move(*make_sampler("auto", {}));
}

std::vector<std::string> arms(Lab& lab, const Sampler& sampler, int trials) {
  std::vector<std::string> all;
  for (int i = 0; i < trials; ++i) {
    const auto proposal = lab.ask(sampler);
    EXPECT_FALSE(proposal->why.empty());
    all.push_back(proposal->arm);
    const std::size_t trial = lab.start(*proposal);
    lab.finish(trial, TrialState::complete, {bowl(lab[trial])});
  }
  return all;
}

TEST(Automatic, DefaultThenEightSobolPointsThenTpe) {
  Lab lab(mixed_space());
  std::vector<std::string> expected = {"default"};
  expected.insert(expected.end(), 8, "qmc");
  expected.insert(expected.end(), 3, "tpe");
  EXPECT_EQ(arms(lab, *make_auto(), 12), expected);
  EXPECT_EQ(lab[0].point[0], 0.5);
}

TEST(Automatic, ProposesTheDeclaredDefault) {
  Parameter x = float_parameter("x");
  x.defaults = {0.125};
  const Lab lab(make_space({x, float_parameter("y")}));
  EXPECT_EQ(lab.ask(*make_auto())->point, (Point{0.125, 0.5}));
}

TEST(Automatic, NoSecondDefaultAfterRowsThatTheEngineProposed) {
  Lab lab(mixed_space());
  Proposal first{Point(lab.space().axes().size(), 0.5), "default", ""};
  const std::size_t trial = lab.start(first);
  lab.change(trial, [](TrialRow& row) { row.origin = Origin::default_; });
  EXPECT_EQ(arms(lab, *make_auto(), 9),
            (std::vector<std::string>{"qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "tpe"}));
  // Drawn again because it is forbidden: not the same configuration once more.
  EXPECT_EQ(Lab(mixed_space()).ask(*make_auto(), nullptr, 1)->arm, "qmc");
}

TEST(Automatic, SobolPointsGoOnWhileNothingHasFinished) {
  Lab lab(mixed_space());
  const auto sampler = make_auto();
  for (int i = 0; i < 15; ++i) lab.start(*lab.ask(*sampler));
  EXPECT_EQ(lab[14].arm, "qmc");
  lab.finish(3, TrialState::complete, {1.0});
  EXPECT_EQ(lab.ask(*sampler)->arm, "tpe");
}

TEST(Automatic, TheEightPointsAreANet) {  // one in each eighth of every continuous axis
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Lab lab(make_space({float_parameter("x"), float_parameter("y"), float_parameter("z")}), seed);
    arms(lab, *make_auto(), 9);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<int> hits(8, 0);
      for (std::size_t i = 1; i <= 8; ++i) ++hits[static_cast<std::size_t>(lab[i].point[axis] * 8)];
      EXPECT_EQ(hits, std::vector<int>(8, 1));
    }
  }
}

}  // namespace
}  // namespace hone
