#include "report/summary.hpp"
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace hone {
namespace {

TrialRecord complete(std::int64_t number, double value, std::int64_t layers) {
  TrialRecord record;
  record.number = number;
  record.state = TrialState::complete;
  record.values = {value};
  record.configuration.set("activation", std::string("relu"));
  record.configuration.set("layers", layers);
  for (std::int64_t k = 1; k <= layers; ++k) record.configuration.set("units." + std::to_string(k), 64 * k);
  return record;
}

std::vector<TrialRecord> some_trials() {
  std::vector<TrialRecord> trials = {complete(0, 0.7, 1), complete(1, 0.9, 2), complete(2, 0.9, 1),
                                     complete(3, std::nan(""), 1), complete(4, 0.95, 1)};
  trials[4].state = TrialState::failed;
  trials[4].values.clear();
  return trials;
}

TEST(Summary, the_table_shows_what_differs) {
  EXPECT_EQ(table_text(winners_table(some_trials(), true, "accuracy")),
            "rank  accuracy  trial  layers  units.2\n"
            "   1       0.9      1       2      128\n"
            "   2       0.9      2       1        -\n"
            "   3       0.7      0       1        -\n");
  EXPECT_EQ(common_parameters(some_trials(), true), "activation=relu units.1=64");
}

TEST(Summary, a_trial_that_is_not_complete_is_named_so) {
  auto trials = some_trials();
  trials.resize(2);
  trials[1].state = TrialState::pruned;
  trials[1].values.clear();
  trials[1].runs.resize(1);
  trials[1].runs[0].reports = {{1, 0.4}, {3, 0.8}};
  EXPECT_EQ(table_text(winners_table(trials, true, "accuracy")),
            "rank  accuracy  trial  state     layers  units.2\n"
            "   1       0.7      0  complete       1        -\n"
            "   2       0.8      1  pruned         2      128\n");
}

TEST(Summary, the_table_is_as_short_as_asked) {
  EXPECT_EQ(winners_table(some_trials(), true, "accuracy", 1).rows.size(), 1u);
  EXPECT_EQ(common_parameters(some_trials(), true, 1), "activation=relu layers=2 units.1=64 units.2=128");
  EXPECT_TRUE(winners_table({}, true, "accuracy").rows.empty());
  EXPECT_EQ(common_parameters({}, true), "");
}

TEST(Summary, a_table_too_wide_is_turned_on_its_side) {
  EXPECT_EQ(winners_text(some_trials(), true, "accuracy", 38),
            table_text(winners_table(some_trials(), true, "accuracy")));
  EXPECT_EQ(winners_text(some_trials(), true, "accuracy", 37),
            "           #1   #2   #3\n"
            "accuracy  0.9  0.9  0.7\n"
            "trial       1    2    0\n"
            "layers      2    1    1\n"
            "units.2   128    -    -\n");
  auto trials = some_trials();
  for (TrialRecord& trial : trials)
    for (int i = 0; i < 12; ++i)
      trial.configuration.set("parameter_" + std::to_string(i), 1.0 / (3 + i + static_cast<double>(trial.number)));
  for (const std::size_t width : {100u, 80u, 60u, 40u}) {
    std::istringstream lines(winners_text(trials, true, "accuracy", width));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), width) << line;
    EXPECT_EQ(count, 1 + 2 + 2 + 12) << "every parameter that differs is shown";
  }
}

TEST(Summary, next_commands_are_aligned) {
  const NextCommand next[] = {{"use it", "hone predict m d"}, {"search longer", "hone fit d --time 10m"}};
  EXPECT_EQ(next_commands_text(next),
            "  use it          hone predict m d\n"
            "  search longer   hone fit d --time 10m\n");
  EXPECT_EQ(next_commands_text({}), "");
}

TEST(Summary, shell_words) {
  EXPECT_EQ(shell_word("data/train.csv"), "data/train.csv");
  EXPECT_EQ(shell_word("my data.csv"), "'my data.csv'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
}

TEST(Summary, the_best_study_repeats_the_winner) {
  StudyFile study;
  study.name = "digits";
  study.seed = 7;
  study.fixed.set("batch", std::int64_t{128});
  study.fixed.set("layers", std::int64_t{9});
  study.search.sampler = "tpe";
  study.search.trials = 200;
  study.search.time_seconds = 60;
  study.data.path = "train.csv";
  study.enqueue.resize(2);
  const StudyFile best = best_study(study, complete(1, 0.9, 2).configuration);
  EXPECT_EQ(*best.name, "digits-best");
  EXPECT_FALSE(best.space);
  EXPECT_TRUE(best.enqueue.empty());
  EXPECT_FALSE(best.search.sampler);
  EXPECT_FALSE(best.search.time_seconds);
  EXPECT_EQ(*best.search.trials, 1);
  EXPECT_EQ(*best.data.path, "train.csv");
  EXPECT_EQ(*best.seed, 7u);
  EXPECT_EQ(best.fixed.text(), "batch=128 layers=2 activation=relu units.1=64 units.2=128");
}

TEST(Summary, best_toml_reads_back) {
  StudyFile study;
  study.name = "digits";
  study.data.path = "train.csv";
  study.search.seeds_per_trial = 3;
  study.search.audit = 0.5;
  const std::string toml =
      best_toml(study, complete(1, 0.9, 2).configuration, {"accuracy 0.9 on the validation part", "second line"});
  EXPECT_TRUE(toml.starts_with("# accuracy 0.9 on the validation part\n# second line\n")) << toml;
  const auto read = parse_study_file(toml, "best.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->fixed.text(), "activation=relu layers=2 units.1=64 units.2=128");
  EXPECT_EQ(*read->name, "digits-best");
  EXPECT_EQ(read->search.seeds_per_trial, 3) << "else it repeats another value";
  EXPECT_EQ(read->search.audit, 0);
}

}  // namespace
}  // namespace hone
