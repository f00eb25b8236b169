// What `hone fit` refuses about databases, folders and studies, and what it survives with a printed decision.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <set>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

class FitRefusals : public testing::Test {
 protected:
  FitRefusals() { write_small_classification(path("data.csv"), 200); }
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, const std::string& content) const { (void)write_file(path(name), content); }
  /// A quick fit of `data` with more words.
  Ran fit(const std::string& data, const Words& more = {}) const {
    Words words = {"fit", data, "--target", "label", "--trials", "1", "-j", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return run_hone(folder_.path(), words);
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      if (entry.path().extension() != ".txt") names.insert(entry.path().string());  // not the outputs of the program
    return names;
  }
  /// Exit code 2, every one of `says` in the message, no file made.
  void expect_refused(const std::string& data, const Words& more, const Words& says) const {
    const auto before = files();
    const Ran ran = fit(data, more);
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_EQ(ran.out, "");
    for (const std::string& text : says) EXPECT_NE(ran.err.find(text), std::string::npos) << text << "\n" << ran.err;
    EXPECT_EQ(files(), before) << join(more, " ");
  }
  TemporaryFolder folder_;
};

TEST_F(FitRefusals, DatabasesThatAreNone) {
  write("text.db", std::string(2000, 'x'));
  fs::create_directory(path("folder"));
  expect_refused("data.csv", {"--storage", "sqlite:///text.db"}, {"is not a SQLite file", "--storage"});
  expect_refused("data.csv", {"--storage", "sqlite:///folder"}, {"is a folder", "sqlite:///folder/hone.db"});
  expect_refused("data.csv", {"--storage", "sqlite:///no/x.db"}, {"/no' for", "create it first"});
  expect_refused("data.csv", {"--storage", "x.db"}, {"sqlite:///x.db"});
}

TEST_F(FitRefusals, ADatabaseThatIsLocked) {
  ASSERT_EQ(fit("data.csv", {"--epochs", "1"}).code, 0);
  const auto before = files();
  // The lock belongs to another process: this one's would be lost when it looks at the file.
  const pid_t other = ::fork();
  if (other == 0) {
    sqlite3* handle = nullptr;
    const bool held = sqlite3_open(path("hone.db").c_str(), &handle) == SQLITE_OK &&
                      sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
    (void)write_file(path("ready.txt"), held ? "yes" : "no");
    for (;;) ::pause();
  }
  while (!fs::exists(path("ready.txt"))) ::usleep(1000);
  EXPECT_EQ(*read_file(path("ready.txt")), "yes");
  const Ran ran = fit("data.csv", {"--epochs", "1", "--study", "another", "--out", "another"});
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  EXPECT_EQ(ran.code, 2) << ran.err;
  EXPECT_NE(ran.err.find("locked by another program"), std::string::npos) << ran.err;
  auto after = files();
  for (const char* log : {"hone.db-wal", "hone.db-shm"}) after.erase(path(log).string());  // of the other process
  EXPECT_EQ(after, before);
  EXPECT_EQ(fit("data.csv", {"--epochs", "1"}).code, 0) << "and it works again once the other one is gone";
}

TEST_F(FitRefusals, AnOutFolderThatCannotBe) {
  expect_refused("data.csv", {"--out", "data.csv"}, {"data.csv' is a file", "--out DIR"});
  expect_refused("data.csv", {"--out", "data.csv/deeper"}, {"data.csv' is a file", "--out DIR"});
  expect_refused("data.csv", {"--out", "/proc/model"}, {"'/proc' cannot be written", "--out DIR"});
}

TEST_F(FitRefusals, StudiesOfAnotherQuestion) {
  ASSERT_EQ(fit("data.csv", {"--study", "s", "--epochs", "2"}).code, 0);
  write_small_classification(path("other.csv"), 201);
  write("space.toml", "format = 1\n[space]\ndropout = { type = \"float\", low = 0, high = 0.25 }\n");
  expect_refused("other.csv", {"--study", "s", "--epochs", "2"}, {"'s' exists with other data", "--fresh"});
  expect_refused("data.csv", {"--study", "s", "--space", "space.toml"}, {"another space", "high = 0.25", "--fresh"});
  expect_refused("data.csv", {"--study", "s", "--seed", "4"}, {"another seed (stored 0, now 4)"});
  expect_refused("data.csv", {"--study", "s", "--epochs", "3"}, {"(stored 2 epochs, now 3)", "--fresh"});
  expect_refused("data.csv", {"--study", "s", "--metric", "auc"}, {"another objective", "auc"});
  expect_refused("data.csv", {"--study", std::string(300, 'x')}, {"cannot be the name of a study"});
  expect_refused("data.csv", {"--study", ""}, {"--study"});
}

