// A study's journal derives it once more, whoever worked on it; and what was changed afterwards is found at its trial.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <set>
#include <thread>

#include "engine/replay_bench.hpp"

namespace hone {
namespace {

struct Pair {
  std::string sampler, pruner;
};
class ReplayOf : public testing::TestWithParam<Pair> {};

TEST_P(ReplayOf, EightWorkers) {
  FileBench bench;
  bench.options.sampler = GetParam().sampler;
  bench.options.pruner = GetParam().pruner;
  bench.options.trials = 60;
  auto study = bench.open();
  RestlessRunner runner;
  run(*study, runner, 8);
  expect_same(bench.replayed(), 60);
}

INSTANTIATE_TEST_SUITE_P(All, ReplayOf,
                         testing::Values(Pair{"tpe", "asha"}, Pair{"auto", "hyperband"}, Pair{"random", "median"},
                                         Pair{"cmaes", "percentile"}, Pair{"nsga2", "wilcoxon"}, Pair{"qmc", "patient"},
                                         Pair{"gp", "none"}, Pair{"auto", "none"}),
                         [](const auto& one) { return one.param.sampler + "_" + one.param.pruner; });

TEST(Replay, AuditedDecisions) {
  for (const std::string pruner : {"asha", "median"}) {
    FileBench bench;
    bench.options.pruner = pruner;
    bench.options.audit = 0.3;
    auto study = bench.open();
    RestlessRunner runner;
    run(*study, runner, 4);
    expect_same(bench.replayed(), 40);
    std::set<std::int64_t> audited;
    const auto events = bench.store->events(study->record().id);
    ASSERT_TRUE(events);
    for (const Event& event : *events)
      if (event.kind == "decided" && event.detail.starts_with("audit")) audited.insert(event.trial);
    EXPECT_GT(audited.size(), 0u) << pruner;  // how many depends on who is faster
    EXPECT_LT(audited.size(), 25u) << pruner;
    for (const std::int64_t number : audited)
      EXPECT_EQ(study->trial(number)->state, TrialState::complete) << pruner << " " << number;
  }
}

TEST(Replay, OneWorker) {
  FileBench bench;
  auto study = bench.open();
  FakeRunner runner;
  run(*study, runner);
  expect_same(bench.replayed(), 40);
}

TEST(Replay, AStudyThatIsStillRunning) {
  FileBench bench;
  auto study = bench.open();
  const auto work = study->next();
  ASSERT_TRUE(work);
  ASSERT_TRUE(study->report(std::get<Assignment>(*work), 1, 0.5));
  ASSERT_TRUE(study->next());
  expect_same(bench.replayed(), 2);
}

TEST(Replay, SeveralProcessesAndChangedOptions) {
  FileBench bench;
  bench.options.trials = 50;
  {
    std::vector<std::jthread> threads;
    for (int process = 0; process < 3; ++process)
      threads.emplace_back([&] {
        const auto store = open_store(bench.url, false);
        ASSERT_TRUE(store);
        auto study = Study::open(**store, wanted(*bench.space), bench.space, bench.options);
        ASSERT_TRUE(study) << study.error().message;
        RestlessRunner runner;
        run(**study, runner, 2);
      });
  }
  bench.options.trials = 70;
  bench.options.sampler = "random";
  bench.options.pruner = "median";
  auto study = bench.open();
  FakeRunner runner;
  run(*study, runner, 2);
  expect_same(bench.replayed(), 70);
}

TEST(Replay, AStudyThatLostItsWorkers) {
  FileBench bench;
  RestlessRunner runner;
  Rng rng(3, RngPurpose::simulation, 0);
  std::atomic<bool> lost = false;
  runner.inner.lose_power = [&](const RunRequest&, std::int64_t) { return lost = rng.uniform() < 0.05; };
  for (int starts = 0; starts < 1000; ++starts) {
    auto study = bench.open();
    lost = false;
    RunLoopOptions options;
    options.should_stop = [&] { return lost.load(); };
    options.tick_seconds = 1e-4;
    const auto ended = run_study(*study, runner, options);
    ASSERT_TRUE(ended) << ended.error().message;
    if (*ended == "trials") break;
  }
  expect_same(bench.replayed(), 40);
}

TEST(Replay, GivenEnqueuedAndDefaultValues) {
  FileBench bench;
  Parameter x = real("x", 0, 1);
  x.defaults = {0.5};
  bench.space = space_of({x, whole("n", 1, 40)});
  Configuration first, second, third;
  first.set("x", 0.25);
  second.set("n", std::int64_t{7});
  third.set("x", 0.75);
  bench.options.enqueue = {first};
  auto study = bench.open();
  ASSERT_TRUE(study->enqueue(second));
  const auto asked = study->next(third);
  ASSERT_TRUE(asked) << asked.error().message;
  RunOutcome handed_back;
  handed_back.state = TrialState::waiting;
  ASSERT_TRUE(study->finish(std::get<Assignment>(*asked), handed_back, 0));
  FakeRunner runner;
  run(*study, runner, 4);
  const ReplayOutcome outcome = bench.replayed();
  expect_same(outcome, 40);
  EXPECT_EQ(outcome.given, 3);
  const auto trials = study->trials();
  EXPECT_EQ(trials[0].arm, "enqueued");
  EXPECT_TRUE(std::ranges::any_of(trials, [](const TrialRecord& t) { return t.origin == Origin::default_; }));
}

TEST(Replay, AnOpenStudy) {
  FileBench bench;
  bench.space = space_of({});
  bench.options.pruner = "none";
  auto study = bench.open();
  const auto one = [&](int i) {
    const auto work = study->next();
    ASSERT_TRUE(work);
    const auto& assignment = std::get<Assignment>(*work);
    const auto x = study->suggest(assignment, real("x", 0, 1));
    ASSERT_TRUE(x) << x.error().message;
    double value = value_number(*x);
    if (i % 3 != 0) {
      const auto n = study->suggest(assignment, whole(i % 3 == 1 ? "n" : "m", 1, 40));
      ASSERT_TRUE(n);
      value += 0.01 * value_number(*n);
    }
    RunOutcome outcome;
    outcome.state = TrialState::complete;
    outcome.values = {value};
    ASSERT_TRUE(study->finish(assignment, outcome, 0));
  };
  for (int i = 0; i < 30; ++i) one(i);
  study = bench.open();  // by a new process
  for (int i = 30; i < 40; ++i) one(i);
  const ReplayOutcome outcome = bench.replayed();
  expect_same(outcome, 40);
}

TEST(Replay, EightWorkersOnSixtyFourPointsGetSixtyFourTrials) {
  for (const std::string sampler : {"random", "tpe", "grid", "cmaes"}) {
    FileBench bench;
    bench.space = space_of({whole("a", 1, 8), whole("b", 1, 8)});
    bench.options.sampler = sampler;
    bench.options.pruner = "none";
    bench.options.trials.reset();
    auto study = bench.open();
    RestlessRunner runner;
    EXPECT_EQ(run(*study, runner, 8), "exhausted");
    std::set<std::string> distinct;
    for (const TrialRecord& trial : study->trials()) distinct.insert(trial.configuration.json());
    EXPECT_EQ(study->trials().size(), 64u) << sampler;
    EXPECT_EQ(distinct.size(), 64u) << sampler;
    expect_same(bench.replayed(), 64);
  }
}

/// A finished study of 8 workers, to be tampered with.
class ReplayCanary : public testing::Test {
 protected:
  void SetUp() override {
    auto study = bench_.open();
    RestlessRunner runner;
    run(*study, runner, 8);
    expect_same(bench_.replayed(), 40);
    trials_ = study->trials();
    for (const TrialRecord& trial : trials_)
      if (trial.state == TrialState::complete && victim_ < 0) victim_ = trial.number;
    ASSERT_GE(victim_, 0);
  }
  void expect_at(std::int64_t trial) {
    const ReplayOutcome outcome = bench_.replayed();
    ASSERT_FALSE(outcome.differences.empty());
    EXPECT_EQ(outcome.differences.front().trial, trial) << listed(outcome);
  }
  std::string at(std::int64_t trial) const { return " AND trial = " + std::to_string(trial); }

