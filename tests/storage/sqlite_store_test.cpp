// What only a file has: refusals when it is opened, several processes, damage, and processes that are killed.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "base/files.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/store_kit.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using Kind = Error::Kind;

class SqliteFile : public testing::Test {
 protected:
  std::string url() const { return "sqlite:///" + path_.string(); }
  std::unique_ptr<Store> make() const {
    auto store = open_store(url(), true, 5);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  /// Runs SQL on the file beside every store.
  void sql(const std::string& statements) const {
    SqliteDatabase database;
    ASSERT_TRUE(database.open(path_.string(), true, 5, nullptr));
    const auto done = database.run(statements.c_str());
    ASSERT_TRUE(done) << done.error().message;
  }
  /// Opening is refused, says `words`, names the file, and leaves the folder as it was.
  void expect_refused(const std::string& words, Kind kind = Kind::invalid_argument, double busy_seconds = 0.02) const {
    const std::string before = folder_text();
    for (const bool create : {false, true}) {
      const auto store = open_store(url(), create, busy_seconds);
      ASSERT_FALSE(store);
      EXPECT_EQ(static_cast<int>(store.error().kind), static_cast<int>(kind)) << store.error().message;
      EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
      EXPECT_NE(store.error().message.find(path_.string()), std::string::npos) << store.error().message;
      EXPECT_EQ(folder_text(), before);
    }
  }
  std::string folder_text() const {
    std::set<std::string> lines;
    for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path()))
      lines.insert(entry.path().string() + (entry.is_regular_file() ? hash_text(*read_file(entry.path())) : ""));
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "hone.db";
};

TEST_F(SqliteFile, IsMadeOnlyWhenAskedTo) {
  const auto missing = open_store(url(), false);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Kind::not_found);
  EXPECT_FALSE(std::filesystem::exists(path_));
  const auto store = make();
  EXPECT_EQ(store->url(), url());
  EXPECT_TRUE(open_store(url(), false));
  EXPECT_EQ(store_path(url()).value(), path_.string());
}

TEST_F(SqliteFile, SaysWhoWroteIt) {
  make().reset();
  SqliteDatabase database;
  ASSERT_TRUE(database.open(path_.string(), false, 5, nullptr));
  EXPECT_EQ(database.number("PRAGMA application_id").value_or(0), sqlite_application_id);
  EXPECT_EQ(database.number("PRAGMA user_version").value_or(0), sqlite_format);
  SqliteStatement mode(database, "PRAGMA journal_mode");
  SqliteRows rows = mode.query();
  ASSERT_TRUE(rows.next().value_or(false));
  EXPECT_EQ(rows.text(0), "wal");
}

TEST_F(SqliteFile, RefusesWhatIsNoDatabase) {
  ASSERT_TRUE(write_file(path_, "name,value\na,1\n"));
  expect_refused("is not a SQLite file");
  ASSERT_TRUE(write_file(path_, std::string(5000, '\0')));
  expect_refused("is not a SQLite file");
}

TEST_F(SqliteFile, RefusesTheDatabaseOfAnotherProgram) {
  sql("CREATE TABLE studies(id); PRAGMA user_version=1");
  expect_refused("of another program");
  sql("PRAGMA application_id=7; PRAGMA journal_mode=WAL");
  expect_refused("of another program");
}

TEST_F(SqliteFile, RefusesANewerFormat) {
  make().reset();
  sql(fmt::format("PRAGMA user_version={}", sqlite_format + 1));
  expect_refused("newer hone");
}

TEST_F(SqliteFile, RefusesFoldersAndMissingFolders) {
  std::filesystem::create_directory(path_);
  expect_refused("is a folder");
  path_ = folder_.path() / "none" / "hone.db";
  const auto store = open_store(url(), true);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("does not exist"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path_.parent_path()));
}

