#include "runners/native_network.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "base/files.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

/// Remembers every report and answers as told.
class Recorder final : public RunObserver {
 public:
  std::vector<Report> reports;
  std::function<Decision(std::int64_t step)> answer;
  Result<Decision> report(std::size_t, std::int64_t step, std::span<const double> values) override {
    reports.push_back({step, values[0]});
    return answer ? answer(step) : Decision::go_on;
  }
};

struct Bench {
  TemporaryFolder folder;
  std::unique_ptr<Dataset> dataset;
  const Metric* metric = nullptr;

  explicit Bench(Task task = Task::classification) {
    const auto path = folder.path() / "data.csv";
    DataOptions options;
    options.path = path.string();
    if (task == Task::classification) {
      write_small_classification(path, 600);
      options.target = "label";
    } else {
      write_small_regression(path, 600);
      options.target = "y";
    }
    auto loaded = load_dataset(options);
    EXPECT_TRUE(loaded) << loaded.error().message;
    dataset = std::move(*loaded);
    metric = *find_metric("", dataset->target());
  }

  RunRequest request(std::int64_t trial = 3) const {
    RunRequest request;
    request.trial = trial;
    request.study_seed = 17;
    request.configuration.set("learning_rate", 0.01);
    request.configuration.set("units", std::int64_t{24});
    request.configuration.set("batch", std::int64_t{32});
    request.configuration.set("dropout", 0.1);
    request.max_step = 12;
    request.checkpoints = folder.path();
    return request;
  }
  /// By a runner of its own: what is paused is found as a file, as after the end of a process.
  RunOutcome run(const RunRequest& request, Recorder& recorder) const {
    NativeNetworkRunner runner(*dataset, {}, *metric);
    const RunOutcome outcome = run(runner, request, recorder);
    EXPECT_TRUE(runner.save_paused(std::vector<std::int64_t>{request.trial}));
    return outcome;
  }
  RunOutcome run(NativeNetworkRunner& runner, const RunRequest& request, Recorder& recorder) const {
    auto outcomes = runner.run({&request, 1}, recorder);
    EXPECT_TRUE(outcomes) << outcomes.error().message;
    return outcomes ? outcomes->front() : RunOutcome{};
  }
};

TEST(NativeNetwork, LearnsAndReportsEveryEpoch) {
  const Bench bench;
  Recorder recorder;
  const RunOutcome outcome = bench.run(bench.request(), recorder);
  EXPECT_EQ(outcome.state, TrialState::complete);
  ASSERT_EQ(recorder.reports.size(), 12u);
  double best = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(recorder.reports[i].step, static_cast<std::int64_t>(i + 1));
    best = std::max(best, recorder.reports[i].value);
  }
  EXPECT_EQ(outcome.values.at(0), best);
  EXPECT_GT(best, 0.8);
}

TEST(NativeNetwork, PausedAtAnyStepAndResumedGivesTheSameReports) {
  for (const Task task : {Task::classification, Task::regression}) {
    const Bench bench(task);
    Recorder whole;
    const RunOutcome reference = bench.run(bench.request(), whole);
    for (std::int64_t pause = 1; pause < 12; pause += 3) {
      Recorder first, second;
      first.answer = [&](std::int64_t step) { return step == pause ? Decision::pause : Decision::go_on; };
      EXPECT_EQ(bench.run(bench.request(), first).state, TrialState::paused);
      RunRequest rest = bench.request();
      rest.from_step = pause;
      const RunOutcome outcome = bench.run(rest, second);
      EXPECT_FALSE(outcome.started_anew);
      std::vector<Report> joined = first.reports;
      joined.insert(joined.end(), second.reports.begin(), second.reports.end());
      EXPECT_EQ(joined, whole.reports) << "paused at " << pause;
      EXPECT_EQ(outcome.values, reference.values);
    }
  }
}

