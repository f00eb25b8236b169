// `hone tune` interrupted, killed, resumed: nothing is lost, no process is left.
#include <algorithm>

#include "cli/tune_program.hpp"
#include "storage/store.hpp"

namespace hone {
namespace {

using nlohmann::json;
using std::string;

class TuneStop : public TuneProgram {
 protected:
  /// Counts to 9, from its checkpoint if it has one. `held`: from step 2 on only once there is a file "go".
  void counting_program(bool held = false) {
    script("program.sh", R"(#!/bin/sh
step=0
[ -f "$HONE_CHECKPOINT_DIR/step" ] && step=$(cat "$HONE_CHECKPOINT_DIR/step")
echo "trial $HONE_TRIAL resume $HONE_RESUME_STEP found $step" >> starts.txt
value() { awk "BEGIN { print $1 + 1 / $step }"; }
while [ $step -lt $HONE_MAX_STEP ]; do
  )" + string(held ? "while [ $step -ge 2 ] && [ ! -f go ]; do sleep 0.02; done" : "sleep 0.05") +
                             R"(
  step=$((step + 1))
  echo $step > "$HONE_CHECKPOINT_DIR/step.new" && mv "$HONE_CHECKPOINT_DIR/step.new" "$HONE_CHECKPOINT_DIR/step"
  echo "hone: {\"step\": $step, \"value\": $(value $1)}"
done
echo "hone: {\"value\": $(value $1)}"
)");
  }
  void asha_study(const string& more = "", const string& pruner = "asha") {
    file("s.toml",
         "format = 1\n[study]\nname = \"s\"\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n"
         "[search]\nsampler = \"random\"\npruner = \"" +
             pruner + "\"\n" + more +
             "[run]\ncommand = [\"./program.sh\", \"{x}\"]\ncwd = \".\"\nmax_step = 9\ngrace = \"2s\"\n");
  }
  std::vector<string> lines_of(const string& name) {
    std::vector<string> lines;
    std::istringstream text(text_of(name));
    for (string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(TuneStop, AshaPausesAndContinues) {
  counting_program();
  asha_study();
  const json result = hone_json({"tune", "s.toml", "--trials", "9", "-j", "2"});
  EXPECT_GE(result["trials"]["complete"], 1);
  EXPECT_GE(result["trials"]["pruned"], 1);
  int resumed = 0;
  for (const string& line : lines_of("starts.txt")) {
    int trial = -1, from = -1, found = -1;
    ASSERT_EQ(std::sscanf(line.c_str(), "trial %d resume %d found %d", &trial, &from, &found), 3) << line;
    resumed += from > 0;
    EXPECT_GE(found, from) << "its own folder, with what it had saved: " << line;
    EXPECT_EQ(from == 0, found == 0) << line;
  }
  EXPECT_GE(resumed, 1);
  for (const json& trial : trials()) {
    EXPECT_TRUE(trial["state"] == "complete" || trial["state"] == "pruned") << trial;
    const auto number = trial["trial"].get<int>();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "hone.db.files"))
      EXPECT_NE(entry.path().filename(), fmt::format("trial-{}", number)) << "removed with the trial";
  }
  const Ran shown = run_hone(folder.path(), {"study", "show", "s"});
  EXPECT_EQ(shown.out.find("restarted"), string::npos) << shown.out;
  EXPECT_EQ(run_hone(folder.path(), {"replay", "s"}).code, 0);
}

TEST_F(TuneStop, CheckpointsInASharedFolder) {
  counting_program(true);
  asha_study("checkpoints = \"shared\"\ntrials = 1\n", "none");
  Process process(folder.path(), {"tune", "s.toml"});
  for (int i = 0; i < 1000 && log(0).find("\"step\": 2") == string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 130);
  int found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "shared"))
    found += entry.path().filename() == "step";
  EXPECT_EQ(found, 1);
  EXPECT_EQ(run_hone(folder.path(), {"study", "rm", "s"}).code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "shared")) << "the study took its folder with it";
}

TEST_F(TuneStop, AProgramWithoutCheckpointsStartsAnew) {
  script("program.sh",
         "#!/bin/sh\necho \"trial $HONE_TRIAL resume $HONE_RESUME_STEP\" >> starts.txt\n"
         "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.03; echo \"hone: {\\\"step\\\": $i, \\\"value\\\": $1}\"; done\n");
  asha_study();
  tune({"s.toml", "--trials", "6"});
  int starts = 0;
  for (const string& line : lines_of("starts.txt")) {
    EXPECT_TRUE(line.ends_with("resume 0")) << line;
    ++starts;
  }
  EXPECT_GT(starts, 6) << "some were paused";
  const auto store = open_store("sqlite:///" + (folder.path() / "hone.db").string(), false);
  ASSERT_TRUE(store.has_value());
  const auto events = (*store)->events((*store)->find_study("s")->value().id);
  EXPECT_TRUE(std::ranges::any_of(*events, [](const Event& event) { return event.kind == "restarted"; }));
}

