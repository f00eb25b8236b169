// `hone worker`: several processes on one study; they come, go and are killed; the budget stays exact.
#include <algorithm>
#include <map>
#include <memory>

#include "cli/tune_program.hpp"

namespace hone {
namespace {

using nlohmann::json;
using std::string;

class Workers : public TuneProgram {
 protected:
  /// A study that `hone tune` has begun, with `trials` in its budget and one of them done.
  void begin(const string& shell, int trials, const string& run_lines = "", const string& more = "") {
    study(shell, run_lines, more + "[search]\nsampler = \"random\"\ntrials = 1\n");
    (void)tune({"s.toml"});
    study(shell, run_lines, more + fmt::format("[search]\nsampler = \"random\"\ntrials = {}\n", trials));
    Process first(make_folder_of("tune"), tune_words());
    for (int i = 0; i < 1000 && options_of_study().find(fmt::format("trials={}", trials)) == string::npos; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    first.signal(SIGTERM);
    first.wait();
  }
  std::filesystem::path make_folder_of(const string& name) {
    std::filesystem::create_directories(folder.path() / name);
    return folder.path() / name;
  }
  string storage() const { return "sqlite:///" + (folder.path() / "hone.db").string(); }
  std::vector<string> tune_words() const {
    return {"tune", (folder.path() / "s.toml").string(), "--storage", storage()};
  }
  std::vector<string> worker_words(int jobs) const {
    return {"worker", "--storage", storage(), "--study", "s", "-j", fmt::format("{}", jobs)};
  }
  string options_of_study() { return run_hone(folder.path(), {"study", "show", "s"}).out; }
  Ran worker(const std::vector<string>& more, int expected) {
    std::vector<string> words = {"worker"};
    words.insert(words.end(), more.begin(), more.end());
    Ran ran = run_hone(folder.path(), words);
    EXPECT_EQ(ran.code, expected) << ran.out << ran.err;
    return ran;
  }
};

const string slow = "sleep 0.05; echo $HONE_TRIAL >> runs.txt; echo \"hone: {\\\"value\\\": $1}\"";

TEST_F(Workers, ShareABudgetExactlyWhoeverIsKilled) {
  begin(slow, 60);
  std::vector<std::unique_ptr<Process>> workers;
  for (int w = 0; w < 4; ++w)
    workers.push_back(std::make_unique<Process>(make_folder_of(fmt::format("w{}", w)), worker_words(2)));
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  workers[0]->signal(SIGKILL);
  workers[1]->signal(SIGTERM);
  EXPECT_EQ(workers[1]->wait(), 0) << "it handed its trials back: " << workers[1]->err();
  workers.push_back(std::make_unique<Process>(make_folder_of("late"), worker_words(2)));
  for (std::size_t w = 2; w < workers.size(); ++w) EXPECT_EQ(workers[w]->wait(), 0) << workers[w]->err();
  const json all = trials();
  EXPECT_EQ(all.size(), 60u);
  for (const json& trial : all) EXPECT_EQ(trial["state"], "complete") << trial;
  EXPECT_NE(run_hone(folder.path(), {"replay", "s"}).out.find("everything that is comparable"), string::npos);
}

TEST_F(Workers, EndWhenTheStudyIsStopped) {
  begin("sleep 0.2; echo \"hone: {\\\"value\\\": $1}\"", 10'000);
  Process one(make_folder_of("w"), worker_words(2));
  for (int i = 0; i < 1000 && options_of_study().find("workers") == string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const Ran stopped = run_hone(folder.path(), {"study", "stop", "s"});
  EXPECT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_EQ(one.wait(), 0) << one.err();
  EXPECT_NE(options_of_study().find("stopped by `hone study stop`"), string::npos);
  for (const json& trial : trials()) EXPECT_NE(trial["state"], "running") << trial;
  const std::size_t before = trials().size();
  worker({"--study", "s"}, 0);
  EXPECT_EQ(trials().size(), before) << "nobody goes on";
  const Ran tuned = tune({"s.toml"}, 130);
  EXPECT_NE(tuned.err.find("hone study resume s"), string::npos) << tuned.err;
  EXPECT_EQ(run_hone(folder.path(), {"study", "resume", "s"}).code, 0);
  EXPECT_NE(run_hone(folder.path(), {"study", "resume", "s"}).out.find("nothing to do"), string::npos);
  Process next(make_folder_of("w"), worker_words(2));
  for (int i = 0; i < 1000 && trials().size() <= before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  next.signal(SIGTERM);
  EXPECT_EQ(next.wait(), 0);
  EXPECT_GT(trials().size(), before);
}

/// Data that a network learns within a few epochs.
string small_csv() {
  string text = "a,b,y\n";
  for (int i = 0; i < 240; ++i)
    text += fmt::format("{},{},{}\n", i % 17, i % 11, (i % 17) + (i % 11) > 13 ? "yes" : "no");
  return text;
}

TEST_F(Workers, TrainNetworksOnTheSameData) {
  file("data.csv", small_csv());
  const std::vector<string> fit = {"fit", "data.csv", "--target", "y", "--study", "f", "--epochs", "3", "-j", "1"};
  std::vector<string> short_fit = fit, long_fit = fit;
  short_fit.insert(short_fit.end(), {"--trials", "1"});
  ASSERT_EQ(run_hone(folder.path(), short_fit).code, 0);
  worker({"--study", "f"}, 0);
  EXPECT_EQ(trials("f").size(), 1u) << "its budget is spent";
  long_fit.insert(long_fit.end(), {"--trials", "200"});
  Process first(make_folder_of("fit"), [&] {
    std::vector<string> words = long_fit;
    words[1] = (folder.path() / "data.csv").string();
    words.insert(words.end(), {"--storage", storage()});
    return words;
  }());
  for (int i = 0; i < 1000 && trials("f").size() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  first.signal(SIGKILL);
  first.wait();
  worker({"--study", "f", "-j", "2"}, 0);
  const json all = trials("f");
  EXPECT_EQ(all.size(), 200u);
  for (const json& trial : all) EXPECT_TRUE(trial["state"] == "complete" || trial["state"] == "pruned") << trial;
  file("data.csv", small_csv() + "1,1,no\n");
  EXPECT_NE(worker({"--study", "f"}, 2).err.find("other data"), string::npos);
}

TEST_F(Workers, RefuseWhatTheyCannotRun) {
  EXPECT_NE(worker({"--study", "s"}, 2).err.find("there is no store"), string::npos);
  study("echo \"hone: {\\\"value\\\": $1}\"");
  (void)tune({"s.toml", "--trials", "1"});
  EXPECT_NE(worker({}, 2).err.find("--study NAME"), string::npos);
  EXPECT_NE(worker({"--study", "t"}, 2).err.find("no study 't'"), string::npos);
  EXPECT_NE(worker({"--study", "s", "-j", "0"}, 2).err.find("--jobs"), string::npos);
  EXPECT_NE(worker({"--study", "s", "--patience", "long"}, 2).err.find("--patience"), string::npos);
  std::filesystem::remove(folder.path() / "program.sh");
  const Ran gone = worker({"--study", "s"}, 2);
  EXPECT_NE(gone.err.find("program.sh"), string::npos) << gone.err;
  file("session.toml",
       "format = 1\n[study]\nname = \"talk\"\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n");
  EXPECT_EQ(run_hone(folder.path(), {"session", "session.toml"}).code, 0);
  EXPECT_NE(worker({"--study", "talk"}, 2).err.find("hone session"), string::npos);
}

}  // namespace
}  // namespace hone