TEST_F(FitRefusals, SpacesAndOptionsOfASearch) {
  const std::string space = "format = 1\n[space]\ndropout = { type = \"float\", low = 0, high = 0.5 }\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {space + "[constraints]\nforbid = [\"dropout >= 0\"]\n", "loosen a constraint"},
      {space + "[search]\nsampler = \"tpe\"\n[search.tpe]\ncandidates = -4\n", "from 1 to 1024"},
      {space + "[search]\nsampler = \"tpe\"\n[search.tpe]\ncandidate = 4\n", "did you mean 'candidates'?"},
      {space + "[[enqueue]]\ndropout = 0.9\n", "s.toml:5:1"},
      {"format = 1\n[fixed]\ndropuot = 0.3\n", "did you mean 'dropout'?"},
      {"format = 1\n[fixed]\ndropout = 3\n", "from 0 to 0.95"},
      {"format = 1\n[space]\ngröße = { type = \"int\", low = 1, high = 2 }\n", "s.toml:3:3: 'ö' (U+00F6)"},
      {"format = 1\n[space]\ndropout = { type = \"float\", low = 0, hihg = 0.5 }\n", "did you mean 'high'?"},
      {"format = 1 # gr\xF6\xDF"
       "e\n",
       "save the file as UTF-8"},
  };
  for (const auto& [text, says] : cases) {
    write("s.toml", text);
    expect_refused("data.csv", {"--space", "s.toml"}, {says});
  }
}

/// As on a processor that lacks it.
TEST_F(FitRefusals, APrecisionThatThisProcessorLacks) {
  write("s.toml", "format = 1\n[fixed]\nprecision = \"bfloat16\"\n");
  const Ran ran =
      run_hone(folder_.path(), {"fit", "data.csv", "--target", "label", "--trials", "1", "--space", "s.toml"},
               {"/usr/bin/env", "HONE_KERNELS=scalar"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("the kernels here are those for 'scalar': take 'float32'"), std::string::npos) << ran.err;
}

TEST_F(FitRefusals, FilesThatCannotBeRead) {
  fs::create_directory(path("folder"));
  expect_refused("folder", {}, {"folder 'folder' holds no IDX files"});
  write("secret.csv", "a,label\n");
  fs::permissions(path("secret.csv"), fs::perms::none);
  if (::access(path("secret.csv").c_str(), R_OK) != 0)
    expect_refused("secret.csv", {}, {"secret.csv", "Permission denied", "change the permissions"});
}

/// Every decision about a column is printed with its reason.
TEST_F(FitRefusals, OddColumnsAreDecidedAboutAloud) {
  Rng rng(9, RngPurpose::simulation, 4);
  std::string csv = "id,key,none,same,day,note,big,x,label\n";
  for (int i = 0; i < 200; ++i)
    csv += fmt::format("{},k{:05},,7,2024-{:02}-{:02},the {} quick words of row {} and {} more of them,{},{},{}\n",
                       1000 + i, i, 1 + i % 12, 1 + i % 28, rng.uniform(), i, rng.uniform(),
                       i == 7 ? 1e308 : rng.uniform(), rng.uniform(),
                       i == 50 ? "rare"
                       : i % 2 ? "in"
                               : "out");
  write("odd.csv", csv);
  const Ran ran = fit("odd.csv", {"--epochs", "1"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const char* text :
       {"id-like: a running number (--keep id keeps it)", "id-like: every value differs (--keep key",
        "every value is missing", "constant: always '7'", "year, month, weekday", "free text",
        "(line 9: 1e+308), drawn in by scaling", "classes with one member, kept in training: 'rare'"})
    EXPECT_NE(ran.err.find(text), std::string::npos) << text << "\n" << ran.err;
  const Ran kept = fit("odd.csv", {"--epochs", "1", "--keep", "key"});
  EXPECT_EQ(kept.code, 0) << kept.err;
  EXPECT_EQ(kept.err.find("--keep key keeps it"), std::string::npos) << kept.err;
}

TEST_F(FitRefusals, TenThousandColumnsAreTrained) {
  Rng rng(9, RngPurpose::simulation, 5);
  std::string csv;
  for (int column = 0; column < 10000; ++column) csv += fmt::format("c{},", column);
  csv += "label\n";
  for (int i = 0; i < 40; ++i) {
    for (int column = 0; column < 10000; ++column) csv += fmt::format("{},", rng.below(100));
    csv += i % 2 ? "in\n" : "out\n";
  }
  write("wide.csv", csv);
  write("s.toml",
        "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 0.001, high = 0.01 }\n[fixed]\nunits = 8\n");
  const Ran ran = fit("wide.csv", {"--epochs", "1", "--space", "s.toml"});
  EXPECT_EQ(ran.code, 0) << ran.err.substr(ran.err.size() > 2000 ? ran.err.size() - 2000 : 0);
}

/// On paper and in a pipe the result is at most 100 columns wide, but for the commands to be copied.
TEST_F(FitRefusals, TheResultIsNotWiderThanAPage) {
  const Ran ran = run_hone(folder_.path(), {"fit", "data.csv", "--target", "label", "--trials", "6", "--epochs", "3",
                                            "-j", "1", "--out", "o", "--study", "s"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("#5"), std::string::npos) << ran.out;
  for (const std::string& line : split(ran.out, '\n'))
    EXPECT_TRUE(line.size() <= 100 || line.find("hone ") != std::string::npos) << line;
}

}  // namespace
}  // namespace hone
