#include "engine/study.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

#include "engine/bench.hpp"
#include "engine/fake_runner.hpp"

namespace hone {
namespace {

TEST(Study, RunsItsBudgetAndNumbersDensely) {
  Bench bench;
  FakeRunner runner;
  auto study = bench.open();
  EXPECT_EQ(run(*study, runner), "trials");
  const auto trials = study->trials();
  ASSERT_EQ(trials.size(), 20u);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
    EXPECT_EQ(trials[i].state, TrialState::complete);
    EXPECT_EQ(trials[i].runs[0].reports.size(), 9u);
  }
  EXPECT_GT(study->overhead_seconds(), 0);
  ASSERT_TRUE(study->best());
  for (const TrialRecord& trial : trials) EXPECT_LE(study->best()->values[0], trial.values[0]);
}

TEST(Study, AFinishedStudyIsDoneAtOnceAndALargerBudgetContinuesIt) {
  Bench bench;
  FakeRunner runner;
  run(*bench.open(), runner);
  const std::int64_t before = runner.epochs_run;
  EXPECT_EQ(run(*bench.open(), runner), "trials");
  EXPECT_EQ(runner.epochs_run, before);
  bench.options.trials = 25;
  auto study = bench.open();
  run(*study, runner);
  EXPECT_EQ(study->trials().size(), 25u);
}

TEST(Study, EnqueuedThenDefaultThenSampler) {
  Bench bench;
  Parameter x = real("x", 0, 1);
  x.defaults = {0.25};
  bench.space = space_of({x, whole("n", 1, 40)});
  Configuration first;
  first.set("n", std::int64_t{7});
  bench.options.enqueue = {first};
  FakeRunner runner;
  auto study = bench.open();
  run(*study, runner);
  const auto trials = study->trials();
  EXPECT_EQ(trials[0].origin, Origin::enqueued);
  EXPECT_EQ(*trials[0].configuration.find("n"), Value(std::int64_t{7}));
  EXPECT_EQ(trials[1].origin, Origin::default_);
  EXPECT_EQ(*trials[1].configuration.find("x"), Value(0.25));
  EXPECT_EQ(trials[2].origin, Origin::sampler);
  EXPECT_EQ(trials[2].arm, "random");
}

TEST(Study, EightWorkersOn64PointsGet64DistinctTrials) {
  Bench bench;
  bench.space = space_of({whole("a", 0, 7), whole("b", 0, 7)});
  bench.options.trials = std::nullopt;
  FakeRunner runner;
  auto study = bench.open();
  EXPECT_EQ(run(*study, runner, 8), "exhausted");
  std::set<std::string> seen;
  for (const TrialRecord& trial : study->trials()) seen.insert(trial.configuration.json());
  EXPECT_EQ(study->trials().size(), 64u);
  EXPECT_EQ(seen.size(), 64u);
}

TEST(Study, ForbiddenConfigurationsAreNeverProposed) {
  Bench bench;
  bench.space = space_of({real("x", 0, 1), whole("n", 1, 40)}, {"x > 0.05"});
  FakeRunner runner;
  auto study = bench.open();
  run(*study, runner);
  ASSERT_EQ(study->trials().size(), 20u);
  for (const TrialRecord& trial : study->trials()) EXPECT_LE(value_number(*trial.configuration.find("x")), 0.05);
}

TEST(Study, ForbidThatLeavesNothingIsSaidBeforeTheStoreIsTouched) {
  Bench bench;
  bench.space = space_of({real("x", 0, 1), whole("n", 1, 40)}, {"n > 0"});
  const auto study = Study::open(*bench.store, wanted(*bench.space), bench.space, bench.options);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(study.error().message.find("forbid"), std::string::npos) << study.error().message;
  EXPECT_TRUE(bench.store->studies()->empty());
}

TEST(Study, AnotherSpaceUnderTheSameNameIsRefusedByWhatDiffers) {
  Bench bench;
  bench.open();
  auto other = space_of({real("x", 0, 2), whole("n", 1, 40)});
  const auto study = Study::open(*bench.store, wanted(*other), other, bench.options);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().kind, Error::Kind::conflict);
  EXPECT_NE(study.error().message.find("x = "), std::string::npos) << study.error().message;
  StudyRecord data = wanted(*bench.space);
  data.data_hash = "another";
  const auto second = Study::open(*bench.store, data, bench.space, bench.options);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("other data"), std::string::npos);
}

TEST(Study, UnknownSamplerOrPrunerIsRefusedBeforeTheStoreIsTouched) {
  Bench bench;
  bench.options.sampler = "tpo";
  EXPECT_FALSE(Study::open(*bench.store, wanted(*bench.space), bench.space, bench.options));
  bench.options.sampler = "tpe";
  bench.options.pruner = "ash";
  const auto study = Study::open(*bench.store, wanted(*bench.space), bench.space, bench.options);
  ASSERT_FALSE(study);
  EXPECT_NE(study.error().message.find("asha"), std::string::npos);
  EXPECT_TRUE(bench.store->studies()->empty());
}

TEST(Study, FailedTrialsKeepTheirReasonAndTheStudyGoesOn) {
  Bench bench;
  FakeRunner runner;
  runner.fails = [](const RunRequest& request) { return request.trial % 3 == 0; };
  auto study = bench.open();
  run(*study, runner);
  EXPECT_EQ(study->counts().failed, 7);
  EXPECT_EQ(study->counts().complete, 13);
  EXPECT_EQ(study->trials()[0].reason, "asked to fail");
}

