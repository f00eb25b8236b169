// `hone tune`: what a program is given, what it may say, what the study then holds.
#include "cli/tune_program.hpp"

namespace hone {
namespace {

using nlohmann::json;
using std::string;

class Tune : public TuneProgram {};

TEST_F(Tune, WithoutAStudyFile) {
  script("train.sh", "#!/bin/sh\necho \"$@\" >> calls.txt\necho \"hone: {\\\"value\\\": $2}\"\n");
  const std::vector<string> command = {"--trials",
                                       "6",
                                       "--direction",
                                       "maximize",
                                       "--metric",
                                       "score",
                                       "--",
                                       "./train.sh",
                                       "--lr",
                                       "{lr:1e-5..1e-1:log}",
                                       "--layers={layers:1..5}",
                                       "{{{opt:sgd|adam}}}"};
  const Ran ran = tune(command);
  EXPECT_NE(ran.out.find("6 trials: 6 complete"), string::npos) << ran.out;
  EXPECT_NE(ran.err.find("maximize score"), string::npos) << ran.err;
  const json studies = hone_json({"study", "list"});
  ASSERT_EQ(studies.size(), 1u);
  const string name = studies[0]["name"];
  EXPECT_TRUE(name.starts_with("tune-train-")) << name;
  const json all = trials(name);
  std::istringstream calls(text_of("calls.txt"));
  for (const json& trial : all) {
    string call;
    std::getline(calls, call);
    const double lr = trial["params"]["lr"];
    EXPECT_TRUE(trial["params"]["layers"].is_number_integer());
    EXPECT_EQ(call, fmt::format("--lr {} --layers={} {{{}}}", lr, trial["params"]["layers"].get<int>(),
                                trial["params"]["opt"].get<string>()));
    EXPECT_EQ(trial["value"].get<double>(), lr);
  }
  const Ran again = tune(command);
  EXPECT_NE(again.out.find("6 trials: 6 complete"), string::npos) << "a finished study prints its result again";
  EXPECT_EQ(trials(name).size(), 6u);
  EXPECT_EQ(run_hone(folder.path(), {"replay", name}).code, 0);
}

constexpr const char* conditional = R"(format = 1
[study]
name = "s"
directions = ["maximize", "minimize"]
metrics = ["accuracy", "latency"]
[space]
layers = { type = "int", low = 1, high = 3 }
units = { type = "int", low = 16, high = 64, repeat = "layers" }
opt = { type = "categorical", choices = ["sgd", "adam"] }
momentum = { type = "float", low = 0.0, high = 0.9, when = "opt == 'sgd'" }
shuffle = { type = "bool" }
[fixed]
batch = 128
[[enqueue]]
layers = 2
"units.1" = 20
"units.2" = 30
opt = "adam"
shuffle = true
[[enqueue]]
layers = 1
"units.1" = 40
opt = "sgd"
momentum = 0.5
shuffle = false
[run]
command = ["./p.py", "{layers}", "{units}", ["--momentum", "{momentum}"], "{shuffle}",
           "{units.1}", "b={batch}", ["{units.3}"]]
env = { DATA = "/data", MKL_NUM_THREADS = "7" }
cwd = "."
)";

TEST_F(Tune, ArgumentsAndEnvironmentAreToTheLetter) {
  file("s.toml", conditional);
  script("p.py", R"(#!/usr/bin/env python3
import json, os, sys
n = os.environ["HONE_TRIAL"]
json.dump({"args": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}, open("call-" + n + ".json", "w"))
print('hone: {"values": {"latency": 5, "accuracy": %s}, "constraints": [-1]}' % n)
)");
  tune({"s.toml", "--trials", "2", "-j", "1"});
  const json first = json::parse(text_of("call-0.json")), second = json::parse(text_of("call-1.json"));
  EXPECT_EQ(first["args"], (json{"2", "20,30", "true", "20", "b=128"}));
  EXPECT_EQ(second["args"], (json{"1", "40", "--momentum", "0.5", "false", "40", "b=128"}));
  const json& environment = first["env"];
  EXPECT_EQ(json::parse(environment["HONE_PARAMS"].get<string>()), trials()[0]["params"]);
  EXPECT_EQ(environment["HONE_PARAM_UNITS_2"], "30");
  EXPECT_EQ(environment["HONE_PARAM_SHUFFLE"], "true");
  EXPECT_EQ(environment["HONE_PARAM_BATCH"], "128");
  EXPECT_FALSE(environment.contains("HONE_PARAM_MOMENTUM"));
  EXPECT_EQ(second["env"]["HONE_PARAM_MOMENTUM"], "0.5");
  EXPECT_EQ(environment["HONE_RUN"], "0");
  EXPECT_LT(std::stoll(environment["HONE_SEED"].get<string>()), std::int64_t{1} << 31);
  EXPECT_NE(environment["HONE_SEED"], second["env"]["HONE_SEED"]);
  EXPECT_FALSE(environment.contains("HONE_MAX_STEP"));
  EXPECT_FALSE(environment.contains("HONE_CHECKPOINT_DIR"));
  EXPECT_EQ(environment["DATA"], "/data");
  EXPECT_EQ(environment["MKL_NUM_THREADS"], "7");
  EXPECT_GE(std::stoi(environment["OMP_NUM_THREADS"].get<string>()), 1);
  EXPECT_EQ(first["cwd"], std::filesystem::canonical(folder.path()).string());
  EXPECT_EQ(trials()[1]["values"], (json{1.0, 5.0})) << "by metric, whatever the order";
  EXPECT_EQ(trials()[1]["constraints"], (json{-1.0}));
}

TEST_F(Tune, TheFileLiesElsewhereAndCwdBeginsThere) {
  study("pwd > where.txt; echo 'hone: {\"value\": 1}'");
  std::filesystem::create_directories(folder.path() / "other");
  const Ran ran = run_hone(folder.path() / "other", {"tune", "../s.toml", "--trials", "1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(text_of("where.txt"), std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST_F(Tune, ProgramsThatKnowNothingOfHone) {
  study("echo 'epoch 1 val_acc=0.25'; echo 'epoch 2 val_acc=0.75 val_acc=9'; echo 'val_acc=0.5'",
        "metric_regex = 'val_acc=(\\d[0-9.]*)'\n");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 0.5) << "the last one";
  EXPECT_EQ(trials()[0]["steps"], 3) << "each match is a report";
  study("echo 'no val_acc here'; printf '\\rval_acc=0.125\\rval_acc=0.25' >&2", "metric_regex = 'val_acc=([0-9.]+)'\n");
  tune({"s.toml", "--trials", "1", "--fresh"});
  EXPECT_EQ(trials()[0]["value"], 0.25) << "a progress bar on stderr";
}

TEST_F(Tune, TheLastReportCountsWithoutAResult) {
  study("for i in 1 2 3; do echo \"hone: {\\\"step\\\": $i, \\\"value\\\": 0.$i}\"; done");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 0.3);
  study("for i in 1 2 3; do echo \"hone: {\\\"step\\\": $i, \\\"value\\\": 0.$i}\"; done; echo 'hone: {\"value\": 7}'");
  tune({"s.toml", "--trials", "1", "--fresh"});
  EXPECT_EQ(trials()[0]["value"], 7.0);
}

TEST_F(Tune, EachGpuHasOneTrialAtATime) {
  study(
      "mkdir gpu-$CUDA_VISIBLE_DEVICES || { echo taken >&2; exit 1; }\nsleep 0.1\nrmdir gpu-$CUDA_VISIBLE_DEVICES\n"
      "echo $CUDA_VISIBLE_DEVICES >> used.txt\necho 'hone: {\"value\": 1}'",
      "gpus = [\"0\", \"3\"]\n");
  const json result = hone_json({"tune", "s.toml", "--trials", "8"});
  EXPECT_EQ(result["trials"]["complete"], 8);
  EXPECT_NE(text_of("used.txt").find("0\n"), string::npos);
  EXPECT_NE(text_of("used.txt").find("3\n"), string::npos);
}

TEST_F(Tune, JsonHasTheResult) {
  study("echo \"hone: {\\\"value\\\": $1}\"");
  const json result = hone_json({"tune", "s.toml", "--trials", "5", "--seed", "3"});
  EXPECT_EQ(result["study"], "s");
  EXPECT_EQ(result["seed"], 3);
  EXPECT_EQ(result["trials"], (json{{"complete", 5}, {"pruned", 0}, {"failed", 0}}));
  EXPECT_EQ(result["best"]["value"], result["best"]["params"]["x"]);
  EXPECT_EQ(result["best"], (json{{"trial", result["best"]["trial"]},
                                  {"value", result["validation"]},
                                  {"params", hone_json({"study", "best", "s"})["params"]}}));
  EXPECT_TRUE(result["overhead_ms_per_trial"].is_number());
}

TEST_F(Tune, ProcessorTimeAndMemoryAreKept) {
  study(
      "exec python3 -c 'import time\nx = bytearray(200000000)\nend = time.process_time() + 0.2\n"
      "while time.process_time() < end: pass\nprint(\"hone: {\\\"value\\\": 1}\")'");
  tune({"s.toml", "--trials", "1"});
  const Ran shown = run_hone(folder.path(), {"study", "show", "s"});
  const std::size_t at = shown.out.find("usage       ");
  ASSERT_NE(at, string::npos) << shown.out;
  double seconds = 0, mebibytes = 0;
  ASSERT_EQ(std::sscanf(shown.out.c_str() + at, "usage       %lfs of processors, up to %lf MiB", &seconds, &mebibytes),
            2)
      << shown.out;
  EXPECT_GE(seconds, 0.2);
  EXPECT_GE(mebibytes, 190);
}

TEST_F(Tune, ANewCommandOnResumeIsKeptForWorkers) {
  study("echo 'hone: {\"value\": 1}'");
  tune({"s.toml", "--trials", "1"});
  tune({"s.toml", "--trials", "2", "--timeout", "5s"});
  EXPECT_EQ(trials().size(), 2u);
}

TEST_F(Tune, RetriesAreForDeadWorkersOnly) {
  study("echo x >> started.txt; exit 1");
  tune({"s.toml", "--trials", "2"}, 3);
  EXPECT_EQ(text_of("started.txt"), "x\nx\n");
}

}  // namespace
}  // namespace hone
