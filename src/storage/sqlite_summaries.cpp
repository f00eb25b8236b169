/// All studies at a glance, without reading their trials one by one.
#include <map>

#include "storage/sqlite_store.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

void count(TrialCounts& counts, TrialState state, std::int64_t trials) {
  switch (state) {
    case TrialState::waiting:
      counts.waiting += trials;
      break;
    case TrialState::running:
      counts.running += trials;
      break;
    case TrialState::paused:
      counts.paused += trials;
      break;
    case TrialState::complete:
      counts.complete += trials;
      break;
    case TrialState::pruned:
      counts.pruned += trials;
      break;
    case TrialState::failed:
      counts.failed += trials;
      break;
  }
}

}  // namespace

Result<std::vector<StudySummary>> SqliteStore::summaries() {
  HONE_TRY(const std::vector<StudyRecord> records, studies());
  std::map<StudyId, StudySummary> by_id;
  std::map<StudyId, std::pair<double, double>> extremes;  // least and greatest value of a feasible complete trial
  {
    const std::scoped_lock lock(mutex_);
    SqliteTransaction transaction(database_);
    HONE_TRY_VOID(transaction.begin_read());
    SqliteStatement states(database_, "SELECT study, state, count(*) FROM trials GROUP BY study, state");
    SqliteRows state_rows = states.query();
    HONE_TRY_VOID(state_rows.each([&]() -> Result<void> {
      HONE_TRY(const TrialState state, state_from(state_rows.text(1)));
      count(by_id[state_rows.integer(0)].trials, state, state_rows.integer(2));
      return {};
    }));
    SqliteStatement values(
        database_,
        "SELECT study, min(value), max(value) FROM (SELECT study, trial, avg(json_extract(told, '$[0]')) AS value "
        "FROM runs WHERE state = 'complete' GROUP BY study, trial) AS told WHERE (SELECT state FROM trials WHERE "
        "trials.study = told.study AND number = trial) = 'complete' AND NOT EXISTS (SELECT 1 FROM trial_constraints AS "
        "c "
        "WHERE c.study = told.study AND c.trial = told.trial AND (value > 0 OR special = 'inf' OR special = 'nan')) "
        "GROUP BY study");
    SqliteRows value_rows = values.query();
    HONE_TRY_VOID(value_rows.each([&]() -> Result<void> {
      extremes[value_rows.integer(0)] = {value_rows.real(1), value_rows.real(2)};
      return {};
    }));
  }
  std::vector<StudySummary> all;
  for (const StudyRecord& record : records) {
    StudySummary& summary = all.emplace_back(by_id[record.id]);
    summary.record = record;
    if (record.directions.size() != 1 || summary.trials.complete == 0) continue;
    if (const auto found = extremes.find(record.id); found != extremes.end()) {
      summary.best = record.directions[0] == "maximize" ? found->second.second : found->second.first;
    } else {  // nothing feasible: the least violation decides
      HONE_TRY(const Changes changes, changed_since(record.id, 0));
      summary.best = best_value(record, changes.trials);
    }
  }
  return all;
}

}  // namespace hone
