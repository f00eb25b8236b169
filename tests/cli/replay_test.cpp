// `hone replay` as a program, over studies that `hone session` made.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/process.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using nlohmann::json;

class ReplayProgram : public testing::Test {
 protected:
  ReplayProgram() {
    std::ofstream(folder.path() / "s.toml") << "format = 1\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n"
                                               "n = { type = \"int\", low = 1, high = 9 }\n[[enqueue]]\nx = 0.25\n";
    std::ofstream lines(folder.path() / "in.txt");
    for (int i = 0; i < 12; ++i)
      lines << (i == 5 ? R"({"ask": {"params": {"n": 3}}})" : R"({"ask": {}})") << "\n{\"tell\": " << i
            << ", \"value\": " << (i * 7) % 5 << ".5}\n";
    lines.close();
    Process process(folder.path(), {"session", "s.toml", "--study", "s"},
                    {"/bin/sh", "-c", "exec \"$@\" < in.txt", "sh"});
    EXPECT_EQ(process.wait(), 0) << process.err();
  }
  json replayed(int expected) {
    Process process(folder.path(), {"replay", "s", "-f", "json"});
    EXPECT_EQ(process.wait(), expected) << process.err();
    return json::parse(process.out());
  }
  void edit(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder.path() / "hone.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  TemporaryFolder folder;
};

TEST_F(ReplayProgram, FindsEverythingTheSame) {
  const json all = replayed(0);
  EXPECT_EQ(all["study"], "s");
  EXPECT_EQ(all["suggestions"], 12);
  EXPECT_EQ(all["not_comparable"], 0);
  EXPECT_TRUE(all["differences"].empty()) << all;
  Process process(folder.path(), {"replay", "s"});
  EXPECT_EQ(process.wait(), 0);
  EXPECT_NE(process.out().find("12 suggestions"), std::string::npos) << process.out();
  EXPECT_NE(process.out().find("given       2 of"), std::string::npos) << process.out();
}

TEST_F(ReplayProgram, NamesWhatWasChanged) {
  edit(
      "UPDATE trials SET configuration = json_set(configuration, '$.n', 1 + json_extract(configuration, '$.n') % 9) "
      "WHERE number = 7");
  const json all = replayed(1);
  ASSERT_EQ(all["differences"].size(), 1u) << all;
  EXPECT_EQ(all["differences"][0]["trial"], 7);
  Process process(folder.path(), {"replay", "s"});
  EXPECT_EQ(process.wait(), 1);
  EXPECT_NE(process.out().find("trial 7, revision"), std::string::npos) << process.out();
}

TEST_F(ReplayProgram, SaysThatAnotherBinaryIsNotComparable) {
  edit("UPDATE trials SET kernel_id = '0.0.1'");
  const json all = replayed(0);
  EXPECT_EQ(all["not_comparable"], 12);
}

TEST_F(ReplayProgram, DamagedJournalsAreNamed) {
  edit("UPDATE journal SET detail = 'complete x' WHERE kind = 'told' AND trial = 4");
  const json all = replayed(1);
  EXPECT_EQ(all["differences"][0]["trial"], 4);
}

}  // namespace
}  // namespace hone
