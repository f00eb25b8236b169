/// The JSON objects of docs/formats.md, section 4, and the same lists as tables. Numbers are the shortest text that
/// reads back exactly; what is not finite is null. Keys stand in the order of the format. One object comes without a
/// line end, lists end with one.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/prune_audit.hpp"
#include "report/text_table.hpp"
#include "trial/ranking.hpp"
#include "trial/trial.hpp"

namespace hone {

/// What `fit` and `tune` print with -f json.
struct SearchResult {
  std::string study, storage;
  std::uint64_t seed = 0;
  double seconds = 0;
  std::int64_t complete = 0, pruned = 0, failed = 0;
  struct Best {
    std::int64_t trial = 0;
    double value = 0;
    Configuration parameters;
  };
  std::optional<Best> best;
  std::string metric;
  std::optional<double> validation;
  struct CrossValidation {
    double mean = 0, deviation = 0;  ///< of the winner, over the folds
    std::int64_t folds = 0, finalists = 0;
  };
  std::optional<CrossValidation> cross_validation;  ///< if the best trials were compared by it
  struct Test {
    double value = 0;
    std::vector<std::pair<std::string, double>> metrics;
    std::int64_t looks = 0;  ///< how often the sealed part was looked at
  };
  std::optional<Test> test;
  std::optional<PruneAudit> audit;
  std::string model;  ///< path of the model file, or "": null
  std::optional<double> overhead_ms_per_trial;
};
std::string result_json(const SearchResult& result);

/// One object of `study trials` and `study best`; several objectives give "values" for "value".
std::string trial_json(const TrialRecord& trial, std::size_t objectives = 1);
std::string trials_json(std::span<const TrialRecord> trials, std::size_t objectives = 1);
/// Columns trial, state, one per metric, one per parameter (in order of first appearance), steps, arm, started,
/// seconds, reason. `for_people` leaves out what is the same for all, and shortens times.
TextTable trials_table(std::span<const TrialRecord> trials, std::span<const std::string> metrics, bool for_people);
/// The exact list for trials.csv.
std::string trials_csv(std::span<const TrialRecord> trials, std::span<const std::string> metrics);

/// One line of `study list`.
struct StudyLine {
  std::string name, kind;
  std::vector<std::string> directions = {}, metrics = {};
  TrialCounts trials = {};
  std::optional<double> best = std::nullopt;  ///< of a single-objective study
  std::int64_t created_ms = 0, updated_ms = 0;
};
std::string studies_json(std::span<const StudyLine> studies);
TextTable studies_table(std::span<const StudyLine> studies, bool for_people);

/// A whole study for `study export -o FILE.json`: study line, study file, trials with their reports. `open_space`: of
/// an open study the [space] of what its trials asked for, else "".
std::string export_json(const StudyLine& study, const std::string& study_file, const std::string& open_space,
                        std::span<const TrialRecord> trials);

/// 2026-11-23T20:15:07Z; "" for 0.
std::string utc_time(std::int64_t unix_ms);

}  // namespace hone
