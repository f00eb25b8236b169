// What the tests of `hone tune` share: a folder, scripts in it, and a look at which processes are left.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/files.hpp"
#include "base/process_table.hpp"
#include "cli/process.hpp"
#include "temporary_folder.hpp"

namespace hone {

class TuneProgram : public testing::Test {
 protected:
  /// An executable file in the folder.
  void script(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
    std::filesystem::permissions(folder.path() / name, std::filesystem::perms::owner_all);
  }
  void file(const std::string& name, const std::string& text) { std::ofstream(folder.path() / name) << text; }
  /// A study file with one parameter x, the shell text as program ($1 is x), and more lines for [run] and the rest.
  void study(const std::string& shell, const std::string& run_lines = "", const std::string& more = "") {
    script("program.sh", "#!/bin/sh\n" + shell + "\n");
    file("s.toml", "format = 1\n[study]\nname = \"s\"\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n" +
                       more + "[run]\ncommand = [\"./program.sh\", \"{x}\"]\ncwd = \".\"\n" + run_lines);
  }
  Ran tune(const std::vector<std::string>& arguments, int expected = 0) {
    std::vector<std::string> words = {"tune"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    Ran ran = run_hone(folder.path(), words);
    EXPECT_EQ(ran.code, expected) << ran.out << ran.err;
    return ran;
  }
  nlohmann::json hone_json(std::vector<std::string> words) {
    words.insert(words.end(), {"-f", "json"});
    const Ran ran = run_hone(folder.path(), words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return nlohmann::json::parse(ran.out, nullptr, false);
  }
  nlohmann::json trials(const std::string& name = "s") { return hone_json({"study", "trials", name}); }
  std::string reason(std::size_t trial = 0) { return trials()[trial]["reason"].get<std::string>(); }
  std::string log(int trial = 0) {
    std::error_code none_yet;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "hone.db.files", none_yet))
      if (entry.path().filename() == fmt::format("trial-{}.log", trial)) return read_file(entry.path()).value_or("");
    return "";
  }
  std::string text_of(const std::string& name) { return read_file(folder.path() / name).value_or(""); }

  /// A word that no other process has in its command line: `sleep` takes it for some hours.
  std::string marker() const { return fmt::format("99{:03}.{}", counter_ % 1000, ::getpid()); }
  /// Processes whose command line holds `word`.
  static int processes_with(const std::string& word) {
    int count = 0;
    for (const ProcessStatus& each : descendants_of(0)) count += holds(each, word);
    return count;
  }
  static void wait_for_processes(const std::string& word, int count) {
    for (int i = 0; i < 2000 && processes_with(word) != count; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(processes_with(word), count) << word;
  }
  void wait_for_file(const std::string& name) {
    for (int i = 0; i < 3000 && !std::filesystem::exists(folder.path() / name); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
  }
  void TearDown() override {  // also when a test has failed
    for (const ProcessStatus& each : descendants_of(0))
      if (holds(each, marker())) ::kill(each.process, SIGKILL);
  }

  TemporaryFolder folder;

 private:
  static bool holds(const ProcessStatus& process, const std::string& word) {
    if (process.state == 'Z') return false;
    return read_file(fmt::format("/proc/{}/cmdline", process.process)).value_or("").find(word) != std::string::npos;
  }
  static inline int counter_total_ = 0;
  int counter_ = counter_total_++;
};

}  // namespace hone
