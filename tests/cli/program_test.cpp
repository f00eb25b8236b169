// The program as a whole: help, version, wrong usage, exit codes, start-up.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/process.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

class Program : public testing::Test {
 protected:
  Ran hone(const Words& words) { return run_hone(folder_.path(), words); }
  void expect_refused(const Words& words, const std::string& text) {
    const Ran ran = hone(words);
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find(text), std::string::npos) << ran.err;
  }
  TemporaryFolder folder_;
};

TEST_F(Program, help_for_each_command_has_an_example) {
  for (const CommandInfo* command : all_commands()) {
    Words words;
    const std::string name(command->name);
    const auto space = name.find(' ');
    words.push_back(name.substr(0, space));
    if (space != std::string::npos) words.push_back(name.substr(space + 1));
    words.push_back("--help");
    const Ran ran = hone(words);
    EXPECT_EQ(ran.code, 0) << name;
    EXPECT_EQ(ran.err, "");
    EXPECT_NE(ran.out.find("\nExample"), std::string::npos) << name;
    EXPECT_NE(ran.out.find("  hone " + name), std::string::npos) << name;
    words.insert(words.begin(), "help");
    words.pop_back();
    EXPECT_EQ(hone(words).out, ran.out) << "hone help " << name;
  }
}

TEST_F(Program, overview_version_and_nothing) {
  EXPECT_NE(hone({"--help"}).out.find("Commands"), std::string::npos);
  EXPECT_TRUE(hone({"--version"}).out.starts_with("hone "));
  const Ran nothing = hone({});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_EQ(nothing.out, "");
  EXPECT_NE(nothing.err.find("Commands"), std::string::npos);
  const Ran group = hone({"study"});
  EXPECT_EQ(group.code, 2);
  EXPECT_NE(group.err.find("study list"), std::string::npos);
  EXPECT_EQ(hone({"study", "--help"}).code, 0);
}

TEST_F(Program, help_wins_over_what_is_wrong) {
  const Ran ran = hone({"study", "list", "--banana", "--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.out.find("usage: hone study list"), std::string::npos);
}

TEST_F(Program, unknown_words_name_the_nearest) {
  expect_refused({"docter"}, "unknown command 'docter'; did you mean 'doctor'?");
  expect_refused({"study", "lst"}, "did you mean 'study list'?");
  expect_refused({"list"}, "did you mean 'study list'?");
  expect_refused({"sampler"}, "did you mean 'samplers'?");
  expect_refused({"--verbose"}, "unknown command '--verbose'");
  expect_refused({"doctor", "--storag", "x"}, "did you mean '--storage'?");
  expect_refused({"doctor", "extra"}, "'extra' is one word too many");
  expect_refused({"study", "show"}, "STUDY is missing");
  expect_refused({"doctor", "--storage"}, "--storage needs a value URL");
  expect_refused({"doctor", "--", "x"}, "takes nothing after '--'");
}

TEST_F(Program, samplers_and_pruners_from_their_rows) {
  for (const char* list : {"samplers", "pruners"}) {
    const Ran people = hone({list}), programs = hone({list, "-f", "json"}), csv = hone({list, "-f", "csv"});
    ASSERT_EQ(programs.code, 0) << programs.err;
    const json read = json::parse(programs.out);
    EXPECT_GE(read.size(), 3u);
    for (const json& row : read) {
      EXPECT_NE(people.out.find(row["name"].get<std::string>()), std::string::npos);
      for (const json& option : row["options"]) {
        EXPECT_NE(people.out.find("    " + option["name"].get<std::string>() + " = "), std::string::npos);
        EXPECT_LE(option["low"], option["default"]);
        EXPECT_LE(option["default"], option["high"]);
      }
    }
    EXPECT_TRUE(csv.out.starts_with("name,option,default,low,high,help\n"));
  }
}

TEST_F(Program, doctor_finds_what_there_is) {
  const Ran ran = hone({"doctor", "-f", "json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::vector<std::string> what;
  for (const json& row : json::parse(ran.out)) {
    what.push_back(row["what"]);
    EXPECT_TRUE(row["state"] == "ok" || row["state"] == "note" || row["state"] == "missing");
    EXPECT_TRUE(row["state"] != "missing" || row["cure"].is_string()) << row;
  }
  for (const char* expected : {"processor", "kernels", "cores", "memory", "storage", "disk", "SQLite", "terminal"})
    EXPECT_NE(std::ranges::find(what, expected), what.end()) << expected;
  EXPECT_EQ(std::ranges::count_if(std::filesystem::directory_iterator(folder_.path()),
                                  [](const auto& entry) { return entry.path().extension() != ".txt"; }),
            0)
      << "doctor changes nothing";
  EXPECT_EQ(hone({"doctor"}).code, 0);
  const Ran nowhere = hone({"doctor", "--storage", "sqlite:////no/such/folder/x.db", "-f", "json"});
  EXPECT_NE(nowhere.out.find("/no/such/folder"), std::string::npos) << nowhere.err;
}

TEST_F(Program, output_that_cannot_be_written_is_a_failure) {
  Process process(folder_.path(), {"samplers"});
  EXPECT_EQ(process.wait(), 0);
  const std::string command = std::string(HONE_BINARY) + " samplers > /dev/full 2> /dev/null";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST_F(Program, start_up_time_is_printed) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(hone({"--help"}).code, 0);
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("start-up of hone --help: %.1f ms (best of 5; this build may carry sanitizers)\n", best);
}

}  // namespace
}  // namespace hone
