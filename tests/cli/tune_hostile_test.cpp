// `hone tune` and programs that misbehave: none hurts the study, none leaves a process behind.
#include "cli/tune_program.hpp"

namespace hone {
namespace {

using std::string;

class TuneHostile : public TuneProgram {};

TEST_F(TuneHostile, WhatAProgramLeavesRunningIsEnded) {
  study("(setsid env -i sleep " + marker() +
        " &)\n"  // double fork, new session, no trace in its environment
        "setsid sh -c 'trap \"\" TERM; (sleep " +
        marker() + "; sleep " + marker() +
        ") & wait' > /dev/null 2>&1 &\n"
        "nohup sleep " +
        marker() +
        " > /dev/null 2>&1 &\n"
        "sleep " +
        marker() +
        " &\n"  // keeps the pipes open
        "echo 'hone: {\"value\": 1}'");
  tune({"s.toml", "--trials", "3", "-j", "2"});
  EXPECT_EQ(processes_with(marker()), 0);
  EXPECT_EQ(hone_json({"study", "best", "s"})["value"], 1.0);
}

TEST_F(TuneHostile, ATimeoutEndsTheWholeTree) {
  study("trap '' TERM\n(setsid sleep " + marker() + ") &\nsleep " + marker() + "\nwhile :; do sleep " + marker() +
            "; done",
        "timeout = \"0.3s\"\ngrace = \"0.2s\"\n");
  tune({"s.toml", "--trials", "1"}, 3);
  EXPECT_EQ(processes_with(marker()), 0);
  EXPECT_EQ(reason(), "timeout: it ran for longer than 0.3s");
}

TEST_F(TuneHostile, TooMuchMemoryIsSaidAndEnded) {
  study("sleep " + marker() + " &\nexec python3 -c 'import time\nx = b\"x\" * 300000000\ntime.sleep(60)'",
        "memory = \"100M\"\n");
  tune({"s.toml", "--trials", "1"}, 3);
  EXPECT_TRUE(reason().starts_with("memory: its processes took ")) << reason();
  EXPECT_NE(reason().find("more than the 100 MiB of [run] memory"), string::npos) << reason();
  EXPECT_EQ(processes_with(marker()), 0);
}

TEST_F(TuneHostile, EndlessOutputIsCutAndTheValueHeard) {
  study(
      "head -c 100000000 /dev/zero | tr '\\0' 'x'\necho\nhead -c 20000000 /dev/zero >&2\necho 'hone: {\"value\": 2}'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 2.0);
  EXPECT_LT(log().size(), 1'200'000u);
  EXPECT_NE(log().find("hone left out 113"), string::npos) << "of 120 MB";
  EXPECT_NE(log().find("hone: {\"value\": 2}\n"), string::npos) << "the end is kept";
  EXPECT_NE(log().find("\n[hone] complete after"), string::npos);
}

TEST_F(TuneHostile, BinaryOutputIsOutput) {
  study("head -c 300000 /dev/urandom\nhead -c 300000 /dev/urandom >&2\nprintf '\\nhone: {\"value\": 3}\\n'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 3.0);
}

TEST_F(TuneHostile, TheLastLineNeedsNoEndAndHalfALineIsNamed) {
  study("printf 'hone: {\"value\": 4}'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 4.0);
  study("printf 'hone: {\"value\": 4'");
  tune({"s.toml", "--trials", "1", "--fresh"}, 3);
  EXPECT_TRUE(reason().starts_with("no value: 1 report was not understood: `hone: {\"value\": 4`: not JSON"))
      << reason();
}

struct Case {
  string shell, reason;
};

TEST_F(TuneHostile, EachFailureSaysWhy) {
  const Case cases[] = {
      {"exit 0", "no value: it printed no line such as hone: {\"value\": 0.5}"},
      {"echo 'ValueError: lr' >&2; exit 3", "exit code 3: ValueError: lr"},
      {"echo 'hone: {\"value\": 1}'; exit 1", "exit code 1"},
      {"kill -SEGV $$", "killed by SIGSEGV (Segmentation fault)"},
      {"kill -9 $$", "killed by SIGKILL (Killed), perhaps because memory was short"},
      {"echo 'hone: {\"value\": NaN}'", "the value is not finite (nan)"},
      {"echo 'hone: {\"value\": -Infinity}'", "the value is not finite (-inf)"},
      {"echo 'hone: {\"value\": \"inf\"}'", "the value is not finite (inf)"},
      {"echo 'hone: {\"step\": 1, \"value\": 0.5}'; echo 'hone: {\"step\": 2, \"value\": NaN}'",
       "the value is not finite (nan)"},
      {"echo 'hone: nonsense'", "no value: 1 report was not understood: `hone: nonsense`: not JSON"},
      {"echo 'hone: {\"valu\": 1}'; echo 'hone: 5'",
       "no value: 2 reports were not understood: `hone: {\"valu\": 1}`: unknown key 'valu'; did you mean 'value'?"},
      {"echo 'hone: {\"step\": 0, \"value\": 1}'", "'step' must be 1 or more, got 0"},
      {"echo 'hone: {\"value\": [1]}'", "'value' must be a number, got an array"},
      {"echo 'hone: {\"values\": [1, 2]}'", "the study has 1 objectives (value): report one value for each, got 2"},
      {"printf 'hone: {\"value\": 1'; head -c 70000 /dev/zero | tr '\\0' ' '; echo '}'",
       "the line is longer than 64 KiB"},
      {"printf 'hone: '; head -c 2000 /dev/zero | tr '\\0' '['; echo", "more than 16 levels"},
  };
  string shell = "case $HONE_TRIAL in\n";
  for (std::size_t i = 0; i < std::size(cases); ++i) shell += fmt::format("{}) {} ;;\n", i, cases[i].shell);
  study(shell + "esac");
  tune({"s.toml", "--trials", fmt::to_string(std::size(cases)), "-j", "4"}, 3);
  const auto all = trials();
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(all[i]["state"], "failed") << i;
    EXPECT_NE(all[i]["reason"].get<string>().find(cases[i].reason), string::npos) << cases[i].shell << "\n"
                                                                                  << all[i]["reason"];
  }
}

TEST_F(TuneHostile, AWrongLineBesideARightOneIsKeptInTheJournal) {
  study("echo 'hone: {\"step\": 0, \"value\": 9}'; echo 'hone: {\"value\": 1, \"attrs\": {\"a\": [1, \"b\"]}}'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"], 1.0);
  const Ran shown = run_hone(folder.path(), {"study", "show", "s"});
  EXPECT_NE(shown.out.find("ignored trial 0: 1 reports: `hone: {\"step\": 0"), string::npos) << shown.out;
  EXPECT_NE(shown.out.find("attrs trial 0: {\"a\":[1,\"b\"]}"), string::npos) << shown.out;
}

TEST_F(TuneHostile, AProgramThatOnlyFailsEndsTheSearchEarly) {
  study("echo 'ImportError: no module' >&2; exit 1");
  const Ran ran = tune({"s.toml", "--trials", "5000", "-j", "2"}, 3);
  EXPECT_NE(ran.err.find("nothing was ever measured, so the search ended early"), string::npos) << ran.err;
  EXPECT_NE(ran.err.find("exit code 1: ImportError: no module"), string::npos) << ran.err;
  EXPECT_LT(trials().size(), 1000u);
}

TEST_F(TuneHostile, FilesOfHoneAreNotTheProgramsAndSignalsAreReset) {
  study(
      "ls -l /proc/self/fd | grep -c -e hone.db -e socket > files.txt; grep -e SigIgn -e SigBlk /proc/self/status > "
      "signals.txt\nread line || echo 'end of input' > input.txt\necho 'hone: {\"value\": 1}'");
  tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(text_of("files.txt"), "0\n");
  EXPECT_EQ(text_of("input.txt"), "end of input\n");
  EXPECT_NE(text_of("signals.txt").find("SigIgn:\t0000000000000000"), string::npos) << text_of("signals.txt");
  EXPECT_NE(text_of("signals.txt").find("SigBlk:\t0000000000000000"), string::npos) << text_of("signals.txt");
}

}  // namespace
}  // namespace hone
