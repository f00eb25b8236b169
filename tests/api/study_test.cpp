// The public API as a program that embeds hone uses it.
#include "hone/hone.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "temporary_folder.hpp"

namespace hone::api {
namespace {

SpaceBuilder small_space() {
  SpaceBuilder space;
  space.categorical("shape", {"flat", "deep"})
      .float_("x", -5, 5, {.defaults = {0}})
      .float_("y", 0.1, 100, {.log = true, .when = "shape == 'deep'"})
      .int_("k", 1, 5)
      .forbid("x > 4 and k > 3");
  return space;
}

double objective(const Trial& trial) {
  const double x = trial.get_double("x");
  const double y = trial.find("y") ? std::fabs(trial.get_double("y") - 2) - 1 : 0;
  return (x - 1) * (x - 1) + y + 0.1 * static_cast<double>(trial.get_int("k"));
}

std::vector<double> values_of(const Study& study) {
  std::vector<double> values;
  for (const TrialResult& trial : study.trials()) values.push_back(trial.values.at(0));
  return values;
}

TEST(Api, AskAndTellEqualsOptimize) {
  auto asked = Study::open(small_space(), {.trials = 30, .seed = 3});
  auto optimized = Study::open(small_space(), {.trials = 30, .seed = 3});
  ASSERT_TRUE(asked && optimized);
  for (;;) {
    auto trial = asked->ask();
    ASSERT_TRUE(trial);
    if (!*trial) break;
    ASSERT_TRUE(asked->tell(**trial, objective(**trial)));
  }
  EXPECT_EQ(asked->done(), "trials");
  const auto end = optimized->optimize(objective);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(values_of(*asked), values_of(*optimized));
  EXPECT_EQ(asked->trials().size(), 30u);
}

TEST(Api, ManyJobsShareTheBudgetExactly) {
  auto study = Study::open(small_space(), {.trials = 40});
  ASSERT_TRUE(study);
  ASSERT_TRUE(study->optimize(objective, 8));
  EXPECT_EQ(study->trials().size(), 40u);
  std::set<std::int64_t> numbers;
  for (const TrialResult& trial : study->trials()) numbers.insert(trial.number);
  EXPECT_EQ(*numbers.rbegin(), 39);
}

TEST(Api, ThrownAndNotFiniteFailTheTrialOnly) {
  auto study = Study::open(small_space(), {.trials = 9});
  ASSERT_TRUE(study);
  const auto end = study->optimize([](Trial& trial) -> double {
    if (trial.number() % 3 == 0) throw std::runtime_error("boom");
    return trial.number() % 3 == 1 ? std::numeric_limits<double>::quiet_NaN() : objective(trial);
  });
  ASSERT_TRUE(end) << end.error().message;
  int failed = 0;
  for (const TrialResult& trial : study->trials()) failed += trial.state == TrialState::failed;
  EXPECT_EQ(failed, 6);
  EXPECT_NE(study->trials()[0].reason.find("boom"), std::string::npos);
  EXPECT_NE(study->trials()[1].reason.find("not finite"), std::string::npos);
}

TEST(Api, ADroppedTrialIsHandedBack) {
  auto study = Study::open(small_space(), {.trials = 2});
  ASSERT_TRUE(study);
  { auto dropped = study->ask(); }
  auto again = study->ask();
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->number(), 0);
}

TEST(Api, PausedTrialsResumeFromTheirCheckpoint) {
  const TemporaryFolder folder;
  auto study =
      Study::open(small_space(), {.trials = 12, .pruner = "asha", .max_step = 9, .checkpoints = folder.path()});
  ASSERT_TRUE(study) << study.error().message;
  std::int64_t resumed = 0;
  const auto end = study->optimize([&](Trial& trial) {
    if (trial.from_step() > 0) ++resumed;
    for (std::int64_t step = trial.from_step() + 1; step <= trial.max_step(); ++step) {
      const auto decision = trial.report(step, objective(trial) + 1.0 / static_cast<double>(step));
      EXPECT_TRUE(decision);
      if (*decision != Decision::go_on) {
        std::FILE* file = std::fopen(trial.checkpoint_file(step).c_str(), "w");
        EXPECT_TRUE(file);
        std::fclose(file);
        return 0.0;
      }
    }
    return objective(trial);
  });
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_GT(resumed, 0);
  ASSERT_TRUE(study->best());
  for (const TrialResult& trial : study->trials())
    for (std::size_t i = 0; i < trial.reports.size(); ++i)
      EXPECT_EQ(trial.reports[i].step, static_cast<std::int64_t>(i + 1));
}

TEST(Api, EveryKindOfParameterAndWhatIsEnqueuedFirst) {
  SpaceBuilder space = small_space();
  space.boolean("bias", {.defaults = {true}}).ordinal("size", {"s", "m", "l"});
  auto study = Study::open(space, {.trials = 3, .enqueue = {{{"k", std::int64_t{4}}, {"bias", false}}}});
  ASSERT_TRUE(study) << study.error().message;
  std::set<std::uint64_t> seeds;
  const auto end = study->optimize([&](Trial& trial) {
    seeds.insert(trial.seed());
    EXPECT_EQ(trial.configuration().size(), trial.find("y") ? 6u : 5u);
    if (trial.number() == 0) {
      EXPECT_EQ(trial.get_int("k"), 4);
      EXPECT_FALSE(trial.get_bool("bias"));
      EXPECT_EQ(trial.get_double("k"), 4.0);
      EXPECT_EQ(trial.get_string("size"), "m");  // without a default, the middle
    }
    EXPECT_TRUE(trial.number() != 1 || trial.get_bool("bias"));  // the defaults
    return 1.0;
  });
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(seeds.size(), 3u);
  EXPECT_EQ(study->trials().at(0).arm, "enqueued");
}

TEST(Api, WhatAnObjectiveDoesWrongIsSaid) {
  auto study = Study::open(small_space(), {.trials = 3, .max_step = 5});
  ASSERT_TRUE(study);
  const auto end = study->optimize([](Trial& trial) -> double {
    EXPECT_TRUE(trial.report(2, 1.0));
    for (const std::int64_t step : {2, 1, 0}) {
      const auto again = trial.report(step, 1.0);
      EXPECT_TRUE(!again && again.error().kind == FailureKind::invalid_argument) << step;
    }
    if (trial.number() == 1) throw 7;
    return 1;
  });
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(study->trials().at(0).reports.size(), 1u);
  EXPECT_EQ(study->trials().at(1).state, TrialState::failed);
  EXPECT_NE(study->trials().at(1).reason.find("no std::exception"), std::string::npos);
}

TEST(Api, ValuesOfAnotherNumberAreRefusedAndTheTrialStays) {
  const std::vector<Objective> two = {{"loss", Direction::minimize}, {"accuracy", Direction::maximize}};
  auto study = Study::open(small_space(), {.trials = 1, .objectives = two, .pruner = "asha", .max_step = 9});
  ASSERT_TRUE(study) << study.error().message;
  auto trial = study->ask();
  ASSERT_TRUE(trial && *trial);
  const auto reported = (*trial)->report(2, 0.5);
  ASSERT_FALSE(reported);
  EXPECT_EQ(reported.error().kind, FailureKind::invalid_argument);
  EXPECT_NE(reported.error().message.find("each of the 2 objectives, got 1"), std::string::npos)
      << reported.error().message;
  const double both[] = {0.5, 0.25};
  ASSERT_TRUE((*trial)->report(2, both));
  EXPECT_EQ(study->trials().at(0).reports.at(0).values, (std::vector<double>{0.5, 0.25}));
  const auto told = study->tell(**trial, 0.5);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().kind, FailureKind::invalid_argument);
  const double values[] = {0.5, 0.9};
  ASSERT_TRUE(study->tell(**trial, values));
  EXPECT_EQ(study->trials().at(0).values, (std::vector<double>{0.5, 0.9}));
}

