/// All studies at a glance, without reading their trials one by one.
#include <map>

#include "storage/postgres_store.hpp"

namespace hone {
namespace {

// One row per study and state. A NaN is greater than any number there.
constexpr PgStatement select_states{
    "summaries",
    "SELECT study, state, count(*), count(*) FILTER (WHERE feasible), min(value) FILTER (WHERE feasible), "
    "max(value) FILTER (WHERE feasible) FROM (SELECT study, state, told[1] AS value, state = 'complete' AND "
    "(constraints IS NULL OR NOT EXISTS (SELECT FROM unnest(constraints) AS c WHERE c > 0)) AS feasible FROM "
    "hone.trials) AS t GROUP BY study, state"};

std::int64_t& count_of(TrialCounts& counts, TrialState state) {
  switch (state) {
    case TrialState::waiting:
      return counts.waiting;
    case TrialState::running:
      return counts.running;
    case TrialState::paused:
      return counts.paused;
    case TrialState::complete:
      return counts.complete;
    case TrialState::pruned:
      return counts.pruned;
    case TrialState::failed:
      break;
  }
  return counts.failed;
}

}  // namespace

Result<std::vector<StudySummary>> PostgresStore::summaries() {
  struct Extremes {
    double least, greatest;  // of the feasible complete trials
  };
  HONE_TRY(const std::vector<StudyRecord> records, studies());
  HONE_TRY(const PgRows rows, pool_.run(select_states, PgParameters()));
  std::map<StudyId, StudySummary> by_id;
  std::map<StudyId, Extremes> extremes;
  for (int row = 0; row < rows.count(); ++row) {
    const StudyId study = rows.integer(row, 0);
    HONE_TRY(const TrialState state, state_from(rows.raw(row, 1)));
    count_of(by_id[study].trials, state) = rows.integer(row, 2);
    if (rows.integer(row, 3) == 0) continue;
    HONE_TRY(const double least, rows.real(row, 4));
    HONE_TRY(const double greatest, rows.real(row, 5));
    extremes[study] = {least, greatest};
  }
  std::vector<StudySummary> all;
  for (const StudyRecord& record : records) {
    StudySummary& summary = all.emplace_back(by_id[record.id]);
    summary.record = record;
    if (record.directions.size() != 1 || summary.trials.complete == 0) continue;
    if (const auto found = extremes.find(record.id); found != extremes.end()) {
      summary.best = record.directions[0] == "maximize" ? found->second.greatest : found->second.least;
      continue;
    }
    // Nothing feasible: the least violation decides.
    HONE_TRY(const auto trials, read_all_trials(record.id));
    summary.best = best_value(record, trials);
  }
  return all;
}

}  // namespace hone
