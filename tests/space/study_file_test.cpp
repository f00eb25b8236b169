#include "space/study_file.hpp"

#include <gtest/gtest.h>

#include "space/random_space.hpp"

namespace hone {
namespace {

constexpr const char* whole = R"toml(format = 1

[study]
name = "digits"
direction = "maximize"
metric = "accuracy"
seed = 7

[space]
learning_rate = { type = "float", low = 1e-5, high = 1e-1, log = true, default = 1e-3 }
layers        = { type = "int", low = 1, high = 5 }
units         = { type = "int", low = 16, high = 512, log = true, repeat = "layers" }
activation    = { type = "categorical", choices = ["relu", "tanh", {none = true}, 1, 1.0, true] }
optimizer     = { type = "categorical", choices = ["sgd", "adam"] }
momentum      = { type = "float", low = 0.0, high = 0.99, when = "optimizer == 'sgd'" }
size          = { type = "ordinal", choices = ["s", "m", "l"] }
shuffle       = { type = "bool", default = true }

[fixed]
batch = 128
"heads.1" = 64

[constraints]
forbid = ["layers >= 4 and learning_rate > 0.05", "layers * learning_rate > 0.3"]

[[enqueue]]
learning_rate = 0.01
[[enqueue]]
layers = 2
"units.1" = 32

[search]
sampler = "tpe"
pruner = "asha"
trials = 200
time = "30m"
parallel = 2
seeds_per_trial = 3
checkpoints = "/shared/dir"
[search.tpe]
candidates = 24
liar = true

[run]
command = ["python3", "train.py", "--lr", "{learning_rate}", ["--momentum", "{momentum}"], ["-x{momentum}"]]
env = { DATA = "/data" }
cwd = "."
timeout = "10m"
grace = "10s"
memory = "4G"
retries = 2
max_step = 30
gpus = ["0", "1"]
metric_regex = "val_acc=([0-9.]+)"

[data]
path = "train.csv"
target = "income"
task = "classification"
test = "test.csv"
split_by = "patient"
columns = { zip = "categorical", "odd name" = "drop" }
[fit]
metric = "accuracy"
ensemble = 2
max_step = 40
)toml";

std::string error_of(const std::string& toml) {
  const auto file = parse_study_file(toml, "s.toml");
  return file ? "accepted" : file.error().message;
}

TEST(StudyFile, ReadsEverySection) {
  const auto parsed = parse_study_file(whole, "s.toml");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const StudyFile& file = *parsed;
  EXPECT_EQ(file.name, "digits");
  EXPECT_EQ(file.directions, std::vector<std::string>{"maximize"});
  EXPECT_EQ(file.metric, "accuracy");
  EXPECT_EQ(file.seed, 7u);
  ASSERT_TRUE(file.space.has_value());
  std::vector<std::string> names;
  for (const Parameter& parameter : file.space->parameters()) names.push_back(parameter.name);
  EXPECT_EQ(names, (std::vector<std::string>{"learning_rate", "layers", "units", "activation", "optimizer", "momentum",
                                             "size", "shuffle"}))
      << "the order of the file";
  EXPECT_EQ(file.space->axes().size(), 12u);
  EXPECT_EQ(file.space->forbid().size(), 2u);
  EXPECT_EQ(file.fixed.text(), "batch=128 heads.1=64");
  ASSERT_EQ(file.enqueue.size(), 2u);
  EXPECT_EQ(file.enqueue[1].text(), "layers=2 units.1=32");
  EXPECT_EQ(file.search.sampler, "tpe");
  EXPECT_EQ(file.search.trials, 200);
  EXPECT_EQ(file.search.time_seconds, 1800);
  EXPECT_EQ(file.search.seeds_per_trial, 3);
  EXPECT_EQ(file.search.options.at("tpe").at("candidates"), 24);
  EXPECT_EQ(file.search.options.at("tpe").at("liar"), 1);
  ASSERT_TRUE(file.run.has_value());
  ASSERT_EQ(file.run->command.size(), 6u);
  EXPECT_EQ(file.run->command[4].words, (std::vector<std::string>{"--momentum", "{momentum}"}));
  EXPECT_FALSE(file.run->command[3].optional);
  EXPECT_TRUE(file.run->command[5].optional);
  EXPECT_EQ(file.run->timeout_seconds, 600);
  EXPECT_EQ(file.run->gpus.size(), 2u);
  EXPECT_EQ(file.data.split_by, "patient");
  EXPECT_EQ(file.data.columns.at("odd name"), "drop");
  EXPECT_EQ(file.fit_metric, "accuracy");
  EXPECT_EQ(file.ensemble, 2);
  EXPECT_EQ(file.fit_max_step, 40);
}

TEST(StudyFile, WritesWhatReadsBack) {
  const auto file = parse_study_file(whole, "s.toml").value();
  const std::string text = study_file_toml(file);
  const auto again = parse_study_file(text, "again");
  ASSERT_TRUE(again.has_value()) << again.error().message << '\n' << text;
  EXPECT_EQ(study_file_toml(*again), text);
  EXPECT_EQ(again->fixed, file.fixed);
  EXPECT_EQ(again->enqueue, file.enqueue);
  EXPECT_EQ(again->run->command, file.run->command);
  EXPECT_EQ(again->run->environment, file.run->environment);
  EXPECT_EQ(again->data.columns, file.data.columns);
  EXPECT_EQ(again->search.options, file.search.options);
  EXPECT_EQ(again->search.time_seconds, file.search.time_seconds);
  EXPECT_EQ(again->ensemble, 2);
  EXPECT_EQ(again->fit_max_step, 40);
  EXPECT_EQ(study_file_toml(StudyFile{}), "format = 1\n");
}

TEST(StudyFileProperty, RandomFilesReadBack) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 20);
    const std::vector<std::string> texts = {"plain", "quo\"te", "back\\slash", "new\nline", "ünï", "a = [b]", "#"};
    const auto text = [&] { return texts[rng.below(static_cast<std::uint32_t>(texts.size()))]; };
    const auto maybe = [&] { return rng.below(2) == 0; };
    StudyFile file;
    if (maybe()) file.name = text();
    if (maybe()) file.seed = (std::uint64_t{rng.next()} << 32) | rng.next();
    if (maybe()) {
      file.directions = {"minimize", "maximize"};
      file.metrics = {"a", text()};
    } else if (maybe()) {
      file.directions = {"minimize"};
      if (maybe()) file.metric = text();
    }
    if (maybe()) file.space = random_space(rng);
    if (maybe()) file.fixed.set("fixed_" + std::to_string(rng.below(9)), text());
    for (std::uint32_t i = rng.below(3); i > 0; --i)
      file.enqueue.push_back(file.space ? file.space->configuration(random_point(*file.space, rng)) : Configuration());
    if (maybe()) file.search.time_seconds = 1e-3 + 1e6 * rng.uniform();
    if (maybe()) file.search.trials = 1 + rng.below(1000);
    if (maybe()) file.search.seeds_per_trial = 1 + rng.below(4);
    if (maybe()) file.search.options["tpe"][text()] = rng.uniform() * (maybe() ? 1 : 1e20);
    if (maybe()) file.search.options[text()];
    if (maybe()) file.data.columns[text()] = "drop";
    if (maybe()) file.data.path = text();
    if (maybe()) {
      file.run.emplace();
      file.run->command = {{{text()}, false}, {{text()}, true}, {{text(), text()}, true}};
      file.run->environment[text()] = maybe() ? text() : "";
      file.run->retries = rng.below(3);
      if (maybe()) file.run->grace_seconds = 60 * rng.uniform();
    }
    const std::string written = study_file_toml(file);
    const auto again = parse_study_file(written, "again");
    ASSERT_TRUE(again.has_value()) << again.error().message << '\n' << written;
    EXPECT_EQ(study_file_toml(*again), written);
    EXPECT_EQ(again->name, file.name);
    EXPECT_EQ(again->seed, file.seed);
    EXPECT_EQ(again->metrics, file.metrics);
    EXPECT_EQ(again->fixed, file.fixed);
    EXPECT_EQ(again->enqueue, file.enqueue);
    EXPECT_EQ(again->search.time_seconds, file.search.time_seconds);
    EXPECT_EQ(again->search.options, file.search.options);
    EXPECT_EQ(again->run.has_value(), file.run.has_value());
    if (file.run) {
      EXPECT_EQ(again->run->command, file.run->command);
      EXPECT_EQ(again->run->environment, file.run->environment);
      EXPECT_EQ(again->run->grace_seconds, file.run->grace_seconds);
    }
    ASSERT_EQ(again->space.has_value(), file.space.has_value());
    if (file.space) {
      const Point point = random_point(*file.space, rng);
      EXPECT_EQ(again->space->configuration(point), file.space->configuration(point));
    }
  }
}

