// Several seeds for each trial: their means, in step, whatever interrupts them.
#include "runners/seeds_runner.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "base/check.hpp"
#include "base/files.hpp"
#include "temporary_folder.hpp"

namespace hone::test {
namespace {

/// Reports 100 * trial + 10 * run + step, keeps paused runs as their step, and ends or fails where it is told to.
class CountingRunner final : public Runner {
 public:
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    const RunRequest& request = requests.front();
    seeds.push_back(request.study_seed);
    RunOutcome outcome;
    std::int64_t step = request.from_step;
    if (const auto paused = steps.find(request.trial); paused != steps.end()) {
      if (paused->second <= request.reported_step) step = paused->second;
      steps.erase(paused);
    }
    while (step < request.max_step && step < ends_at) {
      ++step, ++trained;
      if (step == fails_at) {
        outcome.reason = "broken";
        return std::vector{outcome};
      }
      const double value = static_cast<double>(100 * request.trial + 10 * request.run + step);
      HONE_TRY(const Decision decision, observer.report(0, step, value));
      outcome.step = step;
      HONE_CHECK(decision == Decision::pause || decision == Decision::go_on, "seeds are only paused");
      if (decision == Decision::pause && step < request.max_step) {
        steps[request.trial] = step;
        outcome.state = TrialState::paused;
        return std::vector{outcome};
      }
    }
    outcome.step = step;
    outcome.state = TrialState::complete;
    outcome.values = {static_cast<double>(1000 + request.run + step)};
    return std::vector{outcome};
  }
  Result<void> save_paused(std::span<const std::int64_t>) override {
    ++saved;
    return {};
  }
  void forget(std::int64_t trial) override { steps.erase(trial); }