TEST(Study, AshaPausesAndResumesWithTheReportsOfAnUninterruptedRun) {
  Bench bench;
  bench.options.pruner = "asha";
  bench.options.sampler = "tpe";
  bench.options.trials = 30;
  FakeRunner runner;
  auto study = bench.open();
  run(*study, runner);
  const TrialCounts counts = study->counts();
  EXPECT_EQ(counts.total(), 30);
  EXPECT_EQ(counts.paused + counts.running + counts.waiting, 0);
  EXPECT_GE(counts.complete, 1);
  EXPECT_GT(counts.pruned, counts.complete);
  for (const TrialRecord& trial : study->trials()) {
    RunRequest request;
    request.trial = trial.number;
    request.configuration = trial.configuration;
    std::int64_t step = 0;
    for (const Report& report : trial.runs[0].reports) {
      EXPECT_EQ(report.step, ++step);
      EXPECT_EQ(report.value, FakeRunner::curve(request, step));
    }
  }
  EXPECT_EQ(runner.epochs_run, [&] {  // nothing was trained twice
    std::int64_t reports = 0;
    for (const TrialRecord& trial : study->trials()) reports += std::ssize(trial.runs[0].reports);
    return reports;
  }());
}

TEST(Study, ABudgetOfOneTrialEndsComplete) {
  Bench bench;
  bench.options.pruner = "asha";
  bench.options.trials = 1;
  FakeRunner runner;
  auto study = bench.open();
  run(*study, runner);
  EXPECT_EQ(study->trials()[0].state, TrialState::complete);
}

/// Whatever the pruner does in the end, the runner is told of every trial that nobody goes on with.
TEST(Study, TheRunnerForgetsWhatIsGivenUp) {
  for (const std::int64_t jobs : {1, 4}) {
    Bench bench;
    bench.options.pruner = "asha";
    FakeRunner runner;
    auto study = bench.open();
    run(*study, runner, jobs);
    std::set<std::int64_t> given_up;
    for (const TrialRecord& trial : study->trials())
      if (trial.reason == "not promoted before the budget was spent") given_up.insert(trial.number);
    EXPECT_GT(given_up.size(), 5u);
    EXPECT_EQ(runner.forgotten, given_up);
  }
}

/// Every field that a store keeps.
std::string everything(const TrialRecord& t) {
  const Run& run = t.runs.front();
  std::string text = t.configuration.json() + t.reason + "|" + t.arm + "|" + t.why + "|" + run.token + "|" +
                     number_text(t.seconds) + " " + std::to_string(run.seed);
  for (const std::int64_t whole : {t.number, static_cast<std::int64_t>(t.state), static_cast<std::int64_t>(t.origin),
                                   t.attempt, t.seen, t.asked, t.finished, t.changed, t.until_step, t.started_ms,
                                   run.index, run.attempt, static_cast<std::int64_t>(run.state)})
    text += " " + std::to_string(whole);
  for (const std::vector<double>& numbers :
       {std::vector<double>(t.point), t.values, t.constraints, run.values, run.further_values})
    for (const double x : numbers) text += " " + number_text(x);
  for (const Report& report : run.reports) text += " " + std::to_string(report.step) + ":" + number_text(report.value);
  return text;
}

/// A study applies its own changes to its own copy. That copy must be what a newcomer reads, with several threads and
/// with another process (here: another study object on a connection of its own) changing the study in between.
TEST(Study, ItsCopyIsWhatTheStoreKeeps) {
  for (const std::int64_t jobs : {1, 3}) {
    Bench bench;
    bench.objectives = static_cast<std::size_t>(jobs);
    const std::string url = "sqlite:///" + (bench.folder.path() / "study.db").string();
    bench.options.pruner = "asha";
    bench.options.trials = 25;
    bench.store = std::move(*open_store(url, true));
    auto study = bench.open();
    const auto other_store = std::move(*open_store(url, false));
    auto other =
        std::move(*Study::open(*other_store, wanted(*bench.space, 9, bench.objectives), bench.space, bench.options));

    FakeRunner runner, other_runner;
    runner.objectives = other_runner.objectives = bench.objectives;
    runner.fails = other_runner.fails = [](const RunRequest& request) { return request.trial % 6 == 5; };
    std::mutex mutex;
    std::set<std::int64_t> lost;  // once each: the other one may have ended and cannot take them over for ever
    runner.lose_power = [&](const RunRequest& request, std::int64_t) {
      const std::scoped_lock lock(mutex);
      return request.trial % 5 == 4 && lost.insert(request.trial).second;
    };
    std::thread beside([&] { run(*other, other_runner, 1); });
    run(*study, runner, jobs);
    beside.join();

    const auto fresh_store = std::move(*open_store(url, false));
    const auto kept = fresh_store->changed_since(study->record().id, 0);
    ASSERT_TRUE(kept) << kept.error().message;
    ASSERT_TRUE(study->next());  // catches up with what the other one did last
    const auto copy = study->trials();
    ASSERT_EQ(copy.size(), kept->trials.size());
    for (std::size_t i = 0; i < copy.size(); ++i) EXPECT_EQ(everything(copy[i]), everything(kept->trials[i]));
  }
}

}  // namespace
}  // namespace hone
