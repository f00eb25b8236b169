// kill -9 at any moment, the final training included: the study ends as the one that was never killed.
//
// Moments are drawn by seed and counted in progress (commits to the database, phases), not in seconds, so that a slow
// machine sees the same test. A start that was too fast for its killer is taken back: the folder is put back as it was
// before, and the next draw is shorter. So every start is either killed or repeated, and none depends on luck.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "cli/process.hpp"
#include "cli/snapshot.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kills_wanted = 54;
constexpr int kills_in_final_wanted = 14;
constexpr int rows = 1000;

std::vector<std::string> fit_arguments(std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"fit",      "data.csv", "--target",   "label", "-j",      "1",
                                    "--trials", "16",       "--epochs",   "9",     "--seed",  "5",
                                    "--out",    "result",   "--ensemble", "2",     "--study", "s"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Counts the commits to folder/hone.db by a counter that SQLite keeps in the log's index. It only chooses moments.
class CommitCounter {
 public:
  explicit CommitCounter(fs::path folder) : index_(std::move(folder) / "hone.db-shm"), last_(read()) {}
  int count() {
    if (const std::uint32_t now = read(); now != last_) {
      last_ = now;
      ++count_;
    }
    return count_;
  }

 private:
  std::uint32_t read() const {
    std::uint32_t counter = 0;
    std::ifstream file(index_, std::ios::binary);
    file.seekg(8);
    file.read(reinterpret_cast<char*>(&counter), sizeof counter);
    return file ? counter : 0;
  }
  fs::path index_;
  std::uint32_t last_;
  int count_ = 0;
};

/// Where a process is to be killed: after so many commits, or in its final training; then so much later.
struct Moment {
  bool in_final = false;
  int commits = 0;
  microseconds later{0};
};

class KillTest : public testing::Test {
 protected:
  /// Waits for the moment and kills. False if the process had ended by itself.
  static bool kill_at(Process& process, const fs::path& folder, const Moment& moment) {
    CommitCounter commits(folder);
    const auto reached = [&] {
      if (moment.in_final) return process.err().find("final training") != std::string::npos;
      return commits.count() >= moment.commits;
    };
    bool ended = false;
    while (!ended && !reached()) ended = process.wait_for(microseconds(200));
    if (!ended) ended = process.wait_for(moment.later);
    if (ended) return false;
    process.signal(SIGKILL);
    return process.wait() == 128 + SIGKILL;
  }
  /// Sends `number` in the middle of the final training; false if it had ended by then.
  static bool signal_in_final(Process& process, int number) {
    while (process.err().find("final training") == std::string::npos)
      if (process.wait_for(microseconds(200))) return false;
    process.signal(number);
    return process.wait() != 0;
  }
  static void copy(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  static bool finished(const fs::path& folder) {
    const auto store = open_store("sqlite:///" + (folder / "snapshot" / "hone.db").string(), false);
    return store && (*store)->attribute((*store)->find_study("s")->value().id, "final")->has_value();
  }
  static std::string model_of(const fs::path& folder) {
    return read_file(folder / "result" / "model.hone").value_or("missing");
  }
  /// The result as a program reads it, without durations and overhead.
  static std::string result_of(const fs::path& folder, std::vector<std::string> words) {
    words.insert(words.end(), {"-f", "json"});
    const Ran ran = run_hone(folder, words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_NE(ran.err.find("the study is finished"), std::string::npos) << ran.err;
    std::string kept;
    for (const std::string& line : split(ran.out, ','))
      if (line.find("seconds") == std::string::npos && line.find("overhead") == std::string::npos) kept += line + '\n';
    return kept;
  }
  static void expect_equal(const fs::path& killed, const fs::path& whole,
                           const std::vector<std::string>& words = fit_arguments()) {
    const auto ours = trials_now(killed, "s"), theirs = trials_now(whole, "s");
    ASSERT_TRUE(ours && theirs);
    ASSERT_EQ(ours->size(), theirs->size());
    for (std::size_t i = 0; i < ours->size(); ++i) EXPECT_EQ(outcome_text((*ours)[i]), outcome_text((*theirs)[i]));
    EXPECT_EQ(result_of(killed, words), result_of(whole, words));
    EXPECT_TRUE(model_of(killed) == model_of(whole)) << "the models differ";
    for (const auto& file : fs::recursive_directory_iterator(killed))
      EXPECT_EQ(file.path().string().find(".tmp"), std::string::npos) << "left behind: " << file.path();
  }
};

TEST_F(KillTest, FiftyTimesAndTheStudyEndsAsTheUnkilledOne) {
  const TemporaryFolder folder;
  const fs::path whole = folder.path() / "whole", killed = folder.path() / "killed", before = folder.path() / "before";
  fs::create_directories(whole);
  write_small_classification(whole / "data.csv", rows);
  copy(whole, killed);
  microseconds final_takes{0};
  {
    Process reference(whole, fit_arguments());
    while (!reference.wait_for(milliseconds(1)) && reference.err().find("final training") == std::string::npos) {
    }
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(reference.wait(), 0) << reference.err();
    final_takes = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  }

  Rng rng(2026, RngPurpose::simulation, 0);
  const auto below = [&](microseconds limit) {
    return microseconds(static_cast<std::int64_t>(static_cast<double>(limit.count()) * rng.uniform()));
  };
  std::vector<TrialRecord> known;
  int kills = 0, finals = 0, taken_back = 0, without_progress = 0;
  bool search_is_over = false;
  std::uint32_t commits_below = 8;
  microseconds final_below = final_takes;
  while (kills < kills_wanted || finals < kills_in_final_wanted) {
    Moment moment;
    moment.in_final = search_is_over || kills >= kills_wanted - kills_in_final_wanted;
    if (moment.in_final)
      moment.later = below(final_below);
    else
      moment = {false, static_cast<int>(rng.below(commits_below)), below(milliseconds(15))};
    copy(killed, before);
    Process process(killed, fit_arguments());
    if (!kill_at(process, killed, moment)) {
      ASSERT_EQ(process.wait(), 0) << process.err();
      ASSERT_LT(++taken_back, 40) << "the killer is always too late";
      copy(before, killed);
      if (moment.in_final)
        final_below /= 2;
      else
        search_is_over = true;  // so few commits were left; the final training takes the rest of the kills
      continue;
    }
    const bool in_final = process.err().find("final training") != std::string::npos;
    ++kills;
    if (in_final) ++finals;

    auto now = trials_now(killed, "s");
    ASSERT_TRUE(now) << now.error().message;
    ASSERT_EQ(lost(known, *now), "") << "after kill " << kills;
    const auto work = [](const std::vector<TrialRecord>& trials) {
      std::size_t sum = trials.size();
      for (const TrialRecord& trial : trials) sum += trial.runs[0].reports.size() + (is_finished(trial.state) ? 1 : 0);
      return sum;
    };
    // A training that starts from its beginning again and again never ends: let it run for longer.
    without_progress = work(*now) > work(known) ? 0 : without_progress + 1;
    if (!in_final) commits_below = without_progress >= 3 ? commits_below * 2 : 8;
    // Killed after the result was recorded: that is the end, which must be right; the test goes on from before it.
    if (in_final && finished(killed)) {
      EXPECT_TRUE(model_of(killed) == model_of(whole));
      copy(before, killed);
      final_below /= 2;
      continue;
    }
    known = std::move(*now);
  }
  RecordProperty("kills", kills);
  RecordProperty("kills_in_final", finals);
  RecordProperty("taken_back", taken_back);

  const Ran last = run_hone(killed, fit_arguments());
  ASSERT_EQ(last.code, 0) << last.err;
  const auto end = trials_now(killed, "s");
  ASSERT_TRUE(end);
  EXPECT_EQ(lost(known, *end), "");
  fs::remove_all(killed / "snapshot");
  expect_equal(killed, whole);
}

/// Without a pruner the unkilled study reads no checkpoint at all; the killed one goes on from each it has written.
TEST_F(KillTest, AfterEachCheckpointItGoesOnAsIfNothingHadHappened) {
  const TemporaryFolder folder;
  const fs::path whole = folder.path() / "whole", killed = folder.path() / "killed";
  fs::create_directories(whole);
  write_small_classification(whole / "data.csv", 2000);
  copy(whole, killed);
  auto words = fit_arguments({"--pruner", "none"});
  words[7] = "3";
  ASSERT_EQ(run_hone(whole, words).code, 0);

  std::set<std::string> seen;
  int kills = 0;
  for (;;) {
    Process process(killed, words);
    const auto new_checkpoint = [&] {
      std::error_code error;
      for (fs::recursive_directory_iterator at(killed / "hone.db.files", error), end; !error && at != end;
           at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.ends_with(".checkpoint") && seen.insert(name).second) return true;
      }
      return false;
    };
    bool ended = false;
    while (!ended && !new_checkpoint()) ended = process.wait_for(microseconds(500));
    if (ended) {
      ASSERT_EQ(process.wait(), 0) << process.err();
      break;
    }
    process.signal(SIGKILL);
    if (process.wait() == 128 + SIGKILL) ++kills;
    ASSERT_LT(kills, 200);
  }
  EXPECT_GE(kills, 1) << "a training shorter than the rhythm of saving shows nothing";
  RecordProperty("kills", kills);
  expect_equal(killed, whole, words);
}

TEST_F(KillTest, CtrlCSavesAndTheSameCommandGoesOn) {
  const TemporaryFolder folder;
  const fs::path whole = folder.path() / "whole", stopped = folder.path() / "stopped";
  fs::create_directories(whole);
  write_small_classification(whole / "data.csv", rows);
  copy(whole, stopped);
  ASSERT_EQ(run_hone(whole, fit_arguments()).code, 0);
  for (int interruptions = 0; interruptions < 6; ++interruptions) {
    Process process(stopped, fit_arguments());
    CommitCounter commits(stopped);
    while (commits.count() < 5 + interruptions) ASSERT_FALSE(process.wait_for(microseconds(200))) << process.err();
    process.signal(interruptions % 2 == 0 ? SIGINT : SIGTERM);
    ASSERT_EQ(process.wait(), 130) << process.err();
    EXPECT_NE(process.err().find("everything is saved"), std::string::npos) << process.err();
  }
  ASSERT_EQ(run_hone(stopped, fit_arguments()).code, 0);
  expect_equal(stopped, whole);
}

TEST_F(KillTest, CtrlCInTheFinalTrainingSavesToo) {
  const TemporaryFolder folder;
  const fs::path whole = folder.path() / "whole", stopped = folder.path() / "stopped";
  fs::create_directories(whole);
  write_small_classification(whole / "data.csv", rows);
  ASSERT_EQ(run_hone(whole, fit_arguments()).code, 0);
  fs::remove_all(whole / "result");  // so that the final training is all that is left to do
  copy(whole, stopped);
  for (int attempt = 0; attempt < 20; ++attempt) {
    Process process(stopped, fit_arguments());
    if (!signal_in_final(process, SIGINT)) {  // it was faster than the signal
      copy(whole, stopped);
      continue;
    }
    EXPECT_NE(process.err().find("everything is saved"), std::string::npos) << process.err();
    ASSERT_EQ(run_hone(stopped, fit_arguments()).code, 0);
    ASSERT_EQ(run_hone(whole, fit_arguments()).code, 0);
    expect_equal(stopped, whole);
    return;
  }
  FAIL() << "the signal always came too late";
}

}  // namespace
}  // namespace hone
