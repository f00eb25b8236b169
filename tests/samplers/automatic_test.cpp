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

/// The quadratic has no two trials that are alike in the choices at first; then it succeeds once.
TEST(Automatic, DefaultThenEightSobolPointsThenTheProcessAndTpeInTurn) {
  Lab lab(mixed_space());
  std::vector<std::string> expected = {"default"};
  expected.insert(expected.end(), 8, "qmc");
  for (const char* arm : {"gp", "gp", "tpe", "quadratic", "quadratic", "tpe"}) expected.push_back(arm);
  EXPECT_EQ(arms(lab, *make_auto(), 15), expected);
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
            (std::vector<std::string>{"qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "qmc", "gp"}));
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

TEST(Automatic, StoppedTrialsAreTpes) {
  Lab stopped(mixed_space());
  arms(stopped, *make_auto(), 9);
  const std::size_t trial = stopped.start(*stopped.ask(*make_auto()));
  stopped.report(trial, 1, 0.5);
  stopped.change(trial, [](TrialRow& row) { row.state = TrialState::paused; });
  for (int i = 0; i < 3; ++i) {
    const auto proposal = stopped.ask(*make_auto());
    EXPECT_EQ(proposal->arm, "tpe");
    stopped.start(*proposal);
  }
}

TEST(Automatic, ManyTrialsAreCmaesWhereEveryAxisIsOrdered) {
  Lab plain(make_space({float_parameter("x"), int_parameter("n", 1, 20)})), mixed(mixed_space());
  for (Lab* lab : {&plain, &mixed}) {
    for (int i = 0; i < 211; ++i) {  // an odd turn: the even ones are the quadratic's
      Proposal known{Point(lab->space().axes().size(), (i + 0.5) / 211), i < 8 ? "qmc" : "known", ""};
      const std::size_t trial = lab->start(known);
      lab->finish(trial, TrialState::complete, {bowl((*lab)[trial])});
    }
  }
  Lab two(mixed_space(), 1, 2), four(mixed_space(), 1, 4);
  for (Lab* lab : {&two, &four}) {
    for (int i = 0; i < 10; ++i) {
      Proposal known{Point(lab->space().axes().size(), (i + 0.5) / 10), i < 8 ? "qmc" : "known", ""};
      const std::size_t trial = lab->start(known);
      lab->finish(trial, TrialState::complete, std::vector<double>(lab->view().objectives(), 1.0 * i));
    }
  }
  EXPECT_EQ(two.ask(*make_auto())->arm, "gp");
  EXPECT_EQ(four.ask(*make_auto())->arm, "tpe");
  for (int i = 0; i < 200; ++i)
    two.finish(two.start({Point(two.space().axes().size(), (i + 0.5) / 200), "known", ""}), TrialState::complete,
               {1.0 * i, -1.0 * i});
  EXPECT_EQ(two.ask(*make_auto())->arm, "nsga2");
  EXPECT_EQ(plain.ask(*make_auto())->arm, "cmaes");
  EXPECT_EQ(mixed.ask(*make_auto())->arm, "tpe");
}

}  // namespace
}  // namespace hone