  FileBench bench_;
  std::vector<TrialRecord> trials_;
  std::int64_t victim_ = -1;
};

TEST_F(ReplayCanary, OneFlippedBitInAValue) {
  const double value = trials_[static_cast<std::size_t>(victim_)].values[0];
  const double flipped = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ 1);
  bench_.edit("UPDATE runs SET told = '[" + number_text(flipped) + "]' WHERE run = 0" + at(victim_));
  expect_at(victim_);
}

TEST_F(ReplayCanary, OneFlippedBitInAReport) {
  const Report report = trials_[static_cast<std::size_t>(victim_)].runs[0].reports[2];
  const double flipped = std::bit_cast<double>(std::bit_cast<std::uint64_t>(report.value) ^ 1);
  bench_.edit("UPDATE reports SET value = " + number_text(flipped) + " WHERE step = " + std::to_string(report.step) +
              at(victim_));
  expect_at(victim_);
}

TEST_F(ReplayCanary, AFlippedBitInValueAndJournalIsFoundWhereItMatters) {
  // Consistently forged: only what was proposed afterwards can tell. The best value becomes the worst.
  bench_.edit("UPDATE runs SET told = '[99.5]' WHERE run = 0" + at(victim_) +
              "; UPDATE journal SET detail = 'complete 99.5' WHERE kind = 'told'" + at(victim_) +
              "; UPDATE reports SET value = 99.5 WHERE run = 0" + at(victim_) +
              "; UPDATE journal SET detail = '99.5' WHERE kind = 'reported'" + at(victim_));
  const ReplayOutcome outcome = bench_.replayed();
  ASSERT_FALSE(outcome.differences.empty());
  EXPECT_FALSE(outcome.contradicts_itself);
  EXPECT_GT(outcome.differences.front().revision, trials_[static_cast<std::size_t>(victim_)].asked);
}

TEST_F(ReplayCanary, ASwappedPairOfRevisions) {
  // Two asks change places: the later trial's line comes first.
  const std::string a = std::to_string(trials_[10].asked), b = std::to_string(trials_[11].asked);
  bench_.edit("UPDATE journal SET revision = -1 WHERE revision = " + a + "; UPDATE journal SET revision = " + a +
              " WHERE revision = " + b + "; UPDATE journal SET revision = " + b + " WHERE revision = -1");
  expect_at(11);
}

TEST_F(ReplayCanary, ASwappedPairOfFinishes) {
  std::int64_t other = -1;
  for (const TrialRecord& trial : trials_)
    if (trial.state == TrialState::complete && trial.number != victim_) other = trial.number;
  ASSERT_GE(other, 0);
  const auto finished = [&](std::int64_t n) { return std::to_string(trials_[static_cast<std::size_t>(n)].finished); };
  bench_.edit("UPDATE trials SET finished = " + finished(other) + " WHERE number = " + std::to_string(victim_) +
              "; UPDATE trials SET finished = " + finished(victim_) + " WHERE number = " + std::to_string(other));
  const ReplayOutcome outcome = bench_.replayed();
  ASSERT_EQ(outcome.differences.size(), 2u) << listed(outcome);
  EXPECT_EQ(outcome.differences[0].trial, std::min(victim_, other));
  EXPECT_EQ(outcome.differences[1].trial, std::max(victim_, other));
}

TEST_F(ReplayCanary, AChangedOption) {
  bench_.edit("UPDATE journal SET detail = detail || ' tpe.startup_trials=3' WHERE kind = 'option'");
  expect_at(0);
}

TEST_F(ReplayCanary, AMissingLine) {
  bench_.edit("DELETE FROM journal WHERE kind = 'told'" + at(victim_));
  const ReplayOutcome outcome = bench_.replayed();
  ASSERT_FALSE(outcome.differences.empty());
  EXPECT_TRUE(outcome.contradicts_itself);
}

TEST_F(ReplayCanary, AnotherPoint) {
  bench_.edit(
      "UPDATE trials SET configuration = json_set(configuration, '$.n', 41 - json_extract(configuration, "
      "'$.n')) WHERE number = 17");
  const ReplayOutcome outcome = bench_.replayed();
  ASSERT_EQ(outcome.differences.size(), 1u) << listed(outcome);  // later ones are derived from the right point
  EXPECT_EQ(outcome.differences[0].trial, 17);
}

TEST_F(ReplayCanary, AnotherDecision) {
  bench_.edit(
      "UPDATE journal SET detail = replace(detail, 'pause', 'go on') WHERE kind = 'decided' AND revision = "
      "(SELECT min(revision) FROM journal WHERE kind = 'decided' AND detail LIKE 'pause%')");
  const ReplayOutcome outcome = bench_.replayed();
  ASSERT_EQ(outcome.differences.size(), 1u) << listed(outcome);
  EXPECT_NE(outcome.differences[0].what.find("pause as derived"), std::string::npos) << listed(outcome);
}

TEST_F(ReplayCanary, AnotherBinaryIsNotComparable) {
  bench_.edit(
      "UPDATE trials SET configuration = json_set(configuration, '$.n', 41 - json_extract(configuration, "
      "'$.n')) WHERE number = 17");
  const ReplayOutcome outcome = bench_.replayed({"another binary"});
  EXPECT_EQ(listed(outcome), "");
  EXPECT_EQ(outcome.foreign, 40);
  EXPECT_EQ(outcome.foreign_differences, 1);
  EXPECT_EQ(outcome.foreign_id, kernel);
}

}  // namespace
}  // namespace hone
