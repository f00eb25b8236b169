#include "engine/study.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/rng.hpp"
#include "engine/fake_runner.hpp"
#include "engine/run_loop.hpp"

namespace hone {
namespace {

Parameter real(std::string name, double low, double high) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.low = low;
  parameter.high = high;
  return parameter;
}

Parameter whole(std::string name, double low, double high) {
  Parameter parameter = real(std::move(name), low, high);
  parameter.type = ParameterType::int_;
  return parameter;
}

std::shared_ptr<const Space> space_of(std::vector<Parameter> parameters, std::vector<std::string> forbid = {}) {
  auto space = Space::make(std::move(parameters), std::move(forbid));
  EXPECT_TRUE(space) << space.error().message;
  return std::make_shared<const Space>(std::move(*space));
}

std::shared_ptr<const Space> plain_space() {
  return space_of({real("x", 0, 1), whole("n", 1, 40)});
}

StudyRecord wanted(const Space& space, std::int64_t max_step = 9) {
  StudyRecord record;
  record.name = "test";
  record.kind = "fit";
  record.directions = {"minimize"};
  record.metrics = {"loss"};
  record.seed = 11;
  record.max_step = max_step;
  record.study_file = space.to_toml();
  record.space_hash = hash_text(space.to_toml());
  return record;
}

struct Bench {
  TemporaryFolder folder;
  std::unique_ptr<Store> store = std::move(*open_store("memory://", true));
  std::shared_ptr<const Space> space = plain_space();
  StudyOptions options;

