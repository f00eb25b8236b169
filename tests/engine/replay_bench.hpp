// Studies in a file that are replayed, and edited before; runs that let other threads in.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/rng.hpp"
#include "engine/bench.hpp"
#include "engine/fake_runner.hpp"
#include "engine/replay.hpp"

namespace hone {

inline constexpr std::string_view kernel = "test kernels";

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

inline std::string listed(const ReplayOutcome& outcome) {
  std::string text;
  for (const ReplayDifference& difference : outcome.differences)
    text += "trial " + std::to_string(difference.trial) + " revision " + std::to_string(difference.revision) + ": " +
            difference.what + "\n";
  return text;
}

inline void expect_same(const ReplayOutcome& outcome, std::int64_t trials) {
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

}  // namespace hone
