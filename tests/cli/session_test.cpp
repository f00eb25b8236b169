// `hone session` as a program: pipes, signals, long lines, and a study that goes on.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "cli/process.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using nlohmann::json;

class SessionProgram : public testing::Test {
 protected:
  SessionProgram() {
    std::ofstream(folder.path() / "s.toml") << "format = 1\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n"
                                               "[search]\nsampler = \"random\"\n";
  }
  /// What the program answers to `lines`, by a shell that feeds it.
  std::vector<json> say(const std::string& lines, const std::string& flags = "", int expected = 0) {
    std::ofstream(folder.path() / "in.txt") << lines;
    Process process(folder.path(), {"session", "s.toml"},
                    {"/bin/sh", "-c", "exec \"$@\" " + flags + " < in.txt", "sh"});
    EXPECT_EQ(process.wait(), expected) << process.err();
    std::vector<json> answers;
    std::istringstream out(process.out());
    for (std::string line; std::getline(out, line);) answers.push_back(json::parse(line));
    return answers;
  }
  TemporaryFolder folder;
};

TEST_F(SessionProgram, AnswersLineByLineAndGoesOnLater) {
  const auto first =
      say("{\"ask\": {}}\n\n  \n{\"ask\": {}}\r\n{\"tell\": 1, \"value\": 0.5}\nnonsense\n{\"best\": {}}");
  ASSERT_EQ(first.size(), 5u);
  EXPECT_EQ(first[2]["state"], "complete");
  EXPECT_EQ(first[3]["at"], 2) << "n might have been null";
  EXPECT_EQ(first[4]["best"]["trial"], 1) << "the last line needs no line end";
  const auto second = say("{\"ask\": {}}\n{\"ask\": {}}\n", "--trials 3");
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[0]["trial"], 0) << "it was handed back when the input ended";
  EXPECT_EQ(second[0]["params"], first[0]["params"]);
  EXPECT_EQ(second[1]["trial"], 2);
}

TEST_F(SessionProgram, ALineThatIsTooLongIsRefusedAndTheNextOneHeard) {
  const auto answers = say(std::string(3'000'000, 'x') + "\n{\"hello\": {}}\n");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_TRUE(answers[0].contains("error"));
  EXPECT_EQ(answers[1]["hone"], "session");
}

TEST_F(SessionProgram, ASignalHandsTrialsBack) {
  std::ofstream(folder.path() / "in.txt") << "{\"ask\": {}}\n";
  Process process(folder.path(), {"session", "s.toml"},
                  {"/bin/sh", "-c", "mkfifo in; (cat in.txt; sleep 60) > in & exec \"$@\" < in", "sh"});
  while (process.out().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 130);
  EXPECT_NE(process.err().find("goes on where it stopped"), std::string::npos) << process.err();
  EXPECT_EQ(say("{\"trials\": {}}\n")[0]["trials"][0]["state"], "waiting");
}

TEST_F(SessionProgram, WhatIsWrongIsSaidBeforeAnythingIsAsked) {
  std::ofstream(folder.path() / "s.toml") << "format = 1\n[space]\nx = { type = \"float\", low = 1.0, high = 0.0 }\n";
  EXPECT_TRUE(say("{\"ask\": {}}\n", "", 2).empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hone.db"));
}

TEST_F(SessionProgram, TheExampleTunes) {
  const std::string example = HONE_SOURCE_DIR "/examples/session/";
  const std::string command =
      fmt::format("python3 '{0}tune.py' \"$1\" '{0}study.toml' --storage memory:// --seed 1", example);
  Process process(folder.path(), {}, {"/bin/sh", "-c", command, "sh"});
  EXPECT_EQ(process.wait(), 0) << process.err();
  double loss = 1e9;
  ASSERT_EQ(std::sscanf(process.out().c_str(), "trial %*d: loss %lf", &loss), 1) << process.out();
  EXPECT_LT(loss, 150) << "it starts from 200";
}

}  // namespace
}  // namespace hone
