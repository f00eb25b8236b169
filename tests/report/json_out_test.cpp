#include "report/json_out.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace hone {
namespace {

TrialRecord trial(std::int64_t number, TrialState state, double value = 0) {
  TrialRecord record;
  record.number = number;
  record.state = state;
  record.arm = "tpe";
  record.configuration.set("learning_rate", 0.01);
  record.configuration.set("layers", std::int64_t{2});
  record.seconds = 1.5;
  record.started_ms = 1'795'000'000'000;
  Run run;
  run.reports = {{1, 0.5}, {3, std::nan("")}};
  record.runs = {run};
  if (state == TrialState::complete) record.values = {value};
  return record;
}

TEST(JsonOut, a_trial_to_the_letter) {
  EXPECT_EQ(trial_json(trial(3, TrialState::complete, 0.91)),
            R"({"trial": 3, "state": "complete", "params": {"learning_rate": 0.01, "layers": 2}, "value": 0.91, )"
            R"("constraints": [], "steps": 3, "arm": "tpe", "started": "2026-11-18T11:06:40Z", "seconds": 1.5, )"
            R"("reason": null})");
}

TEST(JsonOut, a_trial_without_value_says_so_by_its_state) {
  TrialRecord failed = trial(4, TrialState::failed);
  failed.reason = "loss is nan at step 3";
  const auto read = nlohmann::json::parse(trial_json(failed));
  EXPECT_TRUE(read["value"].is_null());
  EXPECT_EQ(read["state"], "failed");
  EXPECT_EQ(read["reason"], "loss is nan at step 3");
}

TEST(JsonOut, several_objectives_give_values) {
  TrialRecord two = trial(0, TrialState::complete, 0.5);
  two.values = {0.5, 12};
  const auto read = nlohmann::json::parse(trial_json(two, 2));
  EXPECT_FALSE(read.contains("value"));
  EXPECT_EQ(read["values"], nlohmann::json::parse("[0.5, 12.0]"));
}

TEST(JsonOut, lists_are_arrays) {
  EXPECT_EQ(trials_json({}), "[]\n");
  const TrialRecord two[] = {trial(0, TrialState::complete, 1), trial(1, TrialState::paused)};
  const auto read = nlohmann::json::parse(trials_json(two));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[1]["trial"], 1);
}

TEST(JsonOut, the_result_of_a_search_to_the_letter) {
  SearchResult result;
  result.study = "fit-train-1a2b3c4d";
  result.storage = "sqlite:///hone.db";
  result.seed = 7;
  result.seconds = 60.25;
  result.complete = 20;
  result.pruned = 30;
  result.best = {.trial = 17, .value = 0.891, .parameters = {}};
  result.best->parameters.set("layers", std::int64_t{2});
  result.metric = "accuracy";
  result.validation = 0.891;
  result.cross_validation = SearchResult::CrossValidation{0.88, 0.01, 4, 3};
  result.test = SearchResult::Test{.value = 0.885, .metrics = {{"accuracy", 0.885}, {"log_loss", 0.3}}, .looks = 1};
  result.model = "out/model.hone";
  result.overhead_ms_per_trial = 0.25;
  EXPECT_EQ(result_json(result),
            R"({"study": "fit-train-1a2b3c4d", "storage": "sqlite:///hone.db", "seed": 7, "seconds": 60.25, )"
            R"("trials": {"complete": 20, "pruned": 30, "failed": 0}, )"
            R"("best": {"trial": 17, "value": 0.891, "params": {"layers": 2}}, "metric": "accuracy", )"
            R"("validation": 0.891, )"
            R"("cross_validation": {"mean": 0.88, "deviation": 0.01, "folds": 4, "finalists": 3}, )"
            R"("test": {"value": 0.885, "metrics": {"accuracy": 0.885, "log_loss": 0.3}, )"
            R"("looks": 1}, "model": "out/model.hone", "overhead_ms_per_trial": 0.25})");
}

TEST(JsonOut, a_result_without_best_is_still_json) {
  const auto read = nlohmann::json::parse(result_json({}));
  EXPECT_TRUE(read["best"].is_null());
  EXPECT_TRUE(read["test"].is_null());
  EXPECT_TRUE(read["model"].is_null());
}