/// From memory, spilled beyond the limit, from a file of an earlier process, or with nothing left: the same bits.
TEST(NativeNetwork, WhereverThePausedStateWasTheReportsAreTheSame) {
  enum class Where { memory, spilled, file, nowhere };
  for (const Task task : {Task::classification, Task::regression}) {
    for (const Where where : {Where::memory, Where::spilled, Where::file, Where::nowhere}) {
      const Bench bench(task);
      Recorder whole;
      const RunOutcome reference = bench.run(bench.request(), whole);
      const auto limit = where == Where::spilled ? std::size_t{0} : paused_bytes_max;
      auto runner = std::make_unique<NativeNetworkRunner>(*bench.dataset, Configuration{}, *bench.metric, limit);
      Recorder recorder;
      recorder.answer = [](std::int64_t step) { return step % 4 == 0 ? Decision::pause : Decision::go_on; };
      RunRequest request = bench.request();
      // No folder: what goes on without one goes on from memory.
      if (where == Where::memory) request.checkpoints.clear();
      RunOutcome outcome = bench.run(*runner, request, recorder);
      for (std::int64_t pauses = 1; outcome.state == TrialState::paused; ++pauses) {
        ASSERT_LE(pauses, 2);
        ASSERT_EQ(outcome.step, 4 * pauses);
        if (where == Where::file) {
          ASSERT_TRUE(runner->save_paused(std::vector<std::int64_t>{request.trial}));
          ASSERT_TRUE(std::filesystem::exists(checkpoint_file(bench.folder.path(), request.trial, outcome.step)));
        }
        if (where == Where::file || where == Where::nowhere)
          runner = std::make_unique<NativeNetworkRunner>(*bench.dataset, Configuration{}, *bench.metric);
        request.reported_step = outcome.step;
        if (where == Where::nowhere) {
          remove_checkpoints(bench.folder.path(), request.trial, 0);
          recorder.reports.clear();
          recorder.answer = nullptr;  // its reports up to there are known, and nobody decides about them again
        }
        outcome = bench.run(*runner, request, recorder);
        EXPECT_EQ(outcome.started_anew, where == Where::nowhere);
      }
      EXPECT_EQ(recorder.reports, whole.reports) << static_cast<int>(where);
      EXPECT_EQ(outcome.values, reference.values);
    }
  }
}

/// Another process went on with the trial, further than the state in memory; or the store forgot reports in a loss of
/// power: neither makes a hole in the reports.
TEST(NativeNetwork, AStateInMemoryThatIsNotTheLastOneIsNotUsed) {
  const Bench bench;
  Recorder whole;
  bench.run(bench.request(), whole);
  const auto paused_at = [](std::int64_t pause) {
    Recorder recorder;
    recorder.answer = [pause](std::int64_t step) { return step == pause ? Decision::pause : Decision::go_on; };
    return recorder;
  };
  NativeNetworkRunner ours(*bench.dataset, {}, *bench.metric);
  Recorder recorder = paused_at(4);
  ASSERT_EQ(bench.run(ours, bench.request(), recorder).state, TrialState::paused);
  Recorder theirs = paused_at(8);
  ASSERT_EQ(bench.run(bench.request(), theirs).state, TrialState::paused);

  RunRequest request = bench.request();
  request.from_step = request.reported_step = 8;
  Recorder rest;
  EXPECT_FALSE(bench.run(ours, request, rest).started_anew);
  EXPECT_EQ(rest.reports, std::vector<Report>(whole.reports.begin() + 8, whole.reports.end()));

  recorder = paused_at(4);
  ASSERT_EQ(bench.run(ours, bench.request(), recorder).state, TrialState::paused);
  remove_checkpoints(bench.folder.path(), request.trial, 0);
  request.from_step = 0;
  request.reported_step = 2;
  Recorder anew;
  bench.run(ours, request, anew);
  EXPECT_EQ(anew.reports, whole.reports);
}