TEST_F(TuneStop, CtrlCSavesAndTheSameCommandGoesOn) {
  counting_program(true);
  asha_study("trials = 2\nparallel = 2\n", "none");
  Process process(folder.path(), {"tune", "s.toml"});
  for (int i = 0; i < 1000 && log(1).find("\"step\": 2") == string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  process.signal(SIGINT);
  process.signal(SIGINT);  // at once: that is no second Ctrl-C
  EXPECT_EQ(process.wait(), 130);
  EXPECT_NE(process.err().find("goes on where it stopped"), string::npos) << process.err();
  EXPECT_EQ(processes_with((folder.path() / "program.sh").string()), 0);
  const json before = trials();
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(before[1]["state"], "waiting");
  EXPECT_GE(before[1]["steps"], 2);
  const std::size_t started = lines_of("starts.txt").size();
  file("go", "");
  tune({"s.toml"});
  const json after = trials();
  EXPECT_EQ(after.size(), 2u);
  EXPECT_EQ(after[1]["params"], before[1]["params"]);
  const auto lines = lines_of("starts.txt");
  ASSERT_GT(lines.size(), started);
  for (std::size_t i = started; i < lines.size(); ++i)
    EXPECT_EQ(lines[i].find("resume 0"), string::npos) << "it went on: " << lines[i];
}

TEST_F(TuneStop, ASecondCtrlCDoesNotWaitForTheGrace) {
  study("trap '' TERM INT\necho x > started.txt\nsleep " + marker(), "grace = \"1h\"\n");
  Process process(folder.path(), {"tune", "s.toml"});
  wait_for_file("started.txt");
  process.signal(SIGINT);
  for (int i = 0; i < 3000 && process.err().find("ending the programs") == string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(process.err().find("they have 1h00m to save (Ctrl-C kills them at once)"), string::npos) << process.err();
  EXPECT_GE(processes_with(marker()), 1) << "it has its grace";
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(), 130);
  wait_for_processes(marker(), 0);
}

TEST_F(TuneStop, AProgramThatHeedsTheSignalHasItsGrace) {
  study("trap 'sleep 0.2; echo saved > saved.txt; exit 0' TERM\necho x > started.txt\nsleep " + marker() + " & wait",
        "grace = \"60s\"\n");
  Process process(folder.path(), {"tune", "s.toml"});
  wait_for_file("started.txt");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 130);
  EXPECT_EQ(text_of("saved.txt"), "saved\n");
  EXPECT_EQ(processes_with(marker()), 0);
}

TEST_F(TuneStop, KillingHoneEndsItsPrograms) {
  study("(setsid env -i sleep " + marker() + " &)\necho x > started.txt\nsleep " + marker());
  Process process(folder.path(), {"tune", "s.toml"});
  wait_for_file("started.txt");
  wait_for_processes(marker(), 2);
  process.signal(SIGKILL);
  process.wait();
  wait_for_processes(marker(), 0);
  study("echo 'hone: {\"value\": 1}'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 1.0) << "the trial of the dead hone was started again";
}

TEST_F(TuneStop, KillingTheKeeperToo) {
  study("(setsid sleep " + marker() + " &)\necho x > started.txt\nexec sleep " + marker());
  Process process(folder.path(), {"tune", "s.toml"});
  wait_for_file("started.txt");
  wait_for_processes(marker(), 2);
  std::vector<pid_t> keepers;
  for (const ProcessStatus& each : descendants_of(process.id()))
    if (each.parent == process.id()) keepers.push_back(each.process);
  for (const pid_t keeper : keepers) ::kill(keeper, SIGSTOP);  // it cannot see that hone goes
  process.signal(SIGKILL);
  process.wait();
  for (const pid_t keeper : keepers) ::kill(keeper, SIGKILL);
  wait_for_processes(marker(), 1);  // the program went with its keeper
  study("echo 'hone: {\"value\": 1}'");
  const Ran ran = tune({"s.toml", "--trials", "1"});
  EXPECT_NE(ran.err.find("ended 1 processes that a hone which was killed had left running"), string::npos) << ran.err;
  EXPECT_EQ(processes_with(marker()), 0);
}

TEST_F(TuneStop, AKeeperThatIsKilledFailsItsTrialOnly) {
  study("[ $HONE_TRIAL = 1 ] && { echo 'hone: {\"value\": 1}'; exit; }\n(setsid sleep " + marker() +
        " &)\necho x > started.txt\nsleep " + marker());
  Process process(folder.path(), {"tune", "s.toml", "--trials", "2"});
  wait_for_file("started.txt");
  wait_for_processes(marker(), 2);
  for (const ProcessStatus& each : descendants_of(process.id()))
    if (each.parent == process.id()) ::kill(each.process, SIGKILL);
  EXPECT_EQ(process.wait(), 0) << process.err();
  EXPECT_EQ(reason(0), "the process that watched over the program was killed");
  EXPECT_EQ(trials()[1]["state"], "complete");
  EXPECT_EQ(processes_with(marker()), 0);
}

TEST_F(TuneStop, TheTimeBudgetHandsTrialsBack) {
  study("echo 'hone: {\"step\": 1, \"value\": 1}'; sleep " + marker(), "grace = \"1s\"\n");
  tune({"s.toml", "--time", "1s"}, 3);
  EXPECT_EQ(trials()[0]["state"], "waiting");
  EXPECT_EQ(processes_with(marker()), 0);
}

}  // namespace
}  // namespace hone
