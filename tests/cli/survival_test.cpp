// What a study survives besides kill -9: a full disk, an impatient user, somebody who removes studies.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/process.hpp"
#include "cli/snapshot.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;

const std::vector<std::string> fit_words = {"fit",      "data.csv", "--target",   "label", "-j",      "1",
                                            "--trials", "12",       "--epochs",   "9",     "--study", "s",
                                            "--out",    "out",      "--ensemble", "1"};

/// A shell that lets no file grow above so many blocks of 512 bytes.
std::vector<std::string> limited(int blocks) {
  return {"/bin/sh", "-c", fmt::format("ulimit -f {}; exec \"$@\"", blocks), "sh"};
}

struct Folder : TemporaryFolder {
  explicit Folder(int rows = 600) { write_small_classification(path() / "data.csv", rows); }
};

void expect_equal_trials(const fs::path& one, const fs::path& other) {
  const auto ours = trials_now(one, "s"), theirs = trials_now(other, "s");
  ASSERT_TRUE(ours && theirs);
  ASSERT_EQ(ours->size(), theirs->size());
  for (std::size_t i = 0; i < ours->size(); ++i) EXPECT_EQ(outcome_text((*ours)[i]), outcome_text((*theirs)[i]));
}

TEST(Survival, AFullDiskIsAnErrorAndLosesNothing) {
  const Folder whole, full;
  ASSERT_EQ(run_hone(whole.path(), fit_words).code, 0);
  std::vector<TrialRecord> known;
  int failures = 0;
  for (int blocks = 150; blocks <= 2000; blocks += 50) {  // a little more space each time
    const Ran ran = run_hone(full.path(), fit_words, limited(blocks));
    const auto now = trials_now(full.path(), "s");
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_EQ(lost(known, *now), "");
    known = *now;
    if (ran.code == 0) break;
    ++failures;
    EXPECT_EQ(ran.code, known.empty() ? 2 : 1) << ran.err;
    EXPECT_NE(ran.err.find("hone: "), std::string::npos) << ran.err;
    EXPECT_TRUE(ran.err.find("full") != std::string::npos || ran.err.find("too large") != std::string::npos) << ran.err;
  }
  EXPECT_GE(failures, 2);
  const Ran last = run_hone(full.path(), fit_words);
  EXPECT_EQ(last.code, 0) << last.err;
  expect_equal_trials(full.path(), whole.path());
}

TEST(Survival, CtrlCAgainAndAgain) {
  const Folder whole, stopped;
  ASSERT_EQ(run_hone(whole.path(), fit_words).code, 0);
  for (int start = 0; start < 4; ++start) {
    Process process(stopped.path(), fit_words);
    while (process.err().find("search") == std::string::npos)
      ASSERT_FALSE(process.wait_for(microseconds(200))) << process.err();
    process.signal(SIGINT);
    while (!process.wait_for(microseconds(100 + 400 * start))) process.signal(SIGINT);
    EXPECT_EQ(process.wait(), 130) << process.err();
  }
  ASSERT_EQ(run_hone(stopped.path(), fit_words).code, 0);
  expect_equal_trials(stopped.path(), whole.path());
}

TEST(Survival, AStudyInItsFinalTrainingIsNotRemoved) {
  const Folder folder(4000);
  auto words = fit_words;
  words[7] = "1";
  Process process(folder.path(), words);
  while (process.err().find("final training") == std::string::npos)
    ASSERT_FALSE(process.wait_for(microseconds(200))) << process.err();
  process.signal(SIGSTOP);  // there it stays as long as this test needs it
  const Ran refused = run_hone(folder.path(), {"study", "rm", "s"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find(fmt::format("process {} (", process.id())), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("Ctrl-C"), std::string::npos) << refused.err;
  words.emplace_back("--fresh");
  const Ran fresh = run_hone(folder.path(), words);
  EXPECT_EQ(fresh.code, 2);
  EXPECT_NE(fresh.err.find(fmt::format("process {} (", process.id())), std::string::npos) << fresh.err;
  EXPECT_EQ(trials_now(folder.path(), "s")->size(), 1u);
  process.signal(SIGCONT);
  EXPECT_EQ(process.wait(), 0) << process.err();
  const Ran best = run_hone(folder.path(), {"study", "best", "s"});
  EXPECT_EQ(best.code, 0) << best.err;
  EXPECT_EQ(best.out.find("measurement"), std::string::npos) << "one trial was not picked among several: " << best.out;
  const Ran removed = run_hone(folder.path(), {"study", "rm", "s"});
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_FALSE(fs::exists(folder.path() / "hone.db.files"));
}

TEST(Survival, AStudyInMemoryLeavesNothingBehind) {
  const Folder folder;
  auto words = fit_words;
  words.insert(words.end(), {"--storage", "memory://"});
  Process process(folder.path(), words);
  EXPECT_EQ(process.wait(), 0) << process.err();
  EXPECT_FALSE(fs::exists(fs::temp_directory_path() / fmt::format("hone-{}", process.id())));
  EXPECT_FALSE(fs::exists(folder.path() / "hone.db"));
}

}  // namespace
}  // namespace hone
