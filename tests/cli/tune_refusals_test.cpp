// What `hone tune` refuses: each message names the place and the cure, and nothing is changed.
#include <set>

#include "cli/tune_program.hpp"

namespace hone {
namespace {

using std::string;

class TuneRefusals : public TuneProgram {
 protected:
  TuneRefusals() { script("p.sh", "#!/bin/sh\necho 'hone: {\"value\": 1}'\n"); }
  std::set<string> names() const {
    std::set<string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) all.insert(entry.path().filename());
    return all;
  }
};

struct Refusal {
  string file;
  string message;
};

constexpr const char* head = "format = 1\n";
constexpr const char* x = "[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n";
constexpr const char* run = "[run]\ncommand = [\"./p.sh\", \"{x}\"]\n";

TEST_F(TuneRefusals, StudyFiles) {
  const string space = x, good = string(x) + run;
  const Refusal refusals[] = {
      {space, "there is no command to run: write [run] command"},
      {space + "[run]\n", "[run] has no command"},
      {space + "[run]\nmax_step = 3\n", "there is no command to run"},
      {space + "[run]\ncommand = []\n", "must begin with the program"},
      {space + "[run]\ncommand = [\"./q.sh\", \"{x}\"]\n", "there is no program"},
      {space + "[run]\ncommand = [\"no-such-program-at-all\", \"{x}\"]\n", "along $PATH"},
      {space + "[run]\ncommand = [\"p.sh\", \"{x}\"]\n", "the one of this folder is './p.sh'"},
      {space + "[run]\ncommand = [\"./s.toml\", \"{x}\"]\n", "may not be run: `chmod +x"},
      {space + "[run]\ncommand = [\"/tmp\", \"{x}\"]\n", "is a folder, not a program"},
      {space + "[run]\ncommand = [\"./p.sh\", \"{y}\"]\n", "'{y}' in the command is no parameter; known: x"},
      {space + "[run]\ncommand = [\"./p.sh\", \"{x\"]\n", "has a lone '{'"},
      {space + "[run]\ncommand = [\"./p.sh\", \"x}\"]\n", "has a lone '}': write }} for a brace"},
      {"[space]\no = { type = \"categorical\", choices = [\"a\", \"b\"] }\nm = { type = \"bool\", when = \"o == 'a'\" "
       "}\n"
       "[run]\ncommand = [\"./p.sh\", \"--m={m}\"]\n",
       "'m' is not there in every trial, so '--m={m}' of the command must stand in an array of its own"},
      {"[space]\nn = { type = \"int\", low = 1, high = 3 }\nu = { type = \"bool\", repeat = \"n\" }\n"
       "[run]\ncommand = [\"./p.sh\", \"{u.2}\"]\n",
       "'u.2' is not there in every trial"},
      {"[space]\nlr = { type = \"bool\" }\nLR = { type = \"bool\" }\n[run]\ncommand = [\"./p.sh\"]\n",
       "the parameters 'lr' and 'LR' would share the environment variable HONE_PARAM_LR"},
      {"[space]\nc = { type = \"categorical\", choices = [\"a\\u0000b\", \"c\"] }\n[run]\ncommand = [\"./p.sh\", "
       "\"{c}\"]\n",
       "holds a zero byte"},
      {good + "env = { HONE_TRIAL = \"1\" }\n", "begins with HONE_"},
      {good + "env = { \"A=B\" = \"1\" }\n", "'A=B' in env of [run] cannot be set"},
      {good + "env = { A = 1 }\n", "must be a string"},
      {good + "cwd = \"nowhere\"\n", "[run] cwd is 'nowhere', which is no folder"},
      {good + "timeout = \"soon\"\n", "timeout"},
      {good + "memory = \"lots\"\n", "'memory' in [run] must be an amount"},
      {good + "metric_regex = \"(\"\n", "no regular expression"},
      {good + "metric_regex = \"acc\"\n", "it has no group ( ) around the number"},
      {good + "gpus = [\"0\", \"0\"]\n", "[run] gpus has '0' twice"},
      {good + "retry = 1\n", "retries"},
      {good + "max_step = 0\n", "max_step"},
      {good + "[search]\nparallel = 2\n[fit]\nfolds = 1\n", "folds"},
      {good + "gpus = [\"0\"]\n[search]\nparallel = 2\n", "2 trials at once were asked for, but [run] gpus has 1"},
      {good + "[search]\npruner = \"asha\"\n", "pruner 'asha' needs the steps of a full run: write [run] max_step"},
      {good + "[search]\npruner = \"ahsa\"\n", "ahsa"},
      {good + "[search]\nsampler = \"tpee\"\n", "tpe"},
      {good + "[search]\nseeds_per_trial = 3\n", "seeds_per_trial must be 1 for `hone tune`"},
      {good + "[data]\npath = \"train.csv\"\n", "that is for `hone fit`"},
      {good +
           "metric_regex = \"a=(.)\"\n[study]\ndirections = [\"minimize\", \"maximize\"]\nmetrics = [\"a\", \"b\"]\n",
       "metric_regex finds one number, and the study has several objectives"},
      {good + "[[enqueue]]\nx = 2.0\n", "x"},
      {run, "there is nothing to tune: write [space]"},
      {"[run]\ncommand = [\"./p.sh\"]\n", "there is nothing to tune"},
  };
  for (const Refusal& each : refusals) {
    file("s.toml", head + each.file);
    const auto before = names();
    const Ran ran = run_hone(folder.path(), {"tune", "s.toml", "--trials", "1"});
    EXPECT_EQ(ran.code, 2) << each.file << ran.out << ran.err;
    EXPECT_NE(ran.err.find(each.message), string::npos) << each.file << "\nexpected " << each.message << "\n"
                                                        << ran.err;
    EXPECT_EQ(ran.out, "");
    std::set<string> after = names();
    after.erase("stdout.txt"), after.erase("stderr.txt");
    for (const string& name : after) EXPECT_TRUE(before.contains(name)) << name << " by\n" << each.file;
  }
}

TEST_F(TuneRefusals, CommandLines) {
  const std::pair<std::vector<string>, string> refusals[] = {
      {{}, "name a study file"},
      {{"--", "./p.sh"}, "there is nothing to tune"},
      {{"--", "./p.sh", "{x:}"}, "neither LOW..HIGH nor choices"},
      {{"--", "./p.sh", "{x:1}"}, "neither LOW..HIGH nor choices"},
      {{"--", "./p.sh", "{x:1..}"}, "LOW..HIGH needs two numbers"},
      {{"--", "./p.sh", "{x:3..1}"}, "low"},
      {{"--", "./p.sh", "{x:0..1:log}"}, "log"},
      {{"--", "./p.sh", "{x:0..1:lg}"}, "LOW..HIGH needs two numbers"},
      {{"--", "./p.sh", "{3x:0..1}"}, "a name begins with a letter"},
      {{"--", "./p.sh", "{x:a|a}"}, "a"},
      {{"--", "./p.sh", "{x:0..1}", "{x:0..2}"}, "'x' has another domain earlier in the command"},
      {{"--", "./p.sh", "{x:0..1}", "{y}"}, "'{y}' in the command is no parameter; known: x"},
      {{"--", "./nothing.sh", "{x:0..1}"}, "there is no program"},
      {{"--direction", "up", "--", "./p.sh", "{x:0..1}"}, "maximize"},
      {{"--metric-regex", "v", "--", "./p.sh", "{x:0..1}"}, "no group"},
      {{"-j", "0", "--", "./p.sh", "{x:0..1}"}, "-j"},
      {{"--pruner", "median", "--", "./p.sh", "{x:0..1}"}, "max_step"},
      {{"-f", "yaml", "--", "./p.sh", "{x:0..1}"}, "yaml"},
      {{"--storage", "mysql://x", "--", "./p.sh", "{x:0..1}"}, "mysql"},
      {{"missing.toml"}, "missing.toml"},
  };
  for (const auto& [words, message] : refusals) {
    std::vector<string> all = {"tune"};
    all.insert(all.end(), words.begin(), words.end());
    const Ran ran = run_hone(folder.path(), all);
    EXPECT_EQ(ran.code, 2) << message << ran.err;
    EXPECT_NE(ran.err.find(message), string::npos) << message << "\n" << ran.err;
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "hone.db")) << message;
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "hone.db.files")) << message;
  }
}

TEST_F(TuneRefusals, AnotherSpaceUnderTheSameName) {
  study("echo 'hone: {\"value\": 1}'");
  tune({"s.toml", "--trials", "1"});
  study("echo 'hone: {\"value\": 1}'", "", "y = { type = \"bool\" }\n");
  const Ran ran = tune({"s.toml", "--trials", "2"}, 2);
  EXPECT_NE(ran.err.find("study 's' exists with another space (now: y = "), string::npos) << ran.err;
  EXPECT_EQ(trials().size(), 1u);
  tune({"s.toml", "--trials", "2", "--fresh"});
  EXPECT_EQ(trials().size(), 2u);
}

}  // namespace
}  // namespace hone