TEST(StudyFile, RefusesWithLineColumnAndCure) {
  const std::string head = "format = 1\n";
  const std::string space = head + "[space]\n";
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "s.toml:1:1: the format is missing; begin the file with: format = 1"},
      {"format = 2", "s.toml:1:10: format 2 was written by a newer hone"},
      {"format = 'x'", "s.toml:1:10: 'format' in the study file must be a whole number"},
      {head + "[spase]\n", "s.toml:2:2: unknown section or key 'spase' in the study file; did you mean 'space'?"},
      {head + "a = = 1", "s.toml:2:5: not TOML"},
      {head + "a = 'b", "s.toml:2:7: not TOML"},
      {head + "study = 3", "s.toml:2:9: [study] must be a table, got 3 (int)"},
      {head + "[study]\nnme = 'x'", "s.toml:3:1: unknown key 'nme' in [study]; did you mean 'name'?"},
      {head + "[study]\ndirection = 'up'", "s.toml:3:13: 'direction' in [study] must be one of minimize, maximize"},
      {head + "[study]\ndirections = ['minimize']",
       "s.toml:3:14: 'directions' and 'metrics' in [study] must have as many"},
      {head + "[study]\nseed = -1", "s.toml:3:8: 'seed' in [study] must be a whole number from 0 to 2^64 - 1, got -1"},
      {space + "x = { type = 'float', low = 2, high = 1 }", "s.toml:3:29: parameter 'x': low must not be above high"},
      {space + "x = { type = 'float', low = 0, high = 1, log = true }",
       "s.toml:3:29: parameter 'x': log needs low > 0"},
      {space + "x = { type = 'flaot', low = 0, high = 1 }",
       "s.toml:3:14: unknown type 'flaot' of parameter 'x'; did you mean"},
      {space + "x = { type = 'float', lo = 0, high = 1 }", "did you mean 'low'?"},
      {space + "x = { type = 'float', high = 1 }", "parameter 'x' has no 'low'"},
      {space + "x = { type = 'bool', low = 0 }", "s.toml:3:22: unknown key 'low' in parameter 'x'"},
      {space + "x = { low = 0, high = 1 }",
       "s.toml:3:1: parameter 'x' has no type; add type = \"...\", one of float, int"},
      {space + "x = 3", "s.toml:3:5: parameter 'x' must be a table such as"},
      {space + "x = { type = 'int', low = 1.5, high = 3 }", "s.toml:3:27: 'low' of the int 'x' must be a whole number"},
      {space + "x = { type = 'int', low = 0, high = 9007199254740993 }",
       "s.toml:3:37: 'high' in parameter 'x' must be within"},
      {space + "x = { type = 'float', low = 0, high = inf }", "s.toml:3:39: parameter 'x': high must be a finite"},
      {space + "x = { type = 'float', low = 0, high = 1, step = 0.3 }",
       "s.toml:3:39: parameter 'x': high - low must be a "
       "multiple of step, got low = 0, high = 1, step = 0.3; the nearest high is 0.9"},
      {space + "x = { type = 'float', low = 0, high = 1, default = 2 }",
       "s.toml:3:52: parameter 'x': default must be from"},
      {space + "x = { type = 'categorical', choices = ['a', 'a'] }", "s.toml:3:39: parameter 'x': choices must differ"},
      {space + "x = { type = 'categorical', choices = [2020-01-01] }", "got a date or time"},
      {space + "x = { type = 'bool', when = 'y == 1' }\ny = { type = 'int', low = 0, high = 1, when = 'x == true' }",
       "s.toml:3:29: parameter 'x': its conditions form a cycle: x -> y -> x"},
      {space + "x = { type = 'bool', when = '''\nz == 1''' }",
       "s.toml:3:29: parameter 'x': in when, line 1, column 1: unknown"},
      {space + "x = { type = 'bool' }\n[constraints]\nforbid = [\n  'x == true',\n  'lyers > 2']",
       "s.toml:7:3: forbid 2: line 1, column 1: unknown parameter 'lyers'"},
      {head + "[constraints]\nforbid = ['x > 1']", "s.toml:2:1: [constraints] needs a [space]"},
      {space + "'a b' = { type = 'bool' }", "s.toml:3:1: 'a b' is not a name"},
      {space + "x = { type = 'bool' }\nx = { type = 'bool' }", "s.toml:4:"},
      {space + "x = { type = 'bool' }\n[fixed]\nx = true",
       "s.toml:5:1: 'x' is both in [space] and in [fixed]; remove one"},
      {head + "[fixed]\nunits.1 = 3", "s.toml:3:1: write the name in quotes: \"units.1\" = ..."},
      {space + "x = { type = 'bool' }\n[[enqueue]]\nx = 1",
       "s.toml:5:1: in [[enqueue]]: 'x' must be one of false, true"},
      {space + "x = { type = 'bool' }\n[[enqueue]]\ny = 1", "s.toml:5:1: in [[enqueue]]: unknown parameter 'y'"},
      {head + "[search]\ntime = 'banana'", "s.toml:3:8: 'time' in [search]: 'banana' is not a duration"},
      {head + "[search]\ntime = 30", "s.toml:3:8: 'time' in [search] must be a duration in quotes, such as"},
      {head + "[search]\ntrials = 0", "s.toml:3:10: 'trials' in [search] must be at least 1, got 0"},
      {head + "[search]\ntrails = 9", "s.toml:3:1: unknown key 'trails' in [search]; did you mean 'trials'?"},
      {head + "[search.tpe]\nn = 'x'", "s.toml:3:5: 'n' in [search.tpe] must be a number"},
      {head + "[run]\n", "s.toml:2:1: [run] has no command"},
      {head + "[run]\ncommand = ['a', 3]", "s.toml:3:17: 'command' in [run] must hold strings"},
      {head + "[run]\ncommand = ['a']\nmemory = 'lots'", "s.toml:4:10: 'memory' in [run] must be an amount such as"},
      {head + "[data]\ntask = 'clustering'", "s.toml:3:8: 'task' in [data] must be one of classification, regression"},
      {head + "[data]\nsplit_by = 'a'\ntime_column = 'b'",
       "s.toml:4:15: 'split_by' and 'time_column' in [data] exclude"},
      {head + "[data]\ncolumns = { a = 'text' }", "s.toml:3:17: 'a' in columns of [data] must be one of categorical"},
      {head + "[fit]\nensemble = 0", "s.toml:3:12: 'ensemble' in [fit] must be at least 1"},
      {head + "\n" + std::string(500, '.'), "s.toml:3:201: nested deeper than 200 tables"},
      {head + "a" + std::string(300'000, '['), "s.toml:2:"},
      {head + "x = \"\xff\"", "s.toml:2:"},
  };
  for (const auto& [toml, part] : table) {
    const std::string message = error_of(toml);
    EXPECT_NE(message.find(part), std::string::npos) << toml.substr(0, 300) << "\n" << message << "\nlacks: " << part;
  }
}

TEST(StudyFile, ReportsTheFirstMistakeOfTheFile) {
  EXPECT_TRUE(error_of("format = 1\n[search]\ntrials = 0\n[study]\nseed = -1\n").starts_with("s.toml:3:10:"));
}

}  // namespace
}  // namespace hone
