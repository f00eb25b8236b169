// kill -9 at any moment, the final training included: the study ends as the one that was never killed.
#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

constexpr int kills_wanted = 50;
constexpr int kills_in_final_wanted = 8;

std::vector<std::string> fit_arguments() {
  return {"fit",      "data.csv", "--target", "label", "-j",    "1",      "--trials", "14",
          "--epochs", "9",        "--seed",   "5",     "--out", "result", "--study",  "s"};
}

/// What must be equal: all but the times.
std::string fingerprint(const std::filesystem::path& folder) {
  const Ran trials = run_hone(folder, {"study", "trials", "s", "-f", "csv"});
  EXPECT_EQ(trials.code, 0) << trials.err;
  std::string text;
  const auto lines = split(trials.out, '\n');
  const auto header = split(lines[0], ',');
  for (const std::string& line : lines) {
    const auto cells = split(line, ',');  // no field of this study needs quotes before the columns compared
    for (std::size_t i = 0; i < cells.size() && i < header.size(); ++i)
      if (header[i] != "started" && header[i] != "seconds") text += cells[i] + ' ';
    text += '\n';
  }
  return text;
}

/// The printed result without durations and overhead.
std::string result_without_times(const std::string& json) {
  std::string kept;
  for (const std::string& line : split(json, ','))
    if (line.find("seconds") == std::string::npos && line.find("overhead") == std::string::npos) kept += line + '\n';
  return kept;
}

TEST(Kill, DISABLED_FiftyTimesAndTheStudyEndsAsTheUnkilledOne) {
  TemporaryFolder whole, killed;
  write_small_classification(whole.path() / "data.csv", 1500);
  write_small_classification(killed.path() / "data.csv", 1500);
  const Ran reference = run_hone(whole.path(), fit_arguments());
  ASSERT_EQ(reference.code, 0) << reference.err;

  Rng rng(2026, RngPurpose::simulation, 0);
  int kills = 0, kills_in_final = 0;
  bool finished = false;
  for (int start = 0; start < 2000 && !finished; ++start) {
    Process process(killed.path(), fit_arguments());
    if (kills >= kills_wanted && kills_in_final >= kills_in_final_wanted) {
      ASSERT_EQ(process.wait(), 0) << process.err();
      finished = true;
      break;
    }
    // A moment drawn by seed; once the final training is reached, moments within it.
    const auto in_final = [&] { return process.err().find("final training") != std::string::npos; };
    const auto longest = std::chrono::milliseconds(50 + rng.below(400));
    bool ended = process.wait_for(longest);
    if (!ended && kills >= kills_wanted)  // enough of the search: wait for the final training
      while (!ended && !in_final()) ended = process.wait_for(std::chrono::milliseconds(1));
    if (!ended && in_final()) ended = process.wait_for(std::chrono::milliseconds(rng.below(30)));
    if (ended) {  // it was faster than the killer: start the whole study anew, the kills so far count
      ASSERT_EQ(process.wait(), 0) << process.err();
      std::filesystem::remove_all(killed.path() / "result");
      continue;
    }
    process.signal(SIGKILL);
    ASSERT_EQ(process.wait(), 128 + SIGKILL);
    ++kills;
    if (in_final()) ++kills_in_final;
  }
  ASSERT_TRUE(finished);
  RecordProperty("kills", kills);
  RecordProperty("kills_in_final", kills_in_final);
  EXPECT_GE(kills, kills_wanted);
  EXPECT_GE(kills_in_final, kills_in_final_wanted);

  EXPECT_EQ(fingerprint(killed.path()), fingerprint(whole.path()));
  const auto model = [](const TemporaryFolder& folder) {
    return read_file(folder.path() / "result" / "model.hone").value_or("missing");
  };
  EXPECT_EQ(hash_text(model(killed)), hash_text(model(whole)));
  auto json = fit_arguments();
  json.insert(json.end(), {"-f", "json"});
  EXPECT_EQ(result_without_times(run_hone(killed.path(), json).out),
            result_without_times(run_hone(whole.path(), json).out));
}

TEST(Kill, DISABLED_CtrlCSavesAndTheSameCommandGoesOn) {
  TemporaryFolder whole, stopped;
  write_small_classification(whole.path() / "data.csv", 1500);
  write_small_classification(stopped.path() / "data.csv", 1500);
  ASSERT_EQ(run_hone(whole.path(), fit_arguments()).code, 0);
  int interruptions = 0;
  for (int start = 0; start < 200; ++start) {
    Process process(stopped.path(), fit_arguments());
    if (interruptions < 5 && !process.wait_for(std::chrono::milliseconds(150 + 40 * start))) {
      process.signal(SIGINT);
      ASSERT_EQ(process.wait(), 130) << process.err();
      EXPECT_NE(process.err().find("saved"), std::string::npos) << process.err();
      ++interruptions;
      continue;
    }
    ASSERT_EQ(process.wait(), 0) << process.err();
    break;
  }
  EXPECT_GE(interruptions, 1);
  EXPECT_EQ(fingerprint(stopped.path()), fingerprint(whole.path()));
}

}  // namespace
}  // namespace hone
