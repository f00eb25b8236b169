// Studies that are stopped, watched, or lose what they kept, and go on as if nothing had happened.
#include <gtest/gtest.h>

#include <atomic>

#include "base/interrupt.hpp"
#include "base/rng.hpp"
#include "engine/bench.hpp"
#include "engine/fake_runner.hpp"
#include "simulation_seeds.hpp"

namespace hone {
namespace {

/// Power is lost before reports, drawn by seed; the study is opened again each time.
TEST(StoppedStudy, EndsAsTheUninterruptedOne) {
  const auto prepared = [](Bench& bench) {
    bench.options.pruner = "asha";
    bench.options.sampler = "auto";
    bench.options.trials = 25;
  };
  Bench whole_bench;
  prepared(whole_bench);
  FakeRunner whole_runner;
  auto whole_study = whole_bench.open();
  run(*whole_study, whole_runner);
  const std::string expected = fingerprint(*whole_study);

  for (std::uint64_t seed = 0; seed < simulation_seeds(10); ++seed) {
    Bench bench;
    prepared(bench);
    FakeRunner runner;
    Rng rng(seed, RngPurpose::simulation, 0);
    std::atomic<bool> lost = false;
    runner.lose_power = [&](const RunRequest&, std::int64_t) { return lost = rng.uniform() < 0.15; };
    std::unique_ptr<Study> study;
    for (int starts = 0; starts < 1000; ++starts) {
      study = bench.open();
      lost = false;
      RunLoopOptions options;
      options.should_stop = [&] { return lost.load(); };
      options.tick_seconds = 1e-4;
      const auto ended = run_study(*study, runner, options);
      ASSERT_TRUE(ended) << ended.error().message;
      if (*ended == "trials") break;
    }
    ASSERT_EQ(fingerprint(*study), expected) << "seed " << seed;
  }
}

/// Who watches sees a study that makes sense at every moment; stopped now and then, nothing is lost or done twice.
TEST(StoppedStudy, ManyWorkersWatchedAndStopped) {
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

TEST(StoppedStudy, ATrialWhoseCheckpointIsLostStartsAnewAndThatIsRecorded) {
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

TEST(StoppedStudy, HandsRunningTrialsBackWhenStopped) {
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
