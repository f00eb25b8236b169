// The study commands, run as programs over real databases.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "cli/process.hpp"
#include "storage/store.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using nlohmann::json;

/// Asserts inside: a helper for building studies.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A study of three finished trials and, if asked for, one that this very process holds.
void make_study(const std::filesystem::path& database, const std::string& name, bool hold_one = false) {
  const auto store = must(open_store("sqlite:///" + database.string(), true));
  StudyRecord record;
  record.name = name;
  record.kind = "fit";
  record.directions = {"maximize"};
  record.metrics = {"accuracy"};
  record.seed = 7;
  record.max_step = 9;
  record.study_file = "format = 1\n";
  const StudyId id = must(store->create_study(record)).id;
  const auto ask = [&](std::int64_t number, double rate) {
    NewTrial trial;
    trial.number = number;
    trial.arm = number == 0 ? "default" : "tpe";
    trial.configuration.set("rate", rate);
    trial.point = {0.5};
    return must(store->create_trial(id, trial, Owner::this_process()));
  };
  const auto tell = [&](const Claim& claim, TrialState state, double value, const std::string& reason) {
    Outcome outcome;
    outcome.state = state;
    if (state == TrialState::complete) outcome.values = {value};
    outcome.reason = reason;
    outcome.seconds = 1.5;
    must(store->tell(id, claim, outcome));
  };
  const Claim first = ask(0, 0.1), second = ask(1, 0.01), third = ask(2, 10);
  must(store->report(id, first, 1, 0.4));
  must(store->report(id, first, 2, 0.5));
  tell(first, TrialState::complete, 0.5, "");
  tell(second, TrialState::complete, 0.75, "");
  tell(third, TrialState::failed, 0, "loss is nan at step 1, in layer 2");
  if (hold_one) ask(3, 0.02);
}

class StudyCommands : public testing::Test {
 protected:
  Ran hone(const std::vector<std::string>& words) { return run_hone(folder_.path(), words); }
  /// Bad input: exit code 2, nothing on stdout, `text` in the message.
  void expect_refused(const std::vector<std::string>& words, const std::string& text) {
    const Ran ran = hone(words);
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(ran.err.starts_with("hone: ")) << ran.err;
    EXPECT_NE(ran.err.find(text), std::string::npos) << ran.err;
  }
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  TemporaryFolder folder_;
};

TEST_F(StudyCommands, list_in_every_format) {
  make_study(path("hone.db"), "digits");
  make_study(path("hone.db"), "other");
  const Ran table = hone({"study", "list"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("digits"), std::string::npos);
  const Ran list = hone({"study", "list", "-f", "json"});
  const json read = json::parse(list.out);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0]["name"], "digits");
  EXPECT_EQ(read[0]["best"], 0.75);
  EXPECT_EQ(read[0]["trials"]["failed"], 1);
  const Ran csv = hone({"study", "list", "--format=csv"});
  EXPECT_TRUE(csv.out.starts_with("name,kind,direction,metric,complete,")) << csv.out;
  expect_refused({"study", "list", "-f", "xml"}, "one of table, json, csv");
}

TEST_F(StudyCommands, storage_comes_from_flag_environment_or_folder) {
  make_study(path("a.db"), "in-a");
  ::setenv("HONE_STORAGE", ("sqlite:///" + path("a.db").string()).c_str(), 1);
  EXPECT_NE(hone({"study", "list"}).out.find("in-a"), std::string::npos);
  make_study(path("b.db"), "in-b");
  EXPECT_NE(hone({"study", "list", "--storage", "sqlite:///b.db"}).out.find("in-b"), std::string::npos);
  ::unsetenv("HONE_STORAGE");
  expect_refused({"study", "list"}, "hone.db");
}

TEST_F(StudyCommands, show_best_and_trials) {
  make_study(path("hone.db"), "digits");
  const Ran show = hone({"study", "show", "digits"});
  EXPECT_EQ(show.code, 0) << show.err;
  for (const char* text : {"maximize accuracy", "2 complete, 0 pruned, 1 failed", "tpe 2, default 1", "rate = 0.01",
                           "0.75, trial 1", "last events"})
    EXPECT_NE(show.out.find(text), std::string::npos) << text << "\n" << show.out;
  const json best = json::parse(hone({"study", "best", "digits", "-f", "json"}).out);
  EXPECT_EQ(best["trial"], 1);
  EXPECT_EQ(best["params"]["rate"], 0.01);
  EXPECT_NE(hone({"study", "best", "digits"}).out.find("accuracy 0.75, trial 1 of 3"), std::string::npos);
  const json trials = json::parse(hone({"study", "trials", "digits", "-f", "json"}).out);
  ASSERT_EQ(trials.size(), 3u);
  EXPECT_EQ(trials[0]["steps"], 2);
  EXPECT_TRUE(trials[2]["value"].is_null());
  EXPECT_EQ(trials[2]["reason"], "loss is nan at step 1, in layer 2");
  EXPECT_NE(hone({"study", "trials", "digits"}).out.find("rate=0.01"), std::string::npos);
}