TEST(Api, AnErrorKeepsItsKind) {
  const TemporaryFolder folder;
  const auto kind_of = [&](const SpaceBuilder& space, StudyOptions options) {
    options.storage = "sqlite:///" + (folder.path() / "s.db").string();
    const auto study = Study::open(space, options);
    EXPECT_FALSE(study);
    return study ? FailureKind::failed : study.error().kind;
  };
  {
    const auto first = Study::open(small_space(), {.storage = "sqlite:///" + (folder.path() / "s.db").string()});
    ASSERT_TRUE(first) << first.error().message;
  }
  EXPECT_EQ(kind_of(small_space().boolean("more"), {}), FailureKind::conflict);
  EXPECT_EQ(kind_of(small_space(), {.objectives = {{"other", Direction::maximize}}}), FailureKind::conflict);
  std::FILE* file = std::fopen((folder.path() / "s.db").c_str(), "r+");
  ASSERT_TRUE(file);
  for (int i = 0; i < 4096; ++i) std::fputc(i < 100 ? 'x' : 0, file);
  std::fclose(file);
  EXPECT_EQ(kind_of(small_space(), {}), FailureKind::invalid_argument);
}

TEST(Api, BadInputIsRefusedByName) {
  SpaceBuilder swapped;
  swapped.float_("lr", 1, 0.1);
  auto study = Study::open(swapped);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().kind, FailureKind::invalid_argument);
  EXPECT_NE(study.error().message.find("lr"), std::string::npos);
  EXPECT_FALSE(Study::open(small_space(), {.sampler = "tpo"}));
  EXPECT_FALSE(Study::open(small_space(), {.pruner = "asha"}));
  EXPECT_FALSE(Study::open(small_space(), {.trials = 0}));
  EXPECT_FALSE(Study::open(small_space(), {.storage = "redis://x"}));
}

}  // namespace
}  // namespace hone::api