/// Four workers pause and resume trials of one runner that has room for one or two: each gets its own state back.
TEST(NativeNetwork, ManyWorkersPauseAndResume) {
  const Bench bench;
  constexpr std::int64_t trials = 8;
  std::vector<Recorder> whole(trials), ours(trials);
  for (std::int64_t t = 0; t < trials; ++t) bench.run(bench.request(t), whole[static_cast<std::size_t>(t)]);
  NativeNetworkRunner runner(*bench.dataset, {}, *bench.metric, 40'000);
  std::vector<std::int64_t> steps(trials);
  for (std::int64_t rung = 3; rung <= 12; rung += 3) {
    std::vector<std::jthread> workers;
    for (std::int64_t worker = 0; worker < 4; ++worker)
      workers.emplace_back([&, worker] {
        for (std::int64_t t = worker; t < trials; t += 4) {
          const auto at = static_cast<std::size_t>(t);
          RunRequest request = bench.request(t);
          request.reported_step = steps[at];
          ours[at].answer = [rung](std::int64_t step) { return step == rung ? Decision::pause : Decision::go_on; };
          steps[at] = bench.run(runner, request, ours[at]).step;
        }
      });
  }
  for (std::size_t t = 0; t < trials; ++t) EXPECT_EQ(ours[t].reports, whole[t].reports) << t;
}

TEST(NativeNetwork, ACheckpointThatIsNotItsOwnStartsAnewAndSaysSo) {
  const Bench bench;
  Recorder whole;
  bench.run(bench.request(), whole);
  const auto paused = [&](std::int64_t trial) {  // the content of its checkpoint after step 4
    Recorder recorder;
    recorder.answer = [](std::int64_t step) { return step == 4 ? Decision::pause : Decision::go_on; };
    EXPECT_EQ(bench.run(bench.request(trial), recorder).state, TrialState::paused);
    return *read_file(checkpoint_file(bench.folder.path(), trial, 4));
  };
  const std::string good = paused(3);
  std::string flipped = good;
  flipped[flipped.size() / 2] ^= 1;
  RunRequest rest = bench.request();
  rest.from_step = 4;
  for (const std::string& bad : {flipped, good.substr(0, good.size() - 1), good.substr(0, 10), paused(2)}) {
    ASSERT_TRUE(write_file(checkpoint_file(bench.folder.path(), 3, 4), bad));
    Recorder second;
    const RunOutcome outcome = bench.run(rest, second);
    EXPECT_TRUE(outcome.started_anew) << bad.size();
    EXPECT_EQ(second.reports, whole.reports) << bad.size();
  }
  ASSERT_TRUE(write_file(checkpoint_file(bench.folder.path(), 3, 4), good));
  Recorder second;
  EXPECT_FALSE(bench.run(rest, second).started_anew);
}

TEST(NativeNetwork, StopPrunes) {
  const Bench bench;
  Recorder recorder;
  recorder.answer = [](std::int64_t step) { return step == 2 ? Decision::stop : Decision::go_on; };
  EXPECT_EQ(bench.run(bench.request(), recorder).state, TrialState::pruned);
  EXPECT_EQ(recorder.reports.size(), 2u);
}

TEST(NativeNetwork, ADivergedLossFailsWithItsCause) {
  const Bench bench(Task::regression);
  RunRequest request = bench.request();
  request.configuration.set("learning_rate", 100.0);
  request.configuration.set("optimizer", std::string("sgd"));
  Recorder recorder;
  const RunOutcome outcome = bench.run(request, recorder);
  EXPECT_EQ(outcome.state, TrialState::failed);
  EXPECT_NE(outcome.reason.find("layer"), std::string::npos) << outcome.reason;
  EXPECT_NE(outcome.reason.find("step"), std::string::npos) << outcome.reason;
}

/// Learns nothing and waits two epochs for it.
RunRequest impatient_request(const Bench& bench) {
  RunRequest request = bench.request();
  request.configuration.set("learning_rate", 1e-8);
  request.configuration.set("patience", std::int64_t{2});
  return request;
}

TEST(NativeNetwork, PatienceEndsARunEarly) {
  const Bench bench;
  const RunRequest request = impatient_request(bench);
  Recorder recorder;
  const RunOutcome outcome = bench.run(request, recorder);
  EXPECT_EQ(outcome.state, TrialState::complete);
  EXPECT_LT(recorder.reports.size(), 12u);
}

TEST(NativeNetwork, HandedBackInAnyEpochItEndsWherePatienceEndsIt) {
  const Bench bench;
  RunRequest request = impatient_request(bench);
  Recorder whole;
  const RunOutcome expected = bench.run(request, whole);
  for (std::int64_t stop = 1; stop <= static_cast<std::int64_t>(whole.reports.size()); ++stop) {
    request.from_step = 0;
    Recorder first, second;
    first.answer = [&](std::int64_t step) { return step == stop ? Decision::hand_back : Decision::go_on; };
    ASSERT_EQ(bench.run(request, first).state, TrialState::waiting);
    request.from_step = stop;
    const RunOutcome outcome = bench.run(request, second);
    EXPECT_EQ(outcome.values, expected.values);
    first.reports.insert(first.reports.end(), second.reports.begin(), second.reports.end());
    EXPECT_EQ(first.reports, whole.reports) << "handed back after epoch " << stop;
  }
}

TEST(FinalTraining, OfFoldsKeepsWhatTheLeftOutRowsLikeBest) {
  for (const Task task : {Task::classification, Task::regression}) {
    const Bench bench(task);
    FinalRequest request;
    request.study_seed = 17;
    request.trial = 3;
    request.configuration = bench.request().configuration;
    request.epochs = request.max_step = 12;
    request.folds = 4;
    request.metric = bench.metric;
    std::vector<std::int64_t> told;
    std::mutex mutex;
    request.progress = [&](std::int64_t epoch) {
      const std::scoped_lock lock(mutex);
      told.push_back(epoch);
    };
    const auto one = train_final(*bench.dataset, request);
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->members.size(), 4u);
    ASSERT_FALSE(told.empty());
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told.back(), 12);
    request.jobs = 3;
    const auto three = train_final(*bench.dataset, request);
    ASSERT_TRUE(three);
    EXPECT_EQ(three->members, one->members) << "does not depend on how many run at once";

    const auto& test = bench.dataset->final_data().test;
    const double value = bench.metric->score(one->encoder->target(), *predict(*one, test.features), test.targets);
    EXPECT_GT(bench.metric->maximize ? value : -value, bench.metric->maximize ? 0.8 : -2.0);
  }
  const Bench bench;
  FinalRequest request;
  request.epochs = request.max_step = 2;
  request.folds = 300;
  request.metric = bench.metric;
  const auto refused = train_final(*bench.dataset, request);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("300 folds of"), std::string::npos);
}