TEST_F(SqliteFile, RefusesNetworkFileSystems) {
  const auto store = SqliteStore::open(
      {.path = path_, .create = true, .network_file_system = [](const auto&) { return std::string("nfs"); }});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, Kind::invalid_argument);
  EXPECT_NE(store.error().message.find("network file system (nfs)"), std::string::npos) << store.error().message;
  EXPECT_NE(store.error().message.find("local disk"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteFile, RefusesALockedFile) {
  make().reset();
  SqliteDatabase other;
  ASSERT_TRUE(other.open(path_.string(), false, 5, nullptr));
  ASSERT_TRUE(other.run("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT"));
  for (const bool create : {false, true}) {
    const auto store = open_store(url(), create, 0.02);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, Kind::unavailable);
    EXPECT_NE(store.error().message.find("was locked by another program for longer than 0.02s"), std::string::npos)
        << store.error().message;
  }
}

TEST_F(SqliteFile, AVerbThatFindsTheFileLockedChangesNothing) {
  make().reset();
  auto store = open_store(url(), false, 0.02);
  ASSERT_TRUE(store);
  const StudyId study = (*store)->create_study(study_record("s"))->id;
  const std::string before = text_of_study(**store, study);
  {
    SqliteDatabase other;
    ASSERT_TRUE(other.open(path_.string(), false, 5, nullptr));
    ASSERT_TRUE(other.run("BEGIN IMMEDIATE"));
    const auto refused = (*store)->create_trial(study, new_trial(0), Owner::this_process());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::unavailable);
    EXPECT_EQ(text_of_study(**store, study), before);  // reading is still possible
  }
  EXPECT_TRUE((*store)->create_trial(study, new_trial(0), Owner::this_process()));
}

/// Runs `work` in a child; its exit code, or -1 if it was killed.
int in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(SqliteFile, RefusesAReadOnlyFileAndFolder) {
  make().reset();
  const std::string before = folder_text();
  const auto refusal = [&] {  // as somebody for whom permissions count
    return in_child([&] {
      if (::geteuid() == 0 && ::setuid(65534) != 0) return 3;
      const auto store = open_store(url(), true, 0.02);
      if (store) return 0;
      return store.error().message.find("permissions") != std::string::npos &&
                     store.error().kind == Kind::invalid_argument
                 ? 1
                 : 2;
    });
  };
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0777));
  std::filesystem::permissions(path_, std::filesystem::perms(0444));
  EXPECT_EQ(refusal(), 1);
  std::filesystem::permissions(path_, std::filesystem::perms(0666));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0555));
  EXPECT_EQ(refusal(), 1);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0700));
  EXPECT_EQ(folder_text(), before);
}

TEST_F(SqliteFile, SaysWhereItContradictsItself) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s"))->id;
  const Claim claim = *store->create_trial(study, new_trial(0), Owner::this_process());
  ASSERT_TRUE(store->create_trial(study, new_trial(1), Owner::this_process()));
  ASSERT_TRUE(store->report(study, claim, 1, 0.5));
  ASSERT_TRUE(store->tell(study, claim, complete(1)));
  store.reset();
  const std::string good = *read_file(path_);
  for (const char* damage :
       {"UPDATE runs SET told = NULL", "UPDATE runs SET told = '[0.5'", "UPDATE runs SET told = '[null]'",
        "UPDATE runs SET told = '[0.5,1.5]'", "PRAGMA foreign_keys=OFF; DELETE FROM trials WHERE number = 0",
        "PRAGMA foreign_keys=OFF; DELETE FROM runs", "UPDATE runs SET seed = 'x'", "UPDATE runs SET state = 'lost'",
        "UPDATE reports SET value = NULL", "UPDATE reports SET special = 'huge'", "UPDATE trials SET point = '0.5 x'",
        "UPDATE trials SET origin = 'thin air'", "UPDATE trials SET configuration = '{\"rate\":[1]}'",
        "UPDATE trials SET configuration = '{\"rate\":1.5}x'", "UPDATE trials SET configuration = '{\"rate\"}'",
        "DROP TABLE reports", "DELETE FROM journal WHERE trial = 0", "DELETE FROM objectives"}) {
    ASSERT_TRUE(write_file(path_, good));
    sql(damage);
    const auto damaged = open_store(url(), false);
    ASSERT_TRUE(damaged) << damage << ": " << damaged.error().message;
    const auto changes = (*damaged)->changed_since(study, 0);
    ASSERT_FALSE(changes) << damage;
    EXPECT_EQ(changes.error().kind, Kind::corrupt) << damage << ": " << changes.error().message;
  }
}