TEST(JsonOut, study_lines) {
  const StudyLine line{.name = "digits",
                       .kind = "fit",
                       .directions = {"maximize"},
                       .metrics = {"accuracy"},
                       .trials = {.complete = 3, .failed = 1},
                       .best = 0.9,
                       .created_ms = 1'795'000'000'000,
                       .updated_ms = 1'795'000'060'000};
  const auto read = nlohmann::json::parse(studies_json({&line, 1}));
  EXPECT_EQ(read[0]["name"], "digits");
  EXPECT_EQ(read[0]["direction"], "maximize");
  EXPECT_EQ(read[0]["trials"]["complete"], 3);
  EXPECT_EQ(read[0]["best"], 0.9);
  EXPECT_EQ(read[0]["updated"], "2026-11-18T11:07:40Z");
  EXPECT_NE(table_text(studies_table({&line, 1}, true)).find("2026-11-18 11:06"), std::string::npos);
  StudyLine two = line;
  two.directions = {"maximize", "minimize"};
  two.best.reset();
  const auto both = nlohmann::json::parse(studies_json({&two, 1}));
  EXPECT_EQ(both[0]["directions"].size(), 2u);
  EXPECT_TRUE(both[0]["best"].is_null());
}

TEST(JsonOut, trials_csv_has_a_column_per_parameter) {
  TrialRecord other = trial(1, TrialState::pruned);
  other.configuration = {};
  other.configuration.set("units.1", std::int64_t{64});
  other.reason = "below the median, at step 3";
  const TrialRecord both[] = {trial(0, TrialState::complete, 0.9), other};
  const std::string metrics[] = {"accuracy"};
  EXPECT_EQ(trials_csv(both, metrics),
            "trial,state,accuracy,learning_rate,layers,units.1,steps,arm,started,seconds,reason\n"
            "0,complete,0.9,0.01,2,,3,tpe,2026-11-18T11:06:40Z,1.5,\n"
            "1,pruned,,,,64,3,tpe,2026-11-18T11:06:40Z,1.5,\"below the median, at step 3\"\n");
}

TEST(JsonOut, the_export_holds_reports_and_study_file) {
  const StudyLine line{.name = "digits", .kind = "fit", .directions = {"maximize"}, .metrics = {"accuracy"}};
  const TrialRecord one[] = {trial(0, TrialState::complete, 0.9)};
  const auto read = nlohmann::json::parse(export_json(line, "format = 1\n", "", one));
  EXPECT_EQ(read["format"], 1);
  EXPECT_EQ(read["study"]["metrics"][0], "accuracy");
  EXPECT_EQ(read["study_file"], "format = 1\n");
  EXPECT_EQ(read["trials"][0]["origin"], "sampler");
  const auto& reports = read["trials"][0]["runs"][0]["reports"];
  EXPECT_EQ(reports[0], nlohmann::json::parse("[1, 0.5]"));
  EXPECT_TRUE(reports[1][1].is_null());

  TrialRecord several[] = {trial(0, TrialState::paused)};
  several[0].runs[0].further_values = {7, 8, 9, std::nan("")};
  const auto more = nlohmann::json::parse(export_json(line, "", "[space]\n", several));
  EXPECT_EQ(more["trials"][0]["runs"][0]["reports"].dump(), "[[1,0.5,7.0,8.0],[3,null,9.0,null]]");
}

TEST(JsonOut, counts_and_times) {
  const TrialRecord some[] = {trial(0, TrialState::complete, 1), trial(1, TrialState::running),
                              trial(2, TrialState::waiting), trial(3, TrialState::paused)};
  const TrialCounts counts = count_trials(some);
  EXPECT_EQ(counts.complete, 1);
  EXPECT_EQ(counts.running, 1);
  EXPECT_EQ(counts.waiting, 1);
  EXPECT_EQ(counts.paused, 1);
  EXPECT_EQ(counts.total(), 4);
  EXPECT_EQ(utc_time(0), "");
  EXPECT_EQ(utc_time(1'000), "1970-01-01T00:00:01Z");
}

}  // namespace
}  // namespace hone