  std::map<std::int64_t, std::int64_t> steps;
  std::vector<std::uint64_t> seeds;
  std::int64_t ends_at = 1000, fails_at = -1, trained = 0, saved = 0;
};

/// Writes down what is reported; answers by step.
class Told final : public RunObserver {
 public:
  Result<Decision> report(std::size_t, std::int64_t step, std::span<const double> reported) override {
    values.emplace_back(step, reported[0]);
    const auto at = answers.find(step);
    return at == answers.end() ? Decision::go_on : at->second;
  }
  std::vector<std::pair<std::int64_t, double>> values;
  std::map<std::int64_t, Decision> answers;
};

struct Three {
  Three() {
    std::vector<std::unique_ptr<Runner>> runners;
    for (int k = 0; k < 3; ++k) {
      auto one = std::make_unique<CountingRunner>();
      seeds[static_cast<std::size_t>(k)] = one.get();
      runners.push_back(std::move(one));
    }
    runner = std::make_unique<SeedsRunner>(std::move(runners));
  }
  RunOutcome run(std::int64_t trial, Told& told, std::int64_t from_step = 0, std::int64_t reported_step = 0) {
    RunRequest request;
    request.trial = trial;
    request.study_seed = 5;
    request.from_step = from_step;
    request.reported_step = reported_step;
    request.max_step = 4;
    auto outcomes = runner->run({&request, 1}, told);
    EXPECT_TRUE(outcomes);
    return outcomes->front();
  }
  CountingRunner* seeds[3];
  std::unique_ptr<SeedsRunner> runner;
};

using Values = std::vector<std::pair<std::int64_t, double>>;

TEST(SeedsRunner, ReportsTheMeanOnceAStep) {
  Three three;
  Told told;
  const RunOutcome outcome = three.run(2, told);
  EXPECT_EQ(told.values, (Values{{1, 211}, {2, 212}, {3, 213}, {4, 214}}));
  EXPECT_EQ(outcome.state, TrialState::complete);
  EXPECT_EQ(outcome.values, std::vector{1005.0});
  EXPECT_EQ(outcome.step, 4);
  EXPECT_EQ(three.seeds[0]->seeds[0], 5u) << "the first run is what a single one would be";
  EXPECT_NE(three.seeds[1]->seeds[0], 5u);
  EXPECT_NE(three.seeds[1]->seeds[0], three.seeds[2]->seeds[0]);
  const auto second = three.seeds[1]->seeds[0];
  (void)three.run(3, told);
  EXPECT_EQ(three.seeds[1]->seeds.back(), second) << "run 1 of every trial has the same order of minibatches";
}

TEST(SeedsRunner, PausesAllAndGoesOnWhereTheyWere) {
  Three three;
  Told first, second;
  first.answers[2] = Decision::pause;
  RunOutcome outcome = three.run(1, first);
  EXPECT_EQ(outcome.state, TrialState::paused);
  EXPECT_EQ(outcome.step, 2);
  outcome = three.run(1, second, 2, 2);
  EXPECT_EQ(second.values, (Values{{3, 113}, {4, 114}}));
  EXPECT_EQ(outcome.state, TrialState::complete);
  for (const auto* seed : three.seeds) EXPECT_EQ(seed->trained, 4) << "no step was done twice";
}

TEST(SeedsRunner, OneThatFellBackCatchesUp) {
  Three three;
  Told first, second;
  first.answers[2] = Decision::pause;
  (void)three.run(1, first);
  three.seeds[1]->steps.clear();  // its state was lost
  (void)three.run(1, second, 0, 2);
  EXPECT_EQ(second.values, (Values{{3, 113}, {4, 114}}));
  EXPECT_EQ(three.seeds[0]->trained, 4);
  EXPECT_EQ(three.seeds[1]->trained, 6);
}

TEST(SeedsRunner, AnEarlyEndCountsWithItsLastReport) {
  Three three;
  Told told;
  three.seeds[0]->ends_at = 2;
  const RunOutcome outcome = three.run(0, told);
  EXPECT_EQ(told.values.size(), 4u);
  EXPECT_NEAR(told.values[3].second, (1002 + 14 + 24) / 3.0, 1e-9);
  EXPECT_NEAR(outcome.values[0], (1002 + 1005 + 1006) / 3.0, 1e-9);
}

TEST(SeedsRunner, FailsWithTheRunThatFailed) {
  Three three;
  Told told;
  three.seeds[2]->fails_at = 3;
  const RunOutcome outcome = three.run(7, told);
  EXPECT_EQ(outcome.state, TrialState::failed);
  EXPECT_EQ(outcome.reason, "run 2: broken");
  EXPECT_TRUE(three.seeds[0]->steps.empty()) << "nothing of it is kept";
}

TEST(SeedsRunner, StopsAndHandsBackForAll) {
  Three three;
  Told stops, hands_back;
  stops.answers[1] = Decision::stop;
  EXPECT_EQ(three.run(0, stops).state, TrialState::pruned);
  EXPECT_TRUE(three.seeds[1]->steps.empty());
  hands_back.answers[3] = Decision::hand_back;
  const RunOutcome outcome = three.run(1, hands_back);
  EXPECT_EQ(outcome.state, TrialState::waiting);
  EXPECT_EQ(outcome.step, 3);
  for (const auto* seed : three.seeds) EXPECT_EQ(seed->saved, 1);
}

TEST(SeedsRunner, EveryRunHasAFolderOfItsOwn) {
  TemporaryFolder folder;
  Three three;
  Told told;
  RunRequest request;
  request.max_step = 1;
  request.checkpoints = folder.path() / "study";
  ASSERT_TRUE(three.runner->run({&request, 1}, told));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "study" / "run-1"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "study" / "run-2"));
  const auto file = checkpoint_file(run_folder(request.checkpoints, 2), 0, 1);
  ASSERT_TRUE(write_file(file, "state"));
  remove_checkpoints(request.checkpoints, 0, 0);
  EXPECT_FALSE(std::filesystem::exists(file)) << "the files of all runs go with the trial";
}

}  // namespace
}  // namespace hone::test