  Bench() {
    options.sampler = "random";
    options.checkpoints = folder.path();
    options.trials = 20;
    options.retries = 1000;
  }
  std::unique_ptr<Study> open() {
    auto study = Study::open(*store, wanted(*space), space, options);
    EXPECT_TRUE(study) << study.error().message;
    return study ? std::move(*study) : nullptr;
  }
};

std::string run(Study& study, Runner& runner, std::int64_t jobs = 1) {
  RunLoopOptions options;
  options.jobs = jobs;
  auto ended = run_study(study, runner, options);
  EXPECT_TRUE(ended) << ended.error().message;
  return ended ? *ended : "error";
}

/// What must be equal between two studies: everything but times and revisions.
std::string fingerprint(Study& study) {
  std::string text;
  for (const TrialRecord& trial : study.trials()) {
    text += std::to_string(trial.number) + " " + std::string(state_name(trial.state)) + " " + trial.arm + " " +
            trial.configuration.json();
    for (const double value : trial.values) text += " value " + number_text(value);
    for (const Report& report : trial.runs[0].reports)
      text += " " + std::to_string(report.step) + ":" + number_text(report.value);
    text += "\n";
  }
  return text;
}

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

/// Who watches sees a study that makes sense at every moment; stopped now and then, nothing is lost or done twice.
TEST(Study, ManyWorkersWatchedAndStopped) {
  Bench bench;
  bench.options.pruner = "asha";
  bench.options.sampler = "auto";
  bench.options.trials = 60;
  FakeRunner runner;
  auto study = bench.open();
  RunLoopOptions options;
  options.jobs = 4;
  options.tick_seconds = 1e-4;
  std::int64_t ticks = 0, finished = 0;
  options.should_stop = [&] {
    const TrialCounts counts = study->counts();
    EXPECT_LE(counts.running, 4);
    EXPECT_GE(counts.complete + counts.pruned, finished);
    finished = counts.complete + counts.pruned;
    const View view = study->view();
    for (std::size_t i = 0; i < view.size(); ++i) EXPECT_EQ(view[i].number, static_cast<std::int64_t>(i));
    const auto best = study->best();
    EXPECT_TRUE(!best || !best->runs[0].reports.empty());
    EXPECT_GE(study->overhead_seconds(), 0);
    return ++ticks % 50 == 0;
  };
  std::string ended = "stopped";
  for (int starts = 0; starts < 10000 && ended == "stopped"; ++starts) {
    const auto now = run_study(*study, runner, options);
    ASSERT_TRUE(now) << now.error().message;
    ended = *now;
    study = bench.open();
    EXPECT_EQ(study->counts().running, 0);
  }
  EXPECT_EQ(ended, "trials");
  ASSERT_EQ(study->trials().size(), 60u);
  std::int64_t reports = 0;
  for (const TrialRecord& trial : study->trials()) {
    EXPECT_TRUE(is_finished(trial.state));
    reports += std::ssize(trial.runs[0].reports);
  }
  EXPECT_EQ(runner.epochs_run, reports);
  EXPECT_GE(study->counts().complete, 1);
}

TEST(Study, ATrialWhoseCheckpointIsLostStartsAnewAndThatIsRecorded) {
  Bench bench, whole_bench;
  for (Bench* one : {&bench, &whole_bench}) one->options.pruner = "asha";
  FakeRunner runner, whole_runner;
  runner.lose_power = [&](const RunRequest&, std::int64_t) {  // no power is lost, but what is kept
    for (const auto& file : std::filesystem::directory_iterator(bench.folder.path()))
      EXPECT_TRUE(write_file(file.path(), "damaged"));
    return false;
  };
  auto study = bench.open(), whole_study = whole_bench.open();
  run(*study, runner);
  run(*whole_study, whole_runner);
  EXPECT_EQ(fingerprint(*study), fingerprint(*whole_study));
  EXPECT_GT(runner.epochs_run, whole_runner.epochs_run);
  const auto events = bench.store->events(study->record().id);
  const auto whole_events = whole_bench.store->events(whole_study->record().id);
  ASSERT_TRUE(events && whole_events);
  std::size_t restarted = 0;
  for (const Event& event : *events) {
    if (event.kind != "restarted") continue;
    ++restarted;
    EXPECT_GT(event.step, 0);
    EXPECT_GT(study->trials()[static_cast<std::size_t>(event.trial)].runs[0].reports.size(), 0u);
  }
  EXPECT_GT(restarted, 0u);
  for (const Event& event : *whole_events) EXPECT_NE(event.kind, "restarted");
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

/// Power is lost before a report, drawn by seed; the study is opened again each time.
class StudyInterrupted : public ::testing::TestWithParam<int> {};

TEST_P(StudyInterrupted, EndsAsTheUninterruptedStudy) {
  const auto seed = static_cast<std::uint64_t>(GetParam());
  const auto prepared = [](Bench& bench) {
    bench.options.pruner = "asha";
    bench.options.sampler = "auto";
    bench.options.trials = 25;
  };
  Bench whole_bench, broken_bench;
  prepared(whole_bench);
  prepared(broken_bench);
  FakeRunner whole_runner, broken_runner;
  auto whole_study = whole_bench.open();
  run(*whole_study, whole_runner);

  Rng rng(seed, RngPurpose::simulation, 0);
  bool lost = false;
  broken_runner.lose_power = [&](const RunRequest&, std::int64_t) { return lost = rng.uniform() < 0.15; };
  std::unique_ptr<Study> study;
  for (int starts = 0; starts < 1000; ++starts) {
    study = broken_bench.open();
    lost = false;
    RunLoopOptions options;
    options.should_stop = [&] { return lost; };
    options.tick_seconds = 1e-4;
    const auto ended = run_study(*study, broken_runner, options);
    ASSERT_TRUE(ended) << ended.error().message;
    if (*ended == "trials") break;
  }
  EXPECT_EQ(fingerprint(*study), fingerprint(*whole_study));
}
INSTANTIATE_TEST_SUITE_P(Seeds, StudyInterrupted, ::testing::Range(0, 10));

/// Every field that a store keeps.
std::string everything(const TrialRecord& t) {
  const Run& run = t.runs.front();
  std::string text = t.configuration.json() + t.reason + "|" + t.arm + "|" + t.why + "|" + run.token + "|" +
                     number_text(t.seconds) + " " + std::to_string(run.seed);
  for (const std::int64_t whole : {t.number, static_cast<std::int64_t>(t.state), static_cast<std::int64_t>(t.origin),
                                   t.attempt, t.seen, t.asked, t.finished, t.changed, t.until_step, t.started_ms,
                                   run.index, run.attempt, static_cast<std::int64_t>(run.state)})
    text += " " + std::to_string(whole);
  for (const std::vector<double>& numbers : {t.point, t.values, t.constraints, run.values})
    for (const double x : numbers) text += " " + number_text(x);
  for (const Report& report : run.reports) text += " " + std::to_string(report.step) + ":" + number_text(report.value);
  return text;
}

/// A study applies its own changes to its own copy. That copy must be what a newcomer reads, with several threads and
/// with another process (here: another study object on a connection of its own) changing the study in between.
TEST(Study, ItsCopyIsWhatTheStoreKeeps) {
  for (const std::int64_t jobs : {1, 3}) {
    Bench bench;
    const std::string url = "sqlite:///" + (bench.folder.path() / "study.db").string();
    bench.options.pruner = "asha";
    bench.options.trials = 25;
    bench.store = std::move(*open_store(url, true));
    auto study = bench.open();
    const auto other_store = std::move(*open_store(url, false));
    auto other = std::move(*Study::open(*other_store, wanted(*bench.space), bench.space, bench.options));

    FakeRunner runner, other_runner;
    runner.fails = other_runner.fails = [](const RunRequest& request) { return request.trial % 6 == 5; };
    runner.lose_power = [](const RunRequest& request, std::int64_t step) {
      return request.from_step == 0 && request.trial % 5 == 4 && step == 1;
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

TEST(Study, HandsRunningTrialsBackWhenStopped) {
  Bench bench;
  FakeRunner runner;
  auto study = bench.open();
  RunLoopOptions options;
  std::int64_t ticks = 0;
  options.should_stop = [&] { return ++ticks > 0; };
  options.tick_seconds = 0;
  bench.options.trials = 100000;
  study = bench.open();
  const auto ended = run_study(*study, runner, options);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, "stopped");
  EXPECT_EQ(study->counts().running, 0);
  EXPECT_FALSE(interrupted());
}

}  // namespace
}  // namespace hone
