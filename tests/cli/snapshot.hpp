// What a study's database holds at one moment, read from a copy: the original stays as a killed process left it.
#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "storage/store.hpp"

namespace hone {

/// The trials of `study` in folder/hone.db; none if the study does not exist yet.
inline Result<std::vector<TrialRecord>> trials_now(const std::filesystem::path& folder, const std::string& study) {
  const std::filesystem::path copy = folder / "snapshot";
  std::error_code ignored;
  std::filesystem::remove_all(copy, ignored);
  std::filesystem::create_directories(copy);
  for (const char* name : {"hone.db", "hone.db-wal", "hone.db-journal"})
    std::filesystem::copy_file(folder / name, copy / name, ignored);
  if (!std::filesystem::exists(copy / "hone.db")) return std::vector<TrialRecord>{};
  auto store = open_store("sqlite:///" + (copy / "hone.db").string(), true);
  if (!store) return std::unexpected(store.error());
  HONE_TRY(const auto record, (*store)->find_study(study));
  if (!record) return std::vector<TrialRecord>{};
  HONE_TRY(auto changes, (*store)->changed_since(record->id, 0));
  return std::move(changes.trials);
}

/// What was asked: it may never change.
inline std::string asked_text(const TrialRecord& trial) {
  std::string text =
      fmt::format("trial {} origin {} arm {} attempt {} why '{}' params {} point", trial.number,
                  origin_name(trial.origin), trial.arm, trial.attempt, trial.why, trial.configuration.json());
  for (const double coordinate : trial.point) text += " " + number_text(coordinate);
  return text + fmt::format(" seed {}", trial.runs.at(0).seed);
}

inline std::string reports_text(const TrialRecord& trial) {
  std::string text;
  for (const Report& report : trial.runs.at(0).reports)
    text += fmt::format(" {}:{}", report.step, number_text(report.value));
  return text;
}

/// All of a trial that must not depend on how often its process was killed; numbers as texts that read back exactly.
inline std::string outcome_text(const TrialRecord& trial) {
  std::string text =
      asked_text(trial) + fmt::format(" until {} state {} reason '{}' reports{} values", trial.until_step,
                                      state_name(trial.state), trial.reason, reports_text(trial));
  for (const double value : trial.values) text += " " + number_text(value);
  return text;
}

/// What `after` has lost or changed of what stood in `before`; "" if nothing. Finished trials stay as they are, times
/// included; reports stay; no trial falls back from paused to an earlier step.
inline std::string lost(const std::vector<TrialRecord>& before, const std::vector<TrialRecord>& after) {
  if (after.size() < before.size()) return fmt::format("{} trials became {}", before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const TrialRecord &old = before[i], &now = after[i];
    if (asked_text(old) != asked_text(now)) return asked_text(old) + "\nbecame\n" + asked_text(now);
    if (is_finished(old.state) &&
        (outcome_text(old) != outcome_text(now) || old.finished != now.finished || old.seconds != now.seconds))
      return outcome_text(old) + "\nbecame\n" + outcome_text(now);
    if (!reports_text(now).starts_with(reports_text(old)))
      return fmt::format("trial {}: reports{}\nbecame{}", old.number, reports_text(old), reports_text(now));
  }
  return "";
}

}  // namespace hone