TEST_F(SqliteFile, SurvivesAnyDamagedPage) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s"))->id;
  for (std::int64_t number = 0; number < 5; ++number)
    ASSERT_TRUE(store->tell(study, *store->create_trial(study, new_trial(number), Owner::this_process()), complete(1)));
  store.reset();
  const std::string good = *read_file(path_);
  for (std::size_t at = 100; at < good.size(); at += 1009) {
    std::string bad = good;
    for (std::size_t i = at; i < std::min(at + 40, bad.size()); ++i) bad[i] = static_cast<char>(bad[i] ^ 0x5a);
    ASSERT_TRUE(write_file(path_, bad));
    if (auto damaged = open_store(url(), false)) {  // any answer is good, as long as it is one
      (void)(*damaged)->changed_since(study, 0);
      (void)(*damaged)->create_trial(study, new_trial(5), Owner::this_process());
    }
  }
}

/// Creates and tells trials until the study has `total`; 0 if all went well. `acknowledged`: a pipe for their numbers.
int work(const std::string& url, std::int64_t total, int acknowledged) {
  auto store = open_store(url, true, 20);
  if (!store) return 1;
  auto study = (*store)->find_study("shared");
  if (!study || !*study) return 2;
  const StudyId id = (*study)->id;
  std::int64_t next = 0;
  Revision seen = 0;
  for (;;) {
    const auto changes = (*store)->changed_since(id, seen);
    if (!changes) return 3;
    seen = changes->revision;
    for (const TrialRecord& trial : changes->trials) next = std::max(next, trial.number + 1);
    if (next >= total) return 0;
    const auto claim = (*store)->create_trial(id, new_trial(next), Owner::this_process());
    if (!claim && claim.error().kind != Kind::conflict) return 4;
    if (!claim) continue;
    if (!(*store)->report(id, *claim, 1, 0.5) || !(*store)->tell(id, *claim, complete(1))) return 5;
    if (::write(acknowledged, &next, sizeof next) != sizeof next) return 6;
  }
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends), 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int ends[2] = {-1, -1};
};

TEST_F(SqliteFile, ProcessesShareAStudy) {
  const StudyId study = make()->create_study(study_record("shared"))->id;
  const Pipe pipe;
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work(url(), 30, pipe.ends[1]));
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  std::set<std::int64_t> told;
  for (int i = 0; i < 30; ++i) {
    std::int64_t number = -1;
    ASSERT_EQ(::read(pipe.ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
    told.insert(number);
  }
  EXPECT_EQ(told.size(), 30u);
  const auto changes = make()->changed_since(study, 0);
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_EQ(changes->trials.size(), 30u);
  EXPECT_EQ(changes->revision, 90);
  for (const TrialRecord& trial : changes->trials) EXPECT_EQ(trial.state, TrialState::complete);
}

TEST_F(SqliteFile, AKilledProcessLosesNothingAcknowledged) {
  const StudyId study = make()->create_study(study_record("shared"))->id;
  std::set<std::int64_t> told;
  for (int kills = 0; kills < 6; ++kills) {
    const Pipe pipe;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work(url(), 1'000'000, pipe.ends[1]));
    for (int i = 0; i < 4 + kills; ++i) {
      std::int64_t number = -1;
      ASSERT_EQ(::read(pipe.ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
      told.insert(number);
    }
    ::kill(child, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);  // dead, but still in the process table
    const auto store = make();
    const auto reclaimed = store->reclaim(study, 100);
    ASSERT_TRUE(reclaimed);
    EXPECT_LE(reclaimed->size(), 1u);
    const auto changes = store->changed_since(study, 0);
    ASSERT_TRUE(changes) << changes.error().message;
    for (const TrialRecord& trial : changes->trials) {
      EXPECT_NE(trial.state, TrialState::running);
      if (told.contains(trial.number)) {
        EXPECT_EQ(trial.state, TrialState::complete) << trial.number;
      }
    }
    ASSERT_GT(static_cast<std::int64_t>(changes->trials.size()), *told.rbegin());
    ::waitpid(child, nullptr, 0);
  }
}

}  // namespace
}  // namespace hone
