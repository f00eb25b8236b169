// A study's journal derives it once more, whoever worked on it; and what was changed afterwards is found at its trial.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <set>
#include <thread>

#include "base/rng.hpp"
#include "engine/bench.hpp"
#include "engine/fake_runner.hpp"
#include "engine/replay.hpp"

namespace hone {
namespace {

constexpr std::string_view kernel = "test kernels";

/// A study in a file, which can be edited behind its back.
struct FileBench : Bench {
  FileBench() {
    path = (folder.path() / "study.db").string();
    url = "sqlite:///" + path;
    store = std::move(*open_store(url, true));
    options.kernel_id = kernel;
    options.pruner = "asha";
    options.sampler = "tpe";
    options.trials = 40;
  }
  ReplayOutcome replayed(std::vector<std::string> kernel_ids = {std::string(kernel)}) {
    const auto record = store->find_study("test");
    EXPECT_TRUE(record && *record);
    const auto input = read_replay_input(*store, **record);
    EXPECT_TRUE(input) << input.error().message;
    auto outcome = replay(*input, {.kernel_ids = std::move(kernel_ids)});
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? std::move(*outcome) : ReplayOutcome{};
  }
  void edit(const std::string& sql) {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &file), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    EXPECT_GT(sqlite3_total_changes(file), 0) << sql;
    sqlite3_close(file);
  }

  std::string path, url;
};

std::string listed(const ReplayOutcome& outcome) {
  std::string text;
  for (const ReplayDifference& difference : outcome.differences)
    text += "trial " + std::to_string(difference.trial) + " revision " + std::to_string(difference.revision) + ": " +
            difference.what + "\n";
  return text;
}

void expect_same(const ReplayOutcome& outcome, std::int64_t trials) {
  EXPECT_EQ(listed(outcome), "");
  EXPECT_EQ(outcome.suggestions, trials);
  EXPECT_GE(outcome.decisions, trials);  // each one's rung is a decision too
  EXPECT_EQ(outcome.foreign, 0);
}

/// Lets other threads in at random moments.
struct RestlessRunner final : Runner {
  FakeRunner inner;
  std::atomic<std::uint32_t> calls = 0;
  struct Observer final : RunObserver {
    Observer(RunObserver& study, std::atomic<std::uint32_t>& counter) : to(study), calls(counter) {}
    Result<Decision> report(std::size_t run, std::int64_t step, std::span<const double> values) override {
      Rng rng(7, RngPurpose::simulation, ++calls);
      if (rng.uniform() < 0.3) std::this_thread::sleep_for(std::chrono::microseconds(rng.below(300)));
      return to.report(run, step, values);
    }
    RunObserver& to;
    std::atomic<std::uint32_t>& calls;
  };
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    Observer restless(observer, calls);
    return inner.run(requests, restless);
  }
  void forget(std::int64_t trial) override { inner.forget(trial); }
};

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

class ReplayOfTwoObjectives : public testing::TestWithParam<const PrunerInfo*> {};

TEST_P(ReplayOfTwoObjectives, EightWorkers) {
  FileBench bench;
  bench.objectives = 2;
  bench.options.pruner = GetParam()->name;
  bench.options.audit = 0.1;
  auto study = bench.open();
  RestlessRunner runner;
  runner.inner.objectives = 2;
  run(*study, runner, 8);
  expect_same(bench.replayed(), 40);
  EXPECT_GT(study->counts().complete, 0);
  EXPECT_EQ(study->trials()[0].runs[0].further_values.size(), study->trials()[0].runs[0].reports.size());
}

INSTANTIATE_TEST_SUITE_P(All, ReplayOfTwoObjectives, testing::ValuesIn(all_pruners().begin(), all_pruners().end()),
                         [](const auto& one) { return std::string(one.param->name); });

TEST(Replay, ABudgetOfAFewTrialsOfTwoObjectives) {
  for (const std::int64_t trials : {1, 2, 4}) {
    FileBench bench;
    bench.objectives = 2;
    bench.options.trials = trials;
    auto study = bench.open();
    FakeRunner runner;
    runner.objectives = 2;
    EXPECT_EQ(run(*study, runner), "trials");
    EXPECT_EQ(study->counts().complete, 1) << "the best paused one was finished";
    EXPECT_EQ(study->front().size(), 1u);
    const auto events = bench.store->events(study->record().id);
    EXPECT_TRUE(std::ranges::any_of(*events, [](const Event& line) { return line.detail.starts_with("finish"); }) ||
                trials > 2);
    expect_same(bench.replayed(), trials);
  }
}

TEST(Replay, ReportsThatHadTheFirstOfTwoValues) {
  FileBench bench;  // as they were before reports had one of each objective
  bench.objectives = 2;
  bench.options.pruner = "none";
  auto study = bench.open();
  FakeRunner runner;
  runner.objectives = 2;
  run(*study, runner);
  bench.edit(
      "DELETE FROM further_values; UPDATE journal SET detail = substr(detail, 1, instr(detail, ' ') - 1) WHERE "
      "kind = 'reported'");
  expect_same(bench.replayed(), 40);
  bench.edit("UPDATE journal SET detail = '1 2 3' WHERE kind = 'reported'");
  EXPECT_TRUE(bench.replayed().contradicts_itself);
}

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
    EXPECT_GT(audited.size(), 2u) << pruner;
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

TEST(ReplayCanaryOfTwoObjectives, AFlippedBitInAFurtherValue) {
  FileBench bench;
  bench.objectives = 2;
  auto study = bench.open();
  FakeRunner runner;
  runner.objectives = 2;
  run(*study, runner);
  const double value = study->trials()[7].runs[0].further_values[0];
  const double flipped = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ 1);
  bench.edit("UPDATE further_values SET value = " + number_text(flipped) + " WHERE step = 1 AND trial = 7");
  const ReplayOutcome outcome = bench.replayed();
  ASSERT_EQ(outcome.differences.size(), 1u) << listed(outcome);
  EXPECT_EQ(outcome.differences[0].trial, 7);
  // Consistently forged, it is found where it decided something: the worst of all becomes the best of all.
  bench.edit(
      "UPDATE further_values SET value = 1e9 WHERE trial = 7; UPDATE reports SET value = -1e9 WHERE trial = 7; "
      "UPDATE journal SET detail = '-1e9 1e9' WHERE kind = 'reported' AND trial = 7");
  const ReplayOutcome forged = bench.replayed();
  ASSERT_FALSE(forged.differences.empty());
  EXPECT_FALSE(forged.contradicts_itself) << listed(forged);
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