TEST_F(StudyCommands, best_without_a_complete_trial_is_exit_code_3) {
  const auto store = must(open_store("sqlite:///" + path("hone.db").string(), true));
  StudyRecord record;
  record.name = "empty";
  record.kind = "fit";
  record.directions = {"minimize"};
  record.metrics = {"rmse"};
  must(store->create_study(record));
  const Ran ran = hone({"study", "best", "empty"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find("no complete trial"), std::string::npos);
  EXPECT_EQ(hone({"study", "show", "empty"}).code, 0);
}

TEST_F(StudyCommands, export_by_ending) {
  make_study(path("hone.db"), "digits");
  EXPECT_EQ(hone({"study", "export", "digits", "-o", "t.csv"}).code, 0);
  const std::string csv = read_file(path("t.csv")).value();
  EXPECT_TRUE(csv.starts_with("trial,state,accuracy,rate,steps,arm,started,seconds,reason\n0,complete,0.5,0.1,2,"))
      << csv;
  EXPECT_NE(csv.find("\"loss is nan at step 1, in layer 2\"\n"), std::string::npos);
  EXPECT_EQ(hone({"study", "export", "digits", "-o", "t.json"}).code, 0);
  const json whole = json::parse(read_file(path("t.json")).value());
  EXPECT_EQ(whole["trials"][0]["runs"][0]["reports"].size(), 2u);
  EXPECT_EQ(hone({"study", "export", "digits", "-o", "t.toml"}).code, 0);
  EXPECT_EQ(read_file(path("t.toml")).value(), "format = 1\n");
  expect_refused({"study", "export", "digits", "-o", "t.xlsx"}, "must end in .csv");
  expect_refused({"study", "export", "digits"}, "-o FILE is missing");
  expect_refused({"study", "export", "digits", "-o", "no/such/folder.csv"}, "no/such");
}

TEST_F(StudyCommands, rm_removes_and_says_what) {
  make_study(path("hone.db"), "digits");
  const Ran ran = hone({"study", "rm", "digits"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("removed study 'digits' with 3 trials (2 complete)"), std::string::npos) << ran.out;
  expect_refused({"study", "rm", "digits"}, "there is no study 'digits'");
}

TEST_F(StudyCommands, rm_refuses_while_an_owner_lives) {
  make_study(path("hone.db"), "digits", true);
  expect_refused({"study", "rm", "digits"}, "is being worked on (1 running trials)");
  EXPECT_EQ(hone({"study", "show", "digits"}).code, 0);
  EXPECT_EQ(hone({"study", "rm", "digits", "--force"}).code, 0);
  expect_refused({"study", "show", "digits"}, "there is no study");
}

TEST_F(StudyCommands, unknown_study_names_the_nearest) {
  make_study(path("hone.db"), "digits");
  expect_refused({"study", "show", "digit"}, "did you mean 'digits'?");
  expect_refused({"study", "best", "x"}, "there is no study 'x'");
}

TEST_F(StudyCommands, bad_databases_are_refused_and_left_alone) {
  expect_refused({"study", "list"}, "hone.db");
  EXPECT_FALSE(std::filesystem::exists(path("hone.db"))) << "looking must not create";
  std::ofstream(path("text.db")) << "this is not a database, and it is longer than a header";
  expect_refused({"study", "list", "--storage", "sqlite:///text.db"}, "text.db");
  EXPECT_TRUE(read_file(path("text.db")).value().starts_with("this is not"));
  expect_refused({"study", "list", "--storage", "sqlite:///."}, "hone: ");
  expect_refused({"study", "list", "--storage", "mysql://x"}, "mysql");
  expect_refused({"study", "list", "--storage="}, "--storage must not be empty");
}

/// `hone` as somebody without rights: as user 65534 where the tests run as root. The program is copied into `folder`,
/// since the build may lie where that user may not go.
int run_unprivileged(const std::filesystem::path& folder, const std::string& arguments) {
  std::filesystem::permissions(folder, std::filesystem::perms(0755));
  std::filesystem::copy_file(HONE_BINARY, folder / "hone");
  const std::string drop = ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  const std::string command =
      drop + (folder / "hone").string() + " " + arguments + " > /dev/null 2> " + (folder / "stderr.txt").string();
  return WEXITSTATUS(std::system(command.c_str()));
}

TEST_F(StudyCommands, a_read_only_database_is_refused) {
  make_study(path("hone.db"), "digits");
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) ::chmod(entry.path().c_str(), 0444);
  ::chmod(folder_.path().c_str(), 0555);
  const TemporaryFolder elsewhere;
  const std::string storage = " --storage sqlite:///" + path("hone.db").string();
  EXPECT_EQ(run_unprivileged(elsewhere.path(), "study rm digits" + storage), 2);
  const std::string err = read_file(elsewhere.path() / "stderr.txt").value();
  EXPECT_NE(err.find("cannot be written"), std::string::npos) << err;
  ::chmod(folder_.path().c_str(), 0755);
  EXPECT_EQ(hone({"study", "show", "digits"}).code, 0) << "nothing was changed";
}

TEST_F(StudyCommands, a_locked_database_is_refused) {
  make_study(path("hone.db"), "digits");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path("hone.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const Ran ran = hone({"study", "rm", "digits"});
  sqlite3_close(database);
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("locked"), std::string::npos) << ran.err;
  EXPECT_EQ(hone({"study", "show", "digits"}).code, 0) << "nothing was changed";
}

}  // namespace
}  // namespace hone
