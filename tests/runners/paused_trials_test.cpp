// Paused trials in memory: handed out as they came, spilled beyond the limit, oldest first, whoever pauses them.
#include "runners/paused_trials.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "nn/activation.hpp"
#include "temporary_folder.hpp"
#include "trial/runner.hpp"

namespace hone {
namespace {

/// A trainer of one column and its data.
struct Small {
  Features features;
  Targets targets;
  NetworkSpec spec;
  Small() {
    features.rows = 8;
    features.dense_width = spec.dense_width = 1;
    for (int i = 0; i < 8; ++i) {
      features.dense.push_back(static_cast<float>(i));
      targets.labels.push_back(i % 2);
    }
    spec.activation = *find_activation("relu");
    spec.outputs = 2;
  }
  std::unique_ptr<Trainer> trainer(std::int64_t trial) const {
    auto made = Trainer::create(spec, {}, {1, static_cast<std::uint32_t>(trial), 0}, features, targets);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  std::size_t bytes() const { return trainer(0)->state().bytes(); }
  PausedTrial paused(std::int64_t trial, std::int64_t step, const std::filesystem::path& folder) const {
    PausedTrial one;
    one.trial = trial;
    one.step = step;
    one.key = key(trial);
    one.progress = {0.5 + static_cast<double>(trial), step};
    one.state = trainer(trial)->release();
    one.due_seconds = 0.125;
    one.checkpoints = folder;
    return one;
  }
  static std::uint64_t key(std::int64_t trial) { return 100 + static_cast<std::uint64_t>(trial); }
};

bool has_file(const std::filesystem::path& folder, std::int64_t trial, std::int64_t step) {
  return std::filesystem::exists(checkpoint_file(folder, trial, step));
}

TEST(PausedTrials, AreHandedOutAsTheyCame) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf;
  PausedTrial one = small.paused(3, 9, folder.path());
  const float* const arena = one.state.arena.data();
  ASSERT_TRUE(shelf.put(std::move(one)));
  EXPECT_EQ(shelf.bytes(), small.bytes());
  EXPECT_FALSE(shelf.take(2, Small::key(3)));
  EXPECT_FALSE(shelf.take(3, Small::key(2)));
  const auto taken = shelf.take(3, Small::key(3));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->state.arena.data(), arena);
  EXPECT_EQ(taken->step, 9);
  EXPECT_EQ(taken->progress.best_value, 3.5);
  EXPECT_EQ(taken->progress.best_epoch, 9);
  EXPECT_EQ(taken->due_seconds, 0.125);
  EXPECT_FALSE(shelf.take(3, Small::key(3))) << "only once";
  EXPECT_EQ(shelf.bytes(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(PausedTrials, BeyondTheLimitTheOldestGoToTheirFolder) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf(3 * small.bytes());
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    ASSERT_TRUE(shelf.put(small.paused(trial, 2, folder.path())));
    EXPECT_LE(shelf.bytes(), 3 * small.bytes());
  }
  for (std::int64_t trial = 0; trial < 5; ++trial) {
    EXPECT_EQ(has_file(folder.path(), trial, 2), trial < 2) << trial;
    const auto trainer = small.trainer(trial);
    if (trial < 2) {
      EXPECT_FALSE(shelf.take(trial, Small::key(trial)));
      const auto read = read_checkpoint(checkpoint_file(folder.path(), trial, 2), Small::key(trial), *trainer);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->best_value, 0.5 + static_cast<double>(trial));
      EXPECT_EQ(trainer->checkpoint(), small.trainer(trial)->checkpoint());
    } else {
      EXPECT_TRUE(shelf.take(trial, Small::key(trial)));
    }
  }
}

TEST(PausedTrials, OneThatIsLargerThanTheLimitGoesToItsFolderAtOnce) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf(small.bytes() - 1);
  ASSERT_TRUE(shelf.put(small.paused(1, 4, folder.path())));
  EXPECT_EQ(shelf.bytes(), 0u);
  EXPECT_TRUE(has_file(folder.path(), 1, 4));
  ASSERT_TRUE(shelf.put(small.paused(1, 8, folder.path())));
  EXPECT_TRUE(has_file(folder.path(), 1, 8));
  EXPECT_FALSE(has_file(folder.path(), 1, 4)) << "an older file goes";
  EXPECT_TRUE(shelf.put(small.paused(2, 4, ""))) << "without a folder it is lost";
}

TEST(PausedTrials, AFolderThatCannotBeWrittenIsSaid) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf(0);
  const auto put = shelf.put(small.paused(1, 4, folder.path() / "missing"));
  ASSERT_FALSE(put);
  EXPECT_NE(put.error().message.find("missing"), std::string::npos);
  EXPECT_FALSE(shelf.take(1, Small::key(1))) << "and does not wait for ever";
}

TEST(PausedTrials, SaveWritesThoseThatGoOnAndForgetsAll) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf;
  for (std::int64_t trial = 0; trial < 4; ++trial) ASSERT_TRUE(shelf.put(small.paused(trial, 2, folder.path())));
  ASSERT_TRUE(shelf.put(small.paused(1, 6, folder.path())));
  EXPECT_EQ(shelf.bytes(), 4 * small.bytes()) << "a later pause takes the place of an earlier one";
  const std::vector<std::int64_t> going_on = {1, 3, 17};
  ASSERT_TRUE(shelf.save(going_on));
  EXPECT_EQ(shelf.bytes(), 0u);
  EXPECT_TRUE(has_file(folder.path(), 1, 6) && has_file(folder.path(), 3, 2));
  EXPECT_FALSE(has_file(folder.path(), 1, 2) || has_file(folder.path(), 0, 2) || has_file(folder.path(), 2, 2));
}

/// Pauses and resumes from many threads with room for a few: each state is found, in memory or as a file.
TEST(PausedTrials, ManyWorkersLoseNothing) {
  const Small small;
  const TemporaryFolder folder;
  PausedTrials shelf(5 * small.bytes());
  constexpr std::int64_t threads = 4, rounds = 60, trials = 4;
  std::vector<int> in_memory(threads), as_file(threads), lost(threads);
  {
    std::vector<std::jthread> workers;
    for (std::int64_t t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        const auto at = static_cast<std::size_t>(t);
        for (std::int64_t round = 0; round < rounds; ++round) {
          for (std::int64_t i = 0; i < trials; ++i)
            lost[at] += shelf.put(small.paused(t * trials + i, round + 1, folder.path())) ? 0 : 1;
          for (std::int64_t i = 0; i < trials; ++i) {
            const std::int64_t trial = t * trials + i;
            const auto trainer = small.trainer(trial);
            const auto file = checkpoint_file(folder.path(), trial, round + 1);
            if (const auto taken = shelf.take(trial, Small::key(trial)))
              taken->step == round + 1 ? ++in_memory[at] : ++lost[at];
            else
              read_checkpoint(file, Small::key(trial), *trainer) ? ++as_file[at] : ++lost[at];
          }
        }
      });
  }
  int found = 0, files = 0;
  for (std::size_t t = 0; t < threads; ++t) {
    EXPECT_EQ(lost[t], 0);
    found += in_memory[t] + as_file[t];
    files += as_file[t];
  }
  EXPECT_EQ(found, threads * rounds * trials);
  EXPECT_EQ(shelf.bytes(), 0u);
  RecordProperty("files", files);
}

}  // namespace
}  // namespace hone