TEST(FinalTraining, IsDeterministicAndSurvivesInItsModelFile) {
  const Bench bench;
  FinalRequest request;
  request.study_seed = 17;
  request.trial = 3;
  request.configuration = bench.request().configuration;
  request.epochs = 8;
  request.max_step = 12;
  request.members = 3;
  const auto model = train_final(*bench.dataset, request), again = train_final(*bench.dataset, request);
  ASSERT_TRUE(model && again);
  EXPECT_EQ(model->members, again->members);

  ASSERT_EQ(model->members.size(), 3u);
  EXPECT_NE(model->members[0], model->members[1]);
  request.members = 1;  // the first member does not depend on how many there are
  EXPECT_EQ(train_final(*bench.dataset, request)->members[0], model->members[0]);

  const auto file = bench.folder.path() / "model.hone";
  ASSERT_TRUE(save_model(*model, file));
  const auto loaded = load_model(file);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Features& test = bench.dataset->final_data().test.features;
  EXPECT_EQ(*predict(*loaded, test), *predict(*model, test));
  std::vector<std::string> notes;
  const auto part = loaded->encoder->encode_file((bench.folder.path() / "data.csv").string(), notes);
  ASSERT_TRUE(part) << part.error().message;
  const auto scores = score_all(loaded->encoder->target(), *predict(*loaded, part->features), part->targets);
  EXPECT_GT(scores.at("accuracy"), 0.8);

  const std::string whole = *read_file(file);
  for (std::size_t cut = 0; cut < whole.size(); cut += 97) {  // every truncation and flipped bit is noticed
    ASSERT_TRUE(write_file(file, whole.substr(0, cut)));
    EXPECT_FALSE(load_model(file)) << cut;
    std::string flipped = whole;
    flipped[cut] ^= 4;
    ASSERT_TRUE(write_file(file, flipped));
    EXPECT_FALSE(load_model(file)) << cut;
  }

  // A checksum that fits does not make a header true.
  const std::size_t size_at = whole.find('\n') + 1, size_end = whole.find('\n', size_at);
  const std::string first_line = whole.substr(0, size_at), size = whole.substr(size_at, size_end - size_at);
  const std::string rest = whole.substr(size_end, whole.size() - 16 - size_end);
  const auto loads = [&](const std::string& header_size, const std::string& body) {
    const std::string content = first_line + header_size + body;
    EXPECT_TRUE(write_file(file, content + hash_text(content)));
    return load_model(file).has_value();
  };
  EXPECT_TRUE(loads(size, rest));
  for (const char* wrong : {"-1", "0", "99999999999", "many", ""}) EXPECT_FALSE(loads(wrong, rest)) << wrong;
  EXPECT_FALSE(loads(size, rest + "more weights"));
  EXPECT_FALSE(loads(size, rest.substr(0, rest.size() - 4)));
  std::string unknown = rest;
  unknown.replace(unknown.find("\"activation\""), 12, "\"activotian\"");
  EXPECT_FALSE(loads(size, unknown));
}

}  // namespace
}  // namespace hone
